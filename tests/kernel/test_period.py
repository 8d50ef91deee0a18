"""Periods: both days included, never backwards."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashiato.kernel.errors import Refusal
from ashiato.kernel.period import Period

days = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@given(days, days, days)
def test_a_period_holds_its_days_and_no_others(one: date, other: date, day: date) -> None:
    period = Period(min(one, other), max(one, other))
    assert (day in period) == (period.start <= day <= period.end)
    assert period.start in period
    assert period.end in period
    assert period.start - timedelta(1) not in period
    assert period.end + timedelta(1) not in period


@given(days, days)
def test_a_period_never_ends_before_it_starts(start: date, end: date) -> None:
    if end >= start:
        assert Period(start, end).end == end
        return
    with pytest.raises(Refusal, match="Swap") as caught:
        Period(start, end)
    assert caught.value.code == "period.backwards"


@pytest.mark.parametrize(("year", "count"), [(2024, 366), (2025, 365)])
def test_a_calendar_year_is_whole(year: int, count: int) -> None:
    period = Period.of_year(year)
    assert (period.end - period.start).days + 1 == count
