"""The command line: nouns, then verbs. What each command does stands in its module; here is the list."""

import contextlib
import io
import sys
from collections.abc import Callable

import typer

from ashiato.cli import (
    access,
    applications,
    approvals,
    associations,
    audit,
    break_glass,
    companies,
    declarations,
    demo,
    diligence,
    doctor,
    evidence,
    footprints,
    grievances,
    imports,
    installation,
    interchange,
    leaving,
    notifications,
    pact,
    parts,
    reference,
    requests,
    rooms,
    sharing,
    sign_on,
    support,
    transparency,
    upkeep,
    views,
)
from ashiato.cli.program import Program

app = typer.Typer(
    name="ashiato",
    cls=Program,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Shared data infrastructure of the battery supply chain: companies answer each other's questions about carbon tier by tier, "
    "without showing each other their recipes.",
)
_NOUNS = {
    "Your company": {
        "company": companies.company,
        "person": companies.person,
        "program": companies.program,
        "site": companies.site,
        "sso": sign_on.sso,
        "support": support.support,
        "leave": leaving.leave,
        "view": views.view,
    },
    "Data": {
        "part": parts.part,
        "factor": parts.factor,
        "inventory": parts.inventory,
        "draft": parts.draft,
        "imports": imports.imports,
        "import": leaving.arrivals,
        "export": leaving.exports,
        "bundle": leaving.bundles,
    },
    "Trade": {"request": requests.request, "answer": requests.answer, "approval": approvals.approval, "webhook": notifications.webhook},
    "Footprints": {
        "footprint": footprints.footprint,
        "method": footprints.method,
        "declaration": declarations.declaration,
        "evidence": evidence.evidence,
    },
    "Due diligence": {"diligence": diligence.diligence, "risk": diligence.risk, "grievance": grievances.grievance},
    "Associations": {"association": associations.association, "survey": associations.survey, "publication": associations.publication},
    "Operator": {
        "transparency": transparency.transparency,
        "register": transparency.register,
        "certification": transparency.certification,
        "break-glass": break_glass.break_glass,
    },
    "Sharing": {"grant": sharing.grant, "pact": pact.pact, "room": rooms.room, "fact": sharing.fact, "log": sharing.log, "audit": audit.audit},
    "Installation": {"config": installation.config, "application": applications.application},
}
_VERBS: dict[str, dict[str, Callable[..., None]]] = {
    "Your company": {"login": access.log_in, "logout": access.log_out, "me": access.me, "todo": notifications.todo,
                     "reminders": notifications.reminders},
    "Data": {"template": imports.template},
    "Installation": {"serve": installation.serve, "init": installation.init, "migrate": installation.migrate, "fsck": upkeep.fsck,
                     "backup": upkeep.backup, "doctor": doctor.doctor, "restore": upkeep.restore,
                     "openapi": installation.openapi,
                     "version": installation.version, "reference": reference.reference},
}  # fmt: skip
for panel, verbs in _VERBS.items():
    for word, verb in verbs.items():
        app.command(word, rich_help_panel=panel)(verb)
for panel, nouns in _NOUNS.items():
    for word, noun in nouns.items():
        app.add_typer(noun, name=word, rich_help_panel=panel)
interchange.register(diligence.diligence, diligence.risk)
demo.register(app)


def main() -> None:
    """The program `ashiato`."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, io.UnsupportedOperation):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # a terminal of another encoding shows escapes
    app()
