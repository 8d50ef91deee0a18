"""Ten thousand lies about a log: each is rejected for its own reason by the shipped verifier, and for the same by a second one in JavaScript."""

import json
import random
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests import assurance
from tests.audit.lies import LIES, case
from tests.audit.logs import OURS, Log

from ashiato import verifier
from ashiato.verifier import Trust, trees

SECOND = Path(__file__).with_name("verify.mjs")


def second_verifier(told: list[tuple[Any, Trust]]) -> list[list[str]] | None:
    """What the verifier in JavaScript finds; None where there is no Node."""
    node = shutil.which("node")
    if node is None:
        return None
    lines = [
        json.dumps({"bundle": bundle, "trust": {"keys": trust.keys, "retired": dict(trust.retired), "remembered": trust.remembered,
                                                "witnesses": trust.witnesses, "quorum": trust.quorum}})
        for bundle, trust in told
    ]  # fmt: skip
    done = subprocess.run([node, SECOND], input="\n".join(lines) + "\n", capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def campaign(size: int, *, full: bool) -> None:
    seed = assurance.seed()
    chance = random.Random(seed)
    told, kinds, honest = [], [], []
    for number in range(size):
        drawn = case(chance)
        kind, lie, reasons = LIES[number % len(LIES)]
        told.append((lie(drawn), drawn.trust))
        kinds.append((kind, reasons))
        honest.append((drawn.bundle, drawn.trust))
    found = [[finding.code for finding in verifier.verify_bundle(bundle, trust)] for bundle, trust in told]
    wrong = Counter(f"{kind}: {codes}" for (kind, reasons), codes in zip(kinds, found, strict=True) if not reasons & set(codes))
    assert not wrong, f"seed {seed}: {wrong}"
    truths = honest[: max(len(LIES), size // 20)]
    assert all(verifier.verify_bundle(bundle, trust) == [] for bundle, trust in truths), f"seed {seed}: the truth is rejected"
    others = second_verifier([*told, *truths])
    if others is not None:
        pairs = zip(found + [[]] * len(truths), others, [kind for kind, _ in kinds] + ["the truth"] * len(truths), strict=True)
        differing = Counter(f"{kind}: {one} {other}" for one, other, kind in pairs if one != other)
        assert not differing, f"seed {seed}: {differing}"
    caught = canaries(told)
    by = "both verifiers, for the same reasons" if others is not None else "the shipped verifier; the second one was ABSENT (no node)"
    result = f"{size} rejected by {by}; {len(truths)} truths accepted"
    assurance.report(assurance.Outcome("log tampering", f"{size:,} lies of {len(LIES)} kinds", seed, result, caught), full=full)
    if others is None:
        pytest.skip("ABSENT: node, so that the second verifier did not run; the shipped one has rejected everything")


def canaries(told: list[tuple[Any, Trust]]) -> str:
    """Two verifiers with a fault of the field: each must let lies through, which the campaign then sees."""
    faults = {
        "audit paths not followed": ("included_root", lambda index, size, leaf, path: trees.__dict__["trusted"]),
        "earlier root not compared": ("opened_roots", lambda first, second, nodes: (nodes[0], trees.__dict__["trusted"])),
    }
    for name, (function, fault) in faults.items():
        missed = 0
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(trees, function, fault)
            for bundle, trust in told[: len(LIES) * 30]:
                try:
                    head = verifier.read_note(bundle["checkpoint"]).root
                except (verifier.Flaw, TypeError, AttributeError):
                    continue
                patched.setattr(trees, "trusted", head, raising=False)
                missed += not verifier.verify_bundle(bundle, trust)
        assert missed, f"a verifier with {name} would not be noticed"
    return " and ".join(faults)


def test_lies_are_rejected_each_for_its_own_reason() -> None:
    campaign(800, full=False)


@pytest.mark.long
def test_ten_thousand_lies_are_rejected() -> None:
    campaign(10_000, full=True)


@pytest.mark.parametrize(("first", "second"), [(1, 2), (4, 9), (5, 9), (7, 8), (8, 8), (13, 37)])
def test_a_forked_log_is_proven_by_a_file_that_anybody_can_verify(first: int, second: int) -> None:
    chance = random.Random(first)
    honest = Log.grown(chance, second)
    lying = honest.but(0, Log.grown(chance, 1).contents[0])
    path = [] if first == second else [node.hex() for node in verifier.opening(lying.leaves, first)]
    fork = {"schema": "ashiato/log-fork/1", "verifier_key": OURS.line, "first": honest.note(first), "second": lying.note(second), "path": path}
    assert verifier.verify_fork(fork, Trust((OURS.line,))) == []
    slander = [node.hex() for node in verifier.opening(honest.leaves, first)] if first < second else []
    assert [finding.code for finding in verifier.verify_fork(fork | {"second": honest.note(second), "path": slander}, Trust((OURS.line,)))] == [
        "fork.none"
    ]
    if first < second:
        assert verifier.verify_fork(fork | {"second": honest.note(second)}, Trust((OURS.line,)))[0].code == "fork.path", (
            "a slander needs nodes of the honest tree"
        )


def test_opening_leads_to_both_roots() -> None:
    log = Log.grown(random.Random(1), 40)
    for second in range(1, 41):
        for first in range(1, second + 1):
            expected = trees.tree_hash(log.leaves[:first]), trees.tree_hash(log.leaves[:second])
            if first < second:
                assert trees.opened_roots(first, second, trees.opening(log.leaves[:second], first)) == expected
