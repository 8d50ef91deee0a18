"""Refusals: told by kind, in words for a person."""

import pytest

from ashiato.gateways.rest import STATUS
from ashiato.kernel import errors
from ashiato.kernel.errors import Flaw, Kind, Refusal


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (errors.invalid("c", "m"), Kind.INVALID),
        (errors.denied("c", "m"), Kind.DENIED),
        (errors.absent("part"), Kind.ABSENT),
        (errors.conflict("c", "m"), Kind.CONFLICT),
    ],
)
def test_each_maker_makes_its_kind(refusal: Refusal, kind: Kind) -> None:
    assert refusal.kind is kind


def test_a_refusal_reads_as_message_and_remedy() -> None:
    refusal = errors.invalid("x", "It is wrong.", "Mend it.", Flaw("a", "b", "c"))
    assert str(refusal) == "It is wrong. Mend it."
    assert str(errors.invalid("x", "It is wrong.")) == "It is wrong."


def test_every_kind_has_a_status_of_its_own() -> None:
    assert set(STATUS) == set(Kind)
    assert len(set(STATUS.values())) == len(Kind)
    assert all(400 <= status < 600 for status in STATUS.values())
