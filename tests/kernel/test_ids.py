"""Corporate numbers: the check digit catches what fingers get wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashiato.kernel.errors import Refusal
from ashiato.kernel.ids import corporate_check_digit, corporate_number

NATIONAL_TAX_AGENCY = "7000012050002"  # published at www.houjin-bangou.nta.go.jp
twelve_digits = st.text("0123456789", min_size=12, max_size=12)


def code_of(text: str) -> str:
    with pytest.raises(Refusal) as caught:
        corporate_number(text)
    return caught.value.code


def reference_check_digit(twelve: str) -> int:
    """The ordinance's words: 9 minus the remainder by 9 of the sum of each digit, counted from the last, times 1 where odd and 2 where even."""
    total = 0
    for n in range(1, 13):
        digit = int(twelve[12 - n])
        total += digit * (1 if n % 2 else 2)
    return 9 - total % 9


@pytest.mark.parametrize("written", [NATIONAL_TAX_AGENCY, " 7000012050002 ", "7-0000-1205-0002", "7 0000 1205 0002"])
def test_a_real_number_is_accepted_however_it_is_grouped(written: str) -> None:
    assert corporate_number(written) == NATIONAL_TAX_AGENCY


@given(twelve_digits)
def test_the_check_digit_is_the_ordinances(twelve: str) -> None:
    check = corporate_check_digit(twelve)
    assert check == str(reference_check_digit(twelve))
    assert check in "123456789"
    assert corporate_number(check + twelve) == check + twelve


@given(twelve_digits, st.sampled_from("0123456789"))
def test_one_first_digit_of_ten_is_right(twelve: str, first: str) -> None:
    right = corporate_check_digit(twelve)
    if first == right:
        return
    with pytest.raises(Refusal, match=f"start with {right}") as caught:
        corporate_number(first + twelve)
    assert caught.value.code == "corporate_number.check_digit"


@given(twelve_digits, st.integers(1, 12), st.sampled_from("0123456789"))
def test_a_mistyped_digit_is_caught_unless_nine_stands_for_zero(twelve: str, place: int, typed: str) -> None:
    number = corporate_check_digit(twelve) + twelve
    mistyped = number[:place] + typed + number[place + 1 :]
    if mistyped == number or {typed, number[place]} == {"0", "9"}:  # the ordinance's modulus is 9: it cannot tell these two apart
        return
    assert code_of(mistyped) == "corporate_number.check_digit"


@pytest.mark.parametrize(
    "written", ["", "7", NATIONAL_TAX_AGENCY[:-1], NATIONAL_TAX_AGENCY + "0", "700001205000O", "７０００＊１２０５０００２", "²" * 13, "x" * 10_000]
)
def test_other_forms_are_refused(written: str) -> None:
    assert code_of(written) == "corporate_number.form"
