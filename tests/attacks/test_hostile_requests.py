"""Requests that are made to keep the server busy, or to break it: each is refused in words, at once, and nothing is changed."""

import gzip
import json
import resource

import httpx
import pytest
from tests.world import Member, World

DEEP = 100_000
LARGE = 20 * 1024 * 1024


@pytest.fixture(scope="module")
async def member(world: World) -> Member:
    return await world.company("Patient Works")


def nested(depth: int, opening: str, closing: str) -> bytes:
    return (opening * depth + closing * depth).encode()


BODIES: dict[str, bytes] = {
    "lists in lists": nested(DEEP, "[", "]"),
    "objects in objects": nested(DEEP, '{"a":', "}")[:-DEEP] + b"1" + b"}" * DEEP,
    "a list that never ends": b"[" * DEEP,
    "lists within a member": b'{"components": ' + nested(DEEP, "[", "]") + b"}",
    "a number of many digits": b'{"components": [{"part_number": "A", "amount": ' + b"9" * 100_000 + b', "unit": "kg"}]}',
    "a number without end": b'{"components": [{"part_number": "A", "amount": 1e999999999, "unit": "kg"}]}',
    "a text as a number without end": b'{"components": [{"part_number": "A", "amount": "1e999999999", "unit": "kg"}]}',
    "not a number": b'{"components": [{"part_number": "A", "amount": NaN, "unit": "kg"}]}',
    "infinity": b'{"components": [{"part_number": "A", "amount": -Infinity, "unit": "kg"}]}',
    "many members": json.dumps({f"m{number}": number for number in range(100_000)}).encode(),
    "one member very many times": b"{" + b'"components":[],' * 400_000 + b'"components":[]}',
    "many components": json.dumps({"components": [{"part_number": "A", "amount": "1", "unit": "kg"}] * 200_000}).encode(),
    "a long text": json.dumps({"components": [{"part_number": "A" * 5_000_000, "amount": "1", "unit": "kg"}]}).encode(),
    "twenty megabytes of space": b" " * LARGE + b'{"components": []}',
    "bytes that are no text": b'{"components": "\xff\xfe\xc0\x80"}',
    "a lone surrogate": b'{"components": [{"part_number": "\\ud800", "amount": "1", "unit": "kg"}]}',
    "a NUL": b'{"components": [{"part_number": "a\\u0000b", "amount": "1", "unit": "kg"}]}',
    "nothing": b"",
    "no JSON": b"<xml/>",
    "a byte order mark": b"\xef\xbb\xbf[]",
    "zeros that unpack to much": gzip.compress(b"0" * LARGE),
}


async def put(member: Member, body: bytes, **headers: str) -> httpx.Response:
    path = f"/parts/{await part(member)}/structure"
    return await member.call("PUT", path, content=body, headers={"Content-Type": "application/json", **headers})


async def part(member: Member) -> str:
    if not (await member.get("/parts"))["items"]:
        await member.import_tables(parts=[["Part number", "Part name", "Declared unit"], ["A", "A", "kg"]])
    return await member.part_id("A")


@pytest.mark.parametrize("name", BODIES)
async def test_a_hostile_body_is_refused(member: Member, name: str) -> None:
    answer = await put(member, BODIES[name])
    assert answer.status_code in (400, 413, 422), f"{answer.status_code} {answer.text[:300]}"
    assert len(answer.content) < 100_000, "and the answer does not repeat it"
    assert (await member.get(f"/parts/{await part(member)}/structure"))["components"] == []


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip, gzip"])
async def test_nothing_is_unpacked(member: Member, encoding: str) -> None:
    """A body is taken as it comes: a bomb stays folded."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = await put(member, gzip.compress(b"[" + b"0," * 50_000_000 + b"0]", 1), **{"Content-Encoding": encoding})
    assert answer.status_code in (400, 413, 415, 422)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024


RANGES = [
    "bytes=0-",
    "bytes=" + ",".join(["0-"] * 5_000),
    "bytes=" + ",".join(f"{n}-{n}" for n in range(2_000)),
    "bytes=-1",
    "bytes=9" + "9" * 500 + "-",
    "lines=1-2",
]


@pytest.mark.parametrize("ranges", RANGES, ids=range(len(RANGES)))
@pytest.mark.parametrize("path", ["/api/v1/parts", "/api/v1/catalogue.xlsx", "/static/none", "/login", "/api/v1/openapi.json"])
async def test_ranges_multiply_nothing(member: Member, path: str, ranges: str) -> None:
    headers = {"Authorization": f"Bearer {member.token}"}
    plain = await member.client.get(path, headers=headers)
    asked = await member.client.get(path, headers=headers | {"Range": ranges})
    assert asked.status_code in (plain.status_code, 416)
    assert len(asked.content) <= len(plain.content) + 64


QUERIES = ["a=" + "x" * 60_000, "&".join(f"a{n}={n}" for n in range(5_000)), "limit=" + "9" * 5_000, "limit=-1", "limit=1e9", "after=" + "%00" * 1000,
           "after=" + "W" * 60_000, "state=" + "&state=".join(["x"] * 5_000), "part_number=%ff%fe", "part_number=" + "%F0%9F%98%80" * 5_000]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
async def test_a_hostile_query_breaks_nothing(member: Member, query: str) -> None:
    answer = await member.call("GET", f"/parts?{query}")
    assert answer.status_code in (200, 400, 414, 422)
    assert len(answer.content) < 500_000


@pytest.mark.parametrize("count", [1_000, 10_000])
async def test_many_headers_break_nothing(member: Member, count: int) -> None:
    answer = await member.call("GET", "/parts", headers={f"X-{number}": "x" for number in range(count)})
    assert answer.status_code in (200, 400, 431)


@pytest.mark.parametrize("parts", [2_000, 20_000])
async def test_many_parts_of_an_upload_are_refused(member: Member, parts: int) -> None:
    boundary = b"x"
    body = (
        b"".join(b'--x\r\nContent-Disposition: form-data; name="f%d"; filename="a"\r\n\r\n\r\n' % number for number in range(parts))
        + b"--"
        + boundary
        + b"--\r\n"
    )
    answer = await member.call("POST", "/imports", content=body, headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status_code in (400, 413, 422), answer.text[:200]


@pytest.mark.parametrize(
    "kind",
    ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "x" * 10_000, "multipart/form-data; boundary=\x7f"],
)
async def test_an_upload_without_an_end_is_refused(member: Member, kind: str) -> None:
    answer = await member.call(
        "POST", "/imports", content=b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\n" * 50, headers={"Content-Type": kind}
    )
    assert answer.status_code in (400, 413, 422), answer.text[:200]
