"""The command that writes docs/reference from the code, so that no page says anything else than the program does."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperArgument, TyperOption

from ashiato.cli.installation import described_interface, variable
from ashiato.cli.output import AsJson, done

_NOTICE = "<!-- Written by `ashiato reference`. Edit the code, then run `make docs`. -->\n"
_TYPES = {"str": "TEXT", "int range": "NUMBER", "path": "FILE", "file": "FILE", "%Y-%m-%d": "YYYY-MM-DD"}
_METHODS = ("get", "post", "put", "patch", "delete")
_EXIT_CODES = """Every command takes `--json`: machine-readable output on standard output, talk on standard error. `NO_COLOR` is respected.

| Exit code | Meaning |
|---|---|
| 0 | done |
| 1 | a problem was found, or the server refused (404, 409, 422) |
| 2 | the command was not understood |
| 3 | not logged in, or not allowed (401, 403) |
| 4 | nobody answers, or not now (429, 502, 503, 504) |
"""


def reference(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", file_okay=False, help="The folder to write to.")],
    as_json: AsJson = False,
) -> None:
    """Writes the reference pages: commands, settings, import format, bundles, REST interface."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = {
        "cli.md": cli_page(context.find_root()),
        "settings.md": settings_page(),
        "import-format.md": import_page(),
        "bundle.md": bundle_page(),
        "api.md": api_page(described_interface()),
    }
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    files = [str(folder / name) for name in pages]
    done(as_json, {"files": files}, f"Written: {', '.join(files)}.")


def cli_page(root: Any) -> str:
    """Every command with its help, arguments and options."""
    sections = [f"{_NOTICE}\n# Commands\n\n{root.command.help}\n\n{_EXIT_CODES}"]
    sections += [_command(path, command, root) for path, command in _commands(root.command, ["ashiato"])]
    return "\n".join(sections)


def _commands(group: Any, path: list[str]) -> Iterator[tuple[list[str], Any]]:
    for name, command in sorted(group.commands.items()):
        if command.hidden:
            continue
        if hasattr(command, "commands"):
            yield from _commands(command, [*path, name])
        elif name == getattr(group, "default_command", None):
            yield path, command
        else:
            yield [*path, name], command


def _command(path: list[str], command: Any, root: Any) -> str:
    arguments = [parameter for parameter in command.params if isinstance(parameter, TyperArgument)]
    options = [parameter for parameter in command.params if isinstance(parameter, TyperOption) and not parameter.hidden]
    usage = " ".join([*path, *(_named(argument) for argument in arguments), *(["[OPTIONS]"] if options else [])])
    rows = [[f"`{_named(argument)}`", argument.help or "", "yes" if argument.required else ""] for argument in arguments]
    rows += [
        [f"`{_spelled(option, root)}`", _option_help(option), "yes" if option.required else ""] for option in options if option.name != "as_json"
    ]
    return f"## {' '.join(path[1:])}\n\n```\n{usage}\n```\n\n{command.help}\n" + (
        f"\n{_table(['Argument or option', 'Meaning', 'Required'], rows)}" if rows else ""
    )


def _named(argument: TyperArgument) -> str:
    name = (argument.metavar or argument.name or "").upper() + ("…" if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def _spelled(option: TyperOption, root: Any) -> str:
    names = ", ".join([*option.opts, *option.secondary_opts])
    if option.is_flag:
        return names
    kind = option.display_type(root).strip("<>").removeprefix("list[").removesuffix("]")
    return f"{names} {option.metavar or _TYPES.get(kind, kind)}"


def _option_help(option: TyperOption) -> str:
    default = option.default
    if option.is_flag and option.secondary_opts and isinstance(default, bool):
        default = (option.opts if default else option.secondary_opts)[0]
    shown = option.show_default and not option.required and default not in (None, False, "", ()) and not callable(default)
    return (option.help or "") + (f" Default: `{default}`." if shown else "")


def settings_page() -> str:
    """Every setting, from the class that reads them."""
    from ashiato.plumbing.settings import Settings  # noqa: PLC0415 — beside the other pages' sources

    rows = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        rows.append([f"`{variable(name)}`", default, field.description or ""])
    return (
        f"{_NOTICE}\n# Settings\n\nSettings come from the environment only. A variable that starts with `ASHIATO_` and is not listed is refused.\n"
        f"`ashiato config show` shows the present ones without the secrets; `ashiato config explain KEY` explains one.\n\n"
        f"{_table(['Variable', 'Default', 'Meaning'], rows)}\n"
        "For the command line: `ASHIATO_URL` (the server; `http://127.0.0.1:8000` if empty), `ASHIATO_TOKEN` (goes before the token that\n"
        "`ashiato login` keeps) and `ASHIATO_PASSWORD` (for `login`, `init` and `company apply`).\n"
    )


def import_page() -> str:
    """Every table that can be imported, with its columns."""
    from ashiato.domain.imports import TABLES  # noqa: PLC0415 — the domain is heavy; --help does without it

    head = (
        f"{_NOTICE}\n# Import format\n\n"
        "A workbook (.xlsx) holds any of these tables, one a sheet; a .csv file (UTF-8 or Shift_JIS) holds one. A table is recognised by its\n"
        "headings, in English or Japanese, in any order; the name of the sheet does not matter. Other columns are kept with their rows.\n"
        "`ashiato template FILE.xlsx` writes them all, empty. `ashiato import FILE --dry-run` examines a file and saves nothing.\n"
    )
    sections = [head]
    for kind, columns in TABLES.items():
        rows = [[f"`{column.field}`", " · ".join(column.headers), "yes" if column.required else "", column.about] for column in columns]
        sections.append(f"## {kind}\n\n{_table(['Field', 'Headings', 'Required', 'What it holds'], rows)}")
    return "\n".join(sections)


def bundle_page() -> str:
    """Every table of a company's bundle, and what is left out with the reason."""
    from ashiato.domain import leaving  # noqa: PLC0415 — the domain is heavy; --help does without it

    contents = leaving.contents
    arrives = {contents.Arrival.LIVE: "taken up", contents.Arrival.ASIDE: "carried along, readable"}
    remains = {
        contents.Remains.TAKEN_AWAY: "taken away",
        contents.Remains.HELD: "taken away, unless others rely on it",
        contents.Remains.KEPT: "stays",
    }
    rows = [[f"`{name}`", each.about, "yes" if each.received else "", arrives[each.arrival], remains[each.remains]]
            for name, each in sorted(contents.CONTENTS.items())]  # fmt: skip
    left_out = contents.LEFT_OUT | {f"{table}.{column}": reason for (table, column), reason in contents.OMITTED.items()}
    return (
        f"{_NOTICE}\n# A company's bundle\n\nA zip archive of the form `{leaving.SCHEMA}`, written by `ashiato export company` and verified by\n"
        "`ashiato bundle verify`. Names use a–z, 0–9, `_` and `-`; files are stored or deflated, never encrypted.\n\n"
        "| File | What it holds |\n|---|---|\n"
        "| `manifest.json` | canonical JSON (RFC 8785): installation, company, parties with corporate numbers, every file with SHA-256 and size |\n"
        "| `manifest.note` | `<log> company bundle`, `sha256:<of manifest.json>`, signed by the installation's log key (C2SP signed-note) |\n"
        "| `own/<table>.jsonl` | the company's records, one JSON object a line with the columns' names; figures are texts, instants ISO 8601 |\n"
        "| `received/<table>.jsonl` | records of others that the company may read |\n"
        "| `evidence/<id>`, `received-evidence/<id>`, `files/<id>` | the bytes of evidence and files |\n"
        "| `log.json` | every fact of the company's affairs with its proof, for `ashiato audit verify` |\n\n"
        f"{_table(['Table', 'What a record is', 'Also received', 'Elsewhere', 'Here, once the company has left'], rows)}\n"
        f"## Left out\n\n{_table(['What', 'Why'], [[f'`{name}`', reason] for name, reason in sorted(left_out.items())])}"
    )


def api_page(described: Mapping[str, Any]) -> str:
    """Every address of the REST interface, with what it takes and answers."""
    head = (
        f"{_NOTICE}\n# REST interface\n\n"
        "The full description is OpenAPI 3.1: `ashiato openapi`, or `/api/v1/openapi.json` on a server. Failures are problems (RFC 9457).\n"
        "Writes take an `Idempotency-Key`; lists take `limit` and `after`.\n"
    )
    paths = sorted(described["paths"].items())
    return "\n".join([head, *(_operation(method, path, found[method]) for path, found in paths for method in _METHODS if method in found)])


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    told = [f"## {method.upper()} {path}\n", f"{(operation.get('description') or operation.get('summary') or '').strip()}\n"]
    parameters = operation.get("parameters", [])
    if parameters:
        rows = [[f"`{item['name']}`", item["in"], _schema(item.get("schema", {})), "yes" if item.get("required") else "", item.get("description", "")]
                for item in parameters]  # fmt: skip
        told.append(_table(["Parameter", "In", "Type", "Required", "Meaning"], rows))
    body = _content(operation.get("requestBody", {}))
    if body:
        told.append(f"Body: {body}\n")
    answers = [f"{status} {_content(answer)}".strip() for status, answer in operation.get("responses", {}).items() if status.startswith("2")]
    told.append(f"Answer: {', '.join(answers)}\n")
    return "\n".join(told)


def _content(described: Mapping[str, Any]) -> str:
    found = [
        f"{_schema(content.get('schema', {}))}" + ("" if "json" in kind else f" ({kind})") for kind, content in described.get("content", {}).items()
    ]
    return ", ".join(dict.fromkeys(text for text in found if text))


def _schema(schema: Mapping[str, Any]) -> str:
    """The name of a model, or the type of a value."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rsplit("/", 1)[-1]
        return f"page of `{name[5:-1]}`" if name.startswith("Page_") else f"`{name}`"
    if "anyOf" in schema:
        return " or ".join(name for option in schema["anyOf"] if (name := _schema(option)) != "null")
    if "enum" in schema:
        return " · ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_schema(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "")


def _table(headers: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(headers) + " |", "|" + "---|" * len(headers)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
