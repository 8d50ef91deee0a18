"""What may be kept as evidence: every hostile file is refused for its own reason, every good one taken."""

from collections.abc import Callable, Iterator

import pytest
from tests import assurance
from tests.plumbing.hostile_evidence import BAD_NAMES, GOOD, HOSTILE, Sent, archive, png

from ashiato.domain import evidence
from ashiato.kernel.errors import Kind, Refusal
from ashiato.plumbing import screening, screening_child


def looked_at(sent: Sent) -> str | None:
    """The code of the refusal, without the child's process: its own limits are tried below."""
    name, declared, content = sent
    extension = name.rpartition(".")[2].casefold()
    if extension not in screening_child.KINDS or declared.startswith(("text/html", "image/svg", "image/jpeg")):
        return _screened(sent)
    try:
        screening_child.look(extension, content)
    except screening_child.HarmfulError as refused:
        return refused.code
    except Exception:  # noqa: BLE001 — as the child does
        return "file.broken"
    return None


def _screened(sent: Sent) -> str | None:
    name, declared, content = sent
    try:
        screening.screen(name.rpartition(".")[2].casefold(), declared, content)
    except Refusal as refused:
        return refused.code if refused.kind is Kind.INVALID else None
    return None


UNCHECKED = "an archive's directory that is not looked at"


@pytest.fixture(scope="module")
def refused() -> Iterator[set[str]]:
    line = assurance.Outcome("hostile evidence", f"{len(HOSTILE)} files", None, "0 taken, each refused for a reason of its file", UNCHECKED)
    with assurance.all_of([*HOSTILE, UNCHECKED], line) as found:
        yield found


def test_there_are_enough() -> None:
    assert len(HOSTILE) >= 60


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused(refused: set[str], name: str) -> None:
    assert (looked_at(HOSTILE[name]()) or "").startswith("file.")
    refused.add(name)


@pytest.mark.parametrize("make", GOOD.values(), ids=GOOD)
def test_a_good_file_is_taken(make: Callable[[], Sent]) -> None:
    """The canary: who refuses everything fails here."""
    name, declared, content = make()
    assert screening.screen(evidence.items.check_name(name), declared, content) in screening.MEDIA_TYPES.values()


@pytest.mark.parametrize("what", ["pdf: JavaScript", "zip: a bomb", "xlsx: macros", "pdf: a bomb of objects"])
def test_the_child_says_the_same(what: str) -> None:
    assert _screened(HOSTILE[what]()) == looked_at(HOSTILE[what]())


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_bad_name_is_refused(name: str) -> None:
    with pytest.raises(Refusal) as refused:
        evidence.items.check_name(name)
    assert refused.value.kind is Kind.INVALID


def test_a_check_that_is_left_out_is_noticed(monkeypatch: pytest.MonkeyPatch, refused: set[str]) -> None:
    """The canary of the list: without its budget the archive would be taken."""
    monkeypatch.setattr(screening_child, "_check_directory", lambda entries, size: None)
    taken = [what for what, make in HOSTILE.items() if looked_at(make()) is None]
    assert "zip: a bomb" in taken
    assert "zip: a path that climbs" in taken
    refused.add(UNCHECKED)


def test_a_picture_may_be_large_but_not_without_measure() -> None:
    screening_child.look("png", png(10_000, 10_000))
    with pytest.raises(screening_child.HarmfulError):
        screening_child.look("png", png(10_001, 10_000))
    screening_child.look("zip", archive({"a.txt": b"x" * 1000}))
