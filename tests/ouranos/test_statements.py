"""However much a company has, a call takes the same number of statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from tests import ouranos_world
from tests.ouranos.conftest import Found
from tests.ouranos_world import TRANSPORT, Company, figures


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements that are carried out meanwhile."""
    seen: list[str] = []
    execute = psycopg.AsyncCursor.execute

    async def noted(cursor: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        seen.append(str(query))
        return await execute(cursor, query, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.AsyncCursor, "execute", noted)
        yield seen


async def calls(company: Company, supplier: Company, size: int, tag: str) -> dict[str, tuple[str, dict[str, Any], Any]]:
    """Each call with as much to do as `size` says."""
    structure = {
        "parentPartsModel": company.part(f"{tag}-P"),
        "childrenPartsModel": [company.part(f"{tag}-C{each}", amount=1) for each in range(size)],
    }
    kept = await company.put("partsStructure", structure)
    parent, children = kept["parentPartsModel"]["traceId"], [child["traceId"] for child in kept["childrenPartsModel"]]
    for child in children:
        made, _ = await supplier.make(f"{tag}-{child[:8]}", terminal=True)
        await supplier.put("tradeResponse", tradeId=await company.ask(supplier, child), traceId=made)
        await supplier.disclose(company, made)
        await supplier.state(made, 1, 1)
    await company.state(parent, 1, 1)
    await company.cfp(parent, *children)
    other = (await company.make(f"{tag}-X", company.part(f"{tag}-Y", amount=1)))[1][0]
    every = ",".join([parent, *children])
    return {
        "parts": ("GET", {"dataTarget": "parts"}, None),
        "structure": ("GET", {"dataTarget": "partsStructure", "traceId": parent}, None),
        "same structure": ("PUT", {"dataTarget": "partsStructure"}, structure),
        "sent": ("GET", {"dataTarget": "tradeRequest", "traceIds": every}, None),
        "received": ("GET", {"dataTarget": "tradeResponse"}, None),
        "status": ("GET", {"dataTarget": "status"}, None),
        "ask": ("PUT", {"dataTarget": "tradeRequest"}, company.question(supplier, other)),
        "figures": ("GET", {"dataTarget": "cfp", "traceIds": every}, None),
        "state": ("PUT", {"dataTarget": "cfp"}, figures(parent, 2, 2)),
    }


async def test_the_number_of_statements_does_not_grow(found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    few_buyer, many_buyer, supplier = await found("Few"), await found("Many"), await found("Supplier")
    few, many = await calls(few_buyer, supplier, 2, "few"), await calls(many_buyer, supplier, 12, "many")
    taken: dict[str, list[int]] = {}
    for company, each in ((few_buyer, few), (many_buyer, many)):
        for name, (method, params, body) in each.items():
            with counted(monkeypatch) as seen:
                answer = await company.client.request(method, TRANSPORT, params=params, headers=company.headers, **({"json": body} if body else {}))
            ouranos_world.good(answer, 200 if method == "GET" else 201)
            taken.setdefault(name, []).append(len(seen))
    assert {name: counts for name, counts in taken.items() if counts[0] != counts[1]} == {}
    assert max(counts[0] for counts in taken.values()) < 40, taken
    assert taken["parts"][0] <= 4 + 2, "the beginning and the end of the transaction are two of them"
    assert taken["figures"][0] <= 12 + 2
