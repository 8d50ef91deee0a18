"""How commands speak: results on standard output, talk on standard error, JSON where it is asked for."""

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ashiato.kernel.errors import conflict
from ashiato.kernel.quantity import present

OK, PROBLEM, USAGE, AUTH, NETWORK = range(5)
_UNBOUND = 10_000  # columns: what is written to a file or a pipe is never cut
_MOST_FLAWS = 50
_JSON = "ashiato.json"

Item = Mapping[str, Any]
Columns = Mapping[str, str]  # the member that each header shows


def _note_json(context: typer.Context, value: bool) -> bool:
    context.find_root().ensure_object(dict)[_JSON] = value
    return value


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, for programs.", callback=_note_json)]
Language = Annotated[
    Literal["en", "ja"] | None, typer.Option("--lang", help="Language of what people read; without it, that of LC_ALL, LC_MESSAGES or LANG.")
]

Force = Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")]


def require_free(*files: Path, force: bool) -> None:
    """Refuses (`conflict`) to write over a file that is there, unless that is wanted."""
    for file in files:
        if file.exists() and not force:
            raise conflict("export.exists", f"{file} is there already.", "Name another file, or replace it with --force.")


def wants_json(context: typer.Context) -> bool:
    """Whether the command that failed was asked for JSON."""
    return bool(context.find_root().ensure_object(dict).get(_JSON))


def console(*, stderr: bool = False) -> Console:
    """The console of one message, as wide as the terminal, or unbound where there is none. NO_COLOR is respected."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, highlight=False, soft_wrap=False, width=None if stream.isatty() else _UNBOUND)


def say(words: str) -> None:
    """Talk: to standard error."""
    console(stderr=True).print(plain_text(words))


def print_json(content: object) -> None:
    """JSON for programs, to standard output."""
    sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2, default=str) + "\n")


def words(text: str) -> None:
    """A line for people, to standard output."""
    console().print(plain_text(text))


def listing(as_json: bool, items: Iterable[Item], columns: Columns) -> None:
    """A list: a JSON array with everything, or a table with these columns."""
    found = list(items)
    if as_json:
        print_json(found)
    elif not found:
        say("Nothing.")
    else:
        console().print(table(found, columns))


def record(as_json: bool, item: Item, rows: Columns, said: str = "") -> None:
    """One thing: JSON with everything, or these members of it below one another; `said` goes to standard error before."""
    if as_json:
        print_json(item)
        return
    if said:
        say(said)
    grid = Table(box=None, show_header=False, pad_edge=False)
    for header, member in rows.items():
        grid.add_row(Text(header, "bold"), spelled(member, item.get(member)))
    console().print(grid)


def done(as_json: bool, item: Item, said: str) -> None:
    """What was done: JSON that names what it was done to, or a sentence."""
    if as_json:
        print_json(item)
    else:
        say(said)


def table(items: Iterable[Item], columns: Columns) -> Table:
    """A table that shows one member of each item in every column."""
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for header, member in columns.items():
        drawn.add_column(Text(header, "bold"), overflow="fold", no_wrap=member.endswith("_id") or member == "id")  # ids are copied
    for item in items:
        drawn.add_row(*(spelled(member, item.get(member)) for member in columns.values()))
    return drawn


def spelled(member: str, value: object) -> Text:
    """A member as people read it: instants in local time to the minute, yes or no, nothing for nothing."""
    match value:
        case None:
            return Text("")
        case bool():
            return Text("yes" if value else "no")
        case str() if member.endswith("_at"):
            return Text(local_time(value))
        case list():
            return plain_text(", ".join(str(item) for item in value))
        case dict():
            return plain_text(", ".join(f"{name}: {item}" for name, item in value.items()))
        case _:
            return plain_text(str(value))


def local_time(instant: str) -> str:
    """An instant in local time, to the minute."""
    try:
        return datetime.fromisoformat(instant).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return instant


def figure(value: object) -> str:
    """A figure with four significant digits; JSON has them all."""
    try:
        return present(Decimal(f"{value:.15g}" if isinstance(value, float) else str(value)))
    except InvalidOperation:
        return str(value)


def share(value: object) -> str:
    """A share from 0 to 1, as a percentage."""
    try:
        return f"{present(Decimal(str(value)) * 100, 3)} %"
    except InvalidOperation:
        return str(value)


def plain_text(text: str) -> Text:
    """The text as it is: nothing in it is markup, and nothing in it commands the terminal or changes the direction of writing."""
    return Text("".join(character if _harmless(character) else "\N{REPLACEMENT CHARACTER}" for character in text))


def _harmless(character: str) -> bool:
    if character in "\n\t":
        return True
    return (
        unicodedata.category(character) not in ("Cc", "Cs") and character not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
    )


def show_problem(problem: Item, *, as_json: bool) -> None:
    """What went wrong, what to do about it, and the flaws one by one, to standard error."""
    if as_json:
        sys.stderr.write(json.dumps(problem, ensure_ascii=False, default=str) + "\n")
        return
    talk = console(stderr=True)
    title = plain_text(str(problem.get("title", "")))
    title.stylize("bold red")
    talk.print(title)
    if problem.get("detail"):
        talk.print(plain_text(str(problem["detail"])))
    flaws = problem.get("flaws") or []
    if flaws:
        talk.print(table(flaws[:_MOST_FLAWS], {"Where": "field", "What": "message", "Suggestion": "suggestion"}))
    if len(flaws) > _MOST_FLAWS:
        talk.print(f"… and {len(flaws) - _MOST_FLAWS} more.")
