"""An installation of its own in which a value of a kind is planted in every confidential column, found by the catalogue.

Which columns there are is read from the catalogue, so that a new one is confidential until a reason stands here.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
from psycopg import sql
from tests.attacks import rich
from tests.attacks.rich import Rich
from tests.cli.conftest import free_port
from tests.world import World

from ashiato import app as composition
from ashiato.plumbing import migrations, postgres
from ashiato.plumbing.settings import Settings

# Tables that are not sown as a whole, each with its reason. All others are confidential, every text, number and document of them.
OPEN = {
    **dict.fromkeys(("company", "standing", "candidacy", "acceptance", "admission_check", "control_proof", "invitation", "application"),
                    "what a company states in order to be admitted, and what was decided"),
    **dict.fromkeys(("register_entry", "transparency_report", "criterion_state", "break_glass"), "the operator's own words"),
    **dict.fromkeys(("support_request", "support_word"), "what a company writes to the operator, as the form says"),
    **dict.fromkeys(("published_declaration", "published_report", "signing_key"), "published by the company itself"),
    **dict.fromkeys(("log_leaf", "log_cosignature", "outbox"), "hashes, and facts: codes and identifiers, which test_facts holds"),
    **dict.fromkeys(("grievance_mediation", "mediation_note"), "what is handed to the mediator that was asked"),
    **dict.fromkeys(("session", "idempotency"), "credentials, by hash; answers to the very asker"),
    **dict.fromkeys(("survey", "survey_result", "publication", "published_cell"), "what an association shows to all its members"),
}  # fmt: skip
KINDS = ("text", "numeric", "jsonb", "bytea", "text[]", "numeric[]")
# What can hold no canary. A column of a kind that stands in neither list fails.
NO_VALUES = {
    "uuid": "names a row, which says nothing without it", "uuid[]": "likewise",
    "boolean": "one of two", "smallint": "versions of messages",
    "integer": "counts, places in lists, years, ratings from 1 to 5",
    "bigint": "places in the log, sizes of sealed files",
    "date": "days", "timestamp with time zone": "moments",
    "cidr[]": "addresses from which an application calls: the operator itself enters them",
}  # fmt: skip
NUMBER = "0.71932605{:04d}"  # longer than what an identifier in a log holds by chance
WORDS = "Kanarienvogel{:04d}"
CANARY = re.compile(r"Kanarienvogel\d{4}|71932605\d{4}")
_COLUMNS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, NULL) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'ashiato'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
      AND EXISTS (SELECT FROM pg_attribute o WHERE o.attrelid = c.oid AND o.attname = 'company_id') ORDER BY 1, 2"""


@dataclass
class Sown:
    """What was planted: by canary, the column that holds it. `bare`: columns that took nothing, and why. `kinds`: of all columns."""

    world: World
    rich: Rich
    url: str
    settings: Settings
    canaries: dict[str, str] = field(default_factory=dict)
    bare: dict[str, str] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)

    def found_in(self, text: str | bytes) -> set[str]:
        """The columns whose canaries a text holds."""
        told = text if isinstance(text, str) else text.decode("utf-8", "replace")
        return {self.canaries[each] for each in set(CANARY.findall(told)) if each in self.canaries}

    def found_under(self, folder: Path, *besides: str) -> dict[str, set[str]]:
        """By file, the columns whose canaries the files of a folder hold; what stands in folders of these names is not looked at."""
        files = [path for path in folder.rglob("*") if path.is_file() and not {*besides} & {*path.relative_to(folder).parts}]
        assert files
        told = {str(path.relative_to(folder)): self.found_in(path.read_bytes()) for path in files}
        return {name: found for name, found in told.items() if found}


def sow(found: Sown) -> None:
    """Plants a canary in one row of every confidential column. It waits for no other transaction: rather it fails."""
    with psycopg.connect(found.url, options="-c search_path=ashiato -c lock_timeout=20s") as owner:
        every = owner.execute(_COLUMNS).fetchall()
        columns = [each for each in every if each[0] not in OPEN and each[2] in KINDS]
        found.kinds |= {kind for _, _, kind in every}
        for table in {table for table, _, _ in every}:  # triggers write to others too
            owner.execute(sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(sql.Identifier(table)))
        for number, (table, column, kind) in enumerate(columns):
            plant(owner, found, number, table, column, kind)
        for table in {table for table, _, _ in every}:
            owner.execute(sql.SQL("ALTER TABLE {} FORCE ROW LEVEL SECURITY").format(sql.Identifier(table)))
        owner.execute("ANALYZE")  # the planner's statistics quote values


def plant(owner: psycopg.Connection, found: Sown, number: int, table: str, column: str, kind: str) -> None:
    words, figure = WORDS.format(number), NUMBER.format(number)
    value = {"text": words, "numeric": figure, "jsonb": f'"{words}"', "bytea": words.encode(), "text[]": [words], "numeric[]": [figure]}[kind]
    names = {"table": sql.Identifier(table), "column": sql.Identifier(column), "kind": sql.SQL(kind)}
    query = sql.SQL(
        "UPDATE {table} SET {column} = %s::{kind} WHERE ctid = (SELECT ctid FROM {table} WHERE company_id <> %s ORDER BY {column} NULLS LAST LIMIT 1)"
    )
    try:
        with owner.transaction():
            changed = owner.execute(query.format(**names), [value, found.world.operator.company_id]).rowcount
    except psycopg.Error as error:
        found.bare[f"{table}.{column}"] = type(error).__name__
        return
    if changed:
        found.canaries[figure[2:] if kind.startswith("numeric") else words] = f"{table}.{column}"
    else:
        found.bare[f"{table}.{column}"] = "empty"


@contextlib.asynccontextmanager
async def installed(home: Path) -> AsyncIterator[Sown]:
    """An installation with a database server of its own, where everything was done once through the real doors; then it was sown."""
    settings = Settings(home=home, database_url=None, public_url="http://testserver", log_level="info", strangers_per_minute=0, port=free_port())
    async with contextlib.AsyncExitStack() as stack:
        url = await asyncio.to_thread(stack.enter_context, postgres.running(settings))
        await asyncio.to_thread(migrations.migrate, settings, url)
        tools = await stack.enter_async_context(composition.tools(settings, url))
        transport = httpx.ASGITransport(composition.build(tools), raise_app_exceptions=False)
        client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://testserver"))
        world = await World.begin(tools, client)
        found = Sown(world, await rich.build(world), url, settings)
        await asyncio.to_thread(sow, found)  # the server goes on meanwhile: what it began ends, and lets the tables go
        yield found


OF_FEW_CODES = """
assessment.subject_kind bundle.direction bundle.state carried_record.origin circular_material.data_source circular_material.terms client.roles
departure.state emission_factor.standing evidence_link.subject_kind exchange_delivery.kind exchange_delivery.state exchange_event.kind grievance.state
grievance_step.by_whom import_draft.state inventory_line.data_source inventory_line.flow inventory_line.stage material_origin.refiner_cid
material_origin.refiner_country membership.state notice.kind notification_delivery.state notification_preference.language part.sourcing
path_consent.decision person.roles probe.kind probe_answer.answer probe_root.kind received_footprint.state release_approval.state
release_policy.action release_quality.main_quality release_quality.pre_quality request.state request.subject_kind risk.kind
risk.likelihood risk.severity risk.state saved_view.list second_factor.kind secondary_factor.stage site.country stated_footprint.main_quality
stated_footprint.pre_quality verification_note.kind
"""
OTHERWISE = {
    "release_policy.margin": "never below a tenth of what was planted",
    "secondary_factor.factor_code": "names a factor, whose code is sown",
    "signing_secret.key_id": "names a public key",
}
# Where nothing can be sown: the value follows from others, is one of few codes, names something by its key, or the world has no such row.
BARE = {*OF_FEW_CODES.split(), *OTHERWISE}
