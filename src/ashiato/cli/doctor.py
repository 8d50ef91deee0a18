"""The command that examines an installation and says, for each fault, what to do about it. It changes nothing."""

import asyncio
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import typer
from pydantic import ValidationError

from ashiato.cli.output import PROBLEM, AsJson, print_json, say, words
from ashiato.plumbing import settings
from ashiato.plumbing.settings import PREFIX, Settings, UnknownSettingError

if TYPE_CHECKING:
    from ashiato.plumbing.inspection import Seen

LEAST_FREE = 1024 * 1024 * 1024  # bytes
_CLOCKS_APART = timedelta(seconds=5)
_LATE = timedelta(minutes=5)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong with the installation, and what to do about it. A `warning` runs, and leaves something open."""

    code: str
    message: str
    remedy: str
    warning: bool = False

    def told(self) -> dict[str, str]:
        """Its members, as JSON tells them."""
        return {"code": self.code, "message": self.message, "remedy": self.remedy}


def doctor(as_json: AsJson = False) -> None:
    """Examines settings, home folder, secrets, kept files, disk, database, schema, log and clocks, and says what to do about each fault.

    Nothing is changed. It works beside a running server and without one. Exit code 1 if anything is wrong; warnings alone, such as an operator of
    one person, do not count. `ashiato fsck` looks deeper.
    """
    examined, found = examine()
    faults, warnings = [each for each in found if not each.warning], [each for each in found if each.warning]
    if as_json:
        told = {"faults": [each.told() for each in faults], "warnings": [each.told() for each in warnings]}
        print_json({"sound": not faults, "examined": examined, **told})
    else:
        words(f"Examined: {', '.join(examined)}.")
        for each in found:
            words(f"{'warning: ' if each.warning else ''}{each.code}  {each.message} {each.remedy}")
        say("Something is wrong." if faults else "Nothing is wrong.")
    if faults:
        raise typer.Exit(PROBLEM)


def examine() -> tuple[list[str], list[Fault]]:
    """What was examined, and every fault that was found. What cannot be examined without another thing is left out where that is missing."""
    try:
        chosen = settings.load()
    except UnknownSettingError as error:
        remedy = "Unset it or correct its name; `ashiato config explain KEY` names the nearest."
        return ["settings"], [Fault("settings.unknown", str(error), remedy)]
    except ValidationError as error:
        names = ", ".join(PREFIX + str(flaw["loc"][0]).upper() for flaw in error.errors(include_input=False) if flaw["loc"])
        return ["settings"], [Fault("settings.value", f"{names}: not a value for it.", "`ashiato config explain KEY` says what it takes.")]
    examinations: dict[str, Callable[[Settings], Iterator[Fault]]] = {
        "settings": _settings, "home": _home, "secrets": _secrets, "files": _files, "disk": _disk,
    }  # fmt: skip
    faults = [fault for look in examinations.values() for fault in look(chosen)]
    if any(fault.code.startswith("home.") for fault in faults):
        return list(examinations), faults
    from ashiato.plumbing import inspection, telemetry  # noqa: PLC0415 — the database is needed here only

    telemetry.configure("error")
    seen = asyncio.run(inspection.look(chosen))
    return [*examinations, "database", "schema", "log", "clocks"], [*faults, *_database(seen)]


def _settings(chosen: Settings) -> Iterator[Fault]:
    public = urlsplit(chosen.public_url)
    if public.scheme not in ("http", "https") or not public.hostname:
        yield Fault("settings.public_url", f"ASHIATO_PUBLIC_URL is “{chosen.public_url}”, which is no address.", "State it with https:// in front.")
    elif chosen.host not in _LOOPBACK and public.hostname in _LOOPBACK:
        yield Fault(
            "settings.public_url", "The server is bound to a network, and ASHIATO_PUBLIC_URL says that it is on this machine.",
            "Set ASHIATO_PUBLIC_URL to the address that others use: tokens and QR codes carry it.",
        )  # fmt: skip
    elif public.scheme == "http" and public.hostname not in _LOOPBACK:
        yield Fault("settings.plain_http", "ASHIATO_PUBLIC_URL is not encrypted.", "Put a proxy with TLS in front and state its https:// address.")
    for name, value in (("ASHIATO_IDS_SEED", chosen.ids_seed), ("ASHIATO_FROZEN_CLOCK", chosen.frozen_clock)):
        if value is not None:
            yield Fault("settings.tests_only", f"{name} is for tests.", "Unset it: identifiers could be guessed, or time stands still.")
    if chosen.outbound_authorities is not None and not chosen.outbound_authorities.is_file():
        yield Fault("settings.authorities", f"{chosen.outbound_authorities} is not there.", "Put the file there, or unset it.")


def _home(chosen: Settings) -> Iterator[Fault]:
    home = chosen.home.resolve()
    if not home.exists():
        if not os.access(next(parent for parent in home.parents if parent.exists()), os.W_OK):
            yield Fault("home.parent", f"{home} cannot be made.", "Make it, and give it to the user that runs Ashiato; or set ASHIATO_HOME.")
    elif not home.is_dir():
        yield Fault("home.file", f"{home} is no folder.", "Set ASHIATO_HOME to a folder.")
    elif not os.access(home, os.W_OK | os.X_OK):
        yield Fault("home.rights", f"{home} cannot be written to.", "Give it to the user that runs Ashiato.")


def _secrets(chosen: Settings) -> Iterator[Fault]:
    folder = chosen.home.resolve() / "secrets"
    if not folder.is_dir():
        if (chosen.home / "files").is_dir() or (chosen.home / "postgres").is_dir():
            yield Fault("secrets.missing", f"{folder} is gone, and data are there.", "Restore it from the last backup: without it nothing opens.")
        return
    for path in (folder, *sorted(folder.iterdir())):
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Fault("secrets.rights", f"{path} can be read by others.", f"chmod go-rwx {path}")
    for name in ("master.key", "log.key"):
        path = folder / name
        if (folder / "log.name").exists() and not path.exists():
            yield Fault("secrets.key", f"{path} is gone.", "Restore it from the last backup; a new one would not open what is sealed.")
        elif path.exists() and path.stat().st_size != 32:  # noqa: PLR2004 — both keys have 256 bits
            yield Fault("secrets.key", f"{path} is damaged.", "Restore it from the last backup.")


def _files(chosen: Settings) -> Iterator[Fault]:
    from ashiato.plumbing.buckets import files_of  # noqa: PLC0415 — help need not load it

    files = files_of(chosen)
    try:
        next(files.digests(), None)
    except OSError:
        remedy = "See that ASHIATO_S3_ENDPOINT answers, and that the access key may list, read, put and delete in the bucket."
        yield Fault("files.unreachable", f"{chosen.files} does not answer, or does not let this installation in.", remedy)


def _disk(chosen: Settings) -> Iterator[Fault]:
    place = next(path for path in (chosen.home.resolve(), *chosen.home.resolve().parents) if path.exists())
    free = shutil.disk_usage(place).free
    if free < LEAST_FREE:
        yield Fault("disk.full", f"{free // 2**20} MB are free under {place}.", "Make room before writes fail: at least 1 GB.")


def _database(seen: "Seen") -> Iterator[Fault]:
    if seen.unreachable is not None:
        yield Fault("database.unreachable", seen.unreachable, "Start PostgreSQL, or correct DATABASE_URL; its words say what failed.")
        return
    if seen.version < 15:  # noqa: PLR2004 — the oldest that is supported
        yield Fault("database.version", f"PostgreSQL {seen.version} is too old.", "Use version 15 or later.")
    if seen.owner_weak:
        yield Fault("database.owner", "The role of DATABASE_URL may not create roles.", "ALTER ROLE … CREATEROLE, as a superuser.")
    if seen.unsafe:
        told = ", ".join(seen.unsafe)
        yield Fault("database.durability", f"{told}: what was acknowledged could be lost.", "Set it back to on in postgresql.conf.")
    if seen.edited:
        yield Fault("schema.edited", f"{', '.join(seen.edited)}: edited after being applied.", "Install the code again as it was released.")
    if seen.ahead:
        yield Fault("schema.ahead", f"The database knows {', '.join(seen.ahead)}; this code does not.", "Install the newer version of Ashiato.")
    if seen.behind:
        yield Fault("schema.behind", f"{len(seen.behind)} steps are missing, {seen.behind[0]} first.", "ashiato migrate")
        return
    if seen.no_login:
        yield Fault("database.login", "The application's role cannot log in.", "ashiato migrate sets its password from the secrets or the settings.")
        return
    yield from _working(seen)


def _working(seen: "Seen") -> Iterator[Fault]:
    if seen.other_key:
        yield Fault("log.key", "The log was signed with another key.", "Put the right secrets folder in place; nothing is signed until then.")
    if seen.waiting_since is not None and datetime.now(UTC) - seen.waiting_since > _LATE:
        yield Fault("worker.late", f"Facts wait since {seen.waiting_since.isoformat()}.", "See that the worker runs: `ashiato serve` starts it.")
    if not seen.operator:
        yield Fault("operator.none", "This installation has no operator yet.", "ashiato init")
    yield from _people(seen)
    if abs(seen.clock_apart) > _CLOCKS_APART:
        yield Fault(
            "clocks.apart", f"This machine and the database are {abs(seen.clock_apart).total_seconds():.0f} s apart.", "Synchronise both (NTP)."
        )


def _people(seen: "Seen") -> Iterator[Fault]:
    """What the operator's people leave open. Everything runs with one person and a password: these are warnings."""
    if seen.operator_people == 1:
        yield Fault(
            "operator.alone", "One person alone can act for the operator: nothing that two agree on (break-glass) is possible, and nobody stands in.",
            "Invite a second one: `ashiato person invite --email … --name … --role operator --by-mail`.", warning=True,
        )  # fmt: skip
    if seen.operator_unguarded:
        yield Fault(
            "operator.no_second_factor", f"{seen.operator_unguarded} of the operator's {seen.operator_people} people log in without a second factor.",
            "Each adds one under Your account; ASHIATO_SECOND_FACTOR=administrators makes it a duty.", warning=True,
        )  # fmt: skip
