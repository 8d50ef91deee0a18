"""The company's products and parts as a list."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from fastapi import Depends, Query, Response

from ashiato.domain import footprint, participants, products
from ashiato.domain.footprint import Computed
from ashiato.domain.participants import Actor
from ashiato.domain.products import Part, Sourcing
from ashiato.kernel.quantity import plain
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.lists import MOST_IN_A_FILE, PER_PAGE, Kind, Listing, Told, as_file, kept, pasted
from ashiato.web.route import AtDoor, View, journey
from ashiato.web.words import Words, words_for

router = journey()
METHOD = "JRC-CFB-EV-2023-06"  # shown unless another is chosen
COLUMNS = ("part", "part_number", "sourcing", "supplier", "per", "computed.last", "own_share.short", "dqr", "standing", "computed.when")
_NUMERIC = ("computed.last", "own_share.short", "dqr")


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters, as they stand in the address."""

    q: str
    sourcing: str
    supplier: str
    numbers: str
    sort: str
    method: str
    after: str

    @property
    def wanted(self) -> products.lists.PartsWanted:
        """The same in the words of the domain."""
        sourcing = Sourcing(self.sourcing) if self.sourcing else None
        return products.lists.PartsWanted(self.q.strip(), sourcing, self.supplier.strip(), pasted(self.numbers), self.sort == "-number")

    def listing(self, more: str | None) -> Listing:
        """The list's addresses."""
        method = "" if self.method == METHOD else self.method
        asked = {"q": self.q, "sourcing": self.sourcing, "supplier": self.supplier, "numbers": self.numbers, "sort": self.sort, "method": method}
        return Listing("/parts", asked, more, begun=bool(self.after))


async def _asked(
    q: Annotated[str, Query(max_length=200)] = "",
    sourcing: Literal["", "made", "bought"] = "",
    supplier: Annotated[str, Query(max_length=20)] = "",
    numbers: Annotated[str, Query(max_length=60_000)] = "",
    sort: Literal["", "-number"] = "",
    method: Annotated[str, Query(max_length=100)] = METHOD,
    after: Annotated[str, Query(max_length=400)] = "",
) -> Asked:
    footprint.methods.method(method)
    return Asked(q, sourcing, supplier, numbers, sort, method, after)


AsAsked = Annotated[Asked, Depends(_asked)]


@dataclass(frozen=True, slots=True)
class Row:
    """A part, who makes it, and what its newest footprint came to."""

    part: Part
    supplier: str
    computed: Computed | None


@dataclass(frozen=True, slots=True)
class Parts:
    """The page."""

    template: ClassVar[str] = "parts.html"
    asked: Asked
    rows: list[Row]
    listing: Listing
    views: list[participants.views.SavedView]
    methods: list[tuple[str, str]]  # each with its name


@router.get("/parts")
async def parts(visit: AtDoor, asked: AsAsked) -> Response:
    """The parts by number."""

    async def verb(work: Work, actor: Actor) -> View:
        rows = await _rows(work, actor, asked, PER_PAGE + 1)
        more = rows[PER_PAGE - 1].part.part_number if len(rows) > PER_PAGE else None
        return Parts(
            asked, rows[:PER_PAGE], asked.listing(more), await kept(work, actor, "parts"), [(name, name) for name in footprint.methods.all_methods()]
        )

    return await visit.show(verb, asks=lambda _: products.asked.listed(asked.wanted, asked.after or None, PER_PAGE + 1))


@router.get("/parts.{kind}")
async def parts_as_file(visit: AtDoor, kind: Kind, asked: AsAsked) -> Response:
    """The same rows as a file."""
    t = words_for(visit.request)

    async def verb(work: Work, actor: Actor) -> Response:
        rows = await _rows(work, actor, asked, MOST_IN_A_FILE)
        header, numeric = [t(f"listed.{column}") for column in COLUMNS], frozenset(t(f"listed.{column}") for column in _NUMERIC)
        return await as_file(kind, Told("parts", header, [_cells(row, t) for row in rows], numeric), work.now)

    return await visit.look(verb)


async def _rows(work: Work, actor: Actor, asked: Asked, limit: int) -> list[Row]:
    found = await products.lists.listed(work, actor, asked.wanted, asked.after or None, limit)
    computed = await footprint.history.newest_results(work, actor, [part.part_id for part in found], asked.method)
    names = await participants.names_by_number(work, sorted({part.supplier_number for part in found if part.supplier_number}))
    return [Row(part, names.get(part.supplier_number or "", part.supplier_number or ""), computed.get(part.part_id)) for part in found]


def _cells(row: Row, t: Words) -> list[str]:
    part, result = row.part, row.computed.result if row.computed else None
    return [
        part.name,
        part.part_number,
        t(f"sourcing.{part.sourcing}"),
        row.supplier,
        t.unit(part.declared_unit),
        plain(result.total) if result else "",
        plain(result.primary_data_share * 100) if result else "",
        plain(result.dqr) if result and result.dqr is not None else "",
        t("draft" if result.draft else "ready") if result else "",
        row.computed.computed_at.isoformat(timespec="seconds") if row.computed else "",
    ]
