"""`ashiato demo`: the main job, end to end, on a published battery. The figures' sources are in demo/SOURCES.md."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ashiato.cli.client import Client
from ashiato.cli.demo import crowd, findings, interface, rights, story, tables
from ashiato.cli.demo.chain import OPERATOR_EMAIL, admit, profiles
from ashiato.cli.demo.story import Story
from ashiato.cli.installation import found_operator
from ashiato.cli.output import PROBLEM, AsJson
from ashiato.cli.serving import Installation, installation
from ashiato.plumbing import secrets_folder, settings, telemetry

_WIDE = 120
_AS_DEMO = {
    "ouranos_disclosure": "linked",  # the published tutorial knows no call that discloses
    "strangers_per_minute": 0,  # all companies log in from this one machine
}


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command("demo")(demo)


def demo(
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Keep the server up afterwards.")] = True,
    as_json: AsJson = False,
    out: Annotated[Path, typer.Option(help="Folder for the declaration's files.")] = Path("demo/out"),
    members: Annotated[int, typer.Option(min=0, max=500, help="So many companies more, three associations and the transparency report.")] = 0,
) -> None:
    """Twelve competing companies of four tiers bring one battery's carbon footprint together, without showing their recipes.

    Running it twice changes nothing and says so.
    """
    chosen = settings.load()
    chosen = chosen.model_copy(update={name: value for name, value in _AS_DEMO.items() if name not in chosen.model_fields_set})
    talk = Console(stderr=True)
    password = secrets_folder.text(chosen.home, "demo-password")[:16]
    telemetry.configure("error")
    log = chosen.home / "demo-server.log"
    with installation(chosen, log) as running:
        found_operator(chosen, "Ashiato Centre", OPERATOR_EMAIL, password)
        key = interface.application_key(chosen.home, running.url, password)
        told, sights = _run(running.url, password, out, talk)
        if members:
            told["crowd"] = _gather(running.url, password, members, out, talk)
        if as_json:
            sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2, default=float) + "\n")  # 15 digits survive a float
        else:
            console = _console()
            tables.show_result(console, told)
            rights.show(console, told["diligence"])
            tables.show_sights(console, sights)
            if "crowd" in told:
                tables.show_crowd(console, told["crowd"])
            console.print(_outcome(told, out))
        if serve:
            screen = talk if as_json else _console()
            interface.show(screen, running.url, key, password, profiles())
            tables.show_logins(screen, running.url, password, profiles())
            talk.print(f"Open {running.url} and log in as any of them. The server stays up until Ctrl-C.")
            _stay(running, talk, log)


def _console() -> Console:
    """Standard output, as wide as the terminal, or wide enough for the tables where there is none."""
    return Console() if sys.stdout.isatty() else Console(width=_WIDE)


def _stay(running: Installation, talk: Console, log: Path) -> None:
    try:
        ended = running.keep()
    except KeyboardInterrupt:
        talk.print("Stopped. `make demo` goes on where this left off.")
        return
    talk.print(f"The {ended} ended again and again. Read {log}.")
    raise typer.Exit(PROBLEM)


def _run(url: str, password: str, out: Path, talk: Console) -> tuple[dict[str, Any], list[findings.Sight]]:
    before = findings.checkpoint(Client(url)).get("tree_size", 0)
    with _progress(talk) as step:
        tell = step("companies are admitted", len(profiles()))
        members = {}
        for member in admit(url, password):
            members[member.profile.name] = member
            tell(member.profile.company)
        running = Story(members)
        story.import_workbooks(running, step("workbooks are imported", len(members)))
        story.ask(running, step("suppliers are asked", len(members)))
        story.answer(running, step("suppliers answer", sum(member.profile.tier > 1 for member in members.values())))
        story.declare(running, step("footprint is rolled up and declared", 6))
        rights.state(running, step("questionnaires and origins are stated", len(members)))
        rights.ask(running, step("due diligence is asked for", len(members)))
        rights.answer(running, step("suppliers state what they know", len(members) - 1))
        path = rights.trace(running, step("a path is consented to", 3))
        sights = findings.sights(running)
    reported = rights.report(running, out)
    declared = _write(running, out)
    checkpoint = findings.checkpoint(Client(url))
    changed = checkpoint.get("tree_size") != before
    told = findings.summary(running, checkpoint, str(declared), changed=changed)
    return told | {"diligence": rights.summary(running, path, reported)}, sights


def _gather(url: str, password: str, members: int, out: Path, talk: Console) -> dict[str, Any]:
    """So many companies and three associations, and the operator's report over all of them."""
    with _progress(talk) as step:
        gathered = crowd.admit(url, password, members, step("more companies, three associations", members + len(crowd.ASSOCIATIONS)))
        crowd.trade(gathered, step("they ask and answer each other", 2 * members))
        crowd.associate(gathered, step("associations survey their members", len(crowd.ASSOCIATIONS)))
        tell = step("transparency report", 1)
        drawn = crowd.report(gathered, out)
        tell("signed and checked")
    return crowd.summary(gathered, drawn)


@contextmanager
def _progress(talk: Console) -> Iterator[Callable[[str, int], Callable[[str], None]]]:
    """Progress bars on standard error, one a step."""
    columns = (SpinnerColumn(), TextColumn("{task.description:<38}"), BarColumn(), TextColumn("{task.completed}/{task.total} {task.fields[at]}"))
    with Progress(*columns, TimeElapsedColumn(), console=talk) as progress:

        def step(words: str, total: int) -> Callable[[str], None]:
            task = progress.add_task(words, total=total, at="")

            def tell(at: str) -> None:
                progress.update(task, advance=1, at=at)

            return tell

        yield step
        for task in progress.tasks:
            progress.update(task.id, completed=task.total)  # what was there already is done as well


def _write(running: Story, out: Path) -> Path:
    """The declaration's files: with its inputs for a verifier, without them for the public, the signer's keys, paper in two languages."""
    declaration = running.declaration or {}
    out.mkdir(parents=True, exist_ok=True)
    path = out / "declaration.json"
    path.write_text(json.dumps(declaration["file"], ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    client = running.maker.client
    public = client.get(f"/published-declarations/{declaration['declaration_id']}")["file"]
    (out / "declaration-public.json").write_text(json.dumps(public, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    keys = client.get(f"/companies/{public['declaration']['manufacturer']['company_id']}/keys")
    (out / "keys.json").write_text(json.dumps(keys, indent=2) + "\n", encoding="utf-8")
    for language in ("en", "ja"):
        paper = client.get(f"/declarations/{declaration['declaration_id']}.pdf", lang=language)
        (out / f"declaration-{language}.pdf").write_bytes(paper)
    return path


def _called() -> str:
    """How whoever reads calls this program: as it was called itself."""
    called = sys.argv[0]
    return called if Path(called).name == "ashiato" and shutil.which("ashiato") != called else "ashiato"


def _outcome(told: dict[str, Any], out: Path) -> str:
    size = told["checkpoint"]["tree_size"]
    check = f"{_called()} declaration verify {told['declaration']}"
    first = f"Written to {out}: the declaration (check it: {check}), its public file, the due diligence report; both as PDF in two languages."
    if not told["changed"]:
        return f"{first}\nNothing changed: everything was there already, and the log still holds {size} facts."
    return f"{first}\nThe log holds {size} facts, root {told['checkpoint']['root_hash'][:16]}…"
