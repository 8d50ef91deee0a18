"""The program's frame: every failure becomes a message on standard error and an exit code.

0 done; 1 a problem was found, or the server refused; 2 the command was not understood; 3 not logged in, or not allowed;
4 nobody answers, or not now.
"""

from http import HTTPStatus
from typing import Any

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from ashiato.cli.client import NoServerError, ServerError
from ashiato.cli.output import AUTH, NETWORK, PROBLEM, USAGE, show_problem, wants_json
from ashiato.kernel.errors import Kind, Refusal
from ashiato.plumbing.settings import PREFIX, Settings, UnknownSettingError

PANELS = (
    "Your company",
    "Data",
    "Trade",
    "Footprints",
    "Due diligence",
    "Associations",
    "Operator",
    "Sharing",
    "Installation",
)  # as --help shows them
_NOT_ALLOWED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_NOT_NOW = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})
_KINDS = {Kind.UNIDENTIFIED: AUTH, Kind.DENIED: AUTH, Kind.LIMITED: NETWORK, Kind.UNAVAILABLE: NETWORK}


class Program(TyperGroup):
    """The commands, with their failures told alike."""

    def list_commands(self, ctx: Any) -> list[str]:
        order = {panel: place for place, panel in enumerate(PANELS)}
        return sorted(super().list_commands(ctx), key=lambda name: order.get(getattr(self.commands[name], "rich_help_panel", ""), -1))

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (ServerError, NoServerError, Refusal, UnknownSettingError, ValidationError) as error:
            code, problem = told(error)
            show_problem(problem, as_json=wants_json(ctx))
            raise typer.Exit(code) from error


def told(error: Exception) -> tuple[int, dict[str, Any]]:
    """The exit code of a failure, and the failure in the members of RFC 9457."""
    match error:
        case ServerError():
            return _exit_code(error.status), _with_remedy(error.status, error.problem)
        case NoServerError():
            return NETWORK, {"title": str(error), "code": "no_server", "detail": "Start it with `ashiato serve`, or set ASHIATO_URL to its address."}
        case Refusal():
            flaws = [{"field": flaw.field, "code": flaw.code, "message": flaw.message, "suggestion": flaw.suggestion} for flaw in error.flaws]
            return _KINDS.get(error.kind, PROBLEM), {"title": error.message, "code": error.code, "detail": error.remedy, "flaws": flaws}
        case ValidationError():
            return USAGE, {"title": "A setting cannot be used.", "code": "settings", "flaws": _setting_flaws(error)}
        case _:
            return USAGE, {"title": str(error), "code": "settings"}


def _exit_code(status: int) -> int:
    if status in _NOT_ALLOWED:
        return AUTH
    return NETWORK if status in _NOT_NOW else PROBLEM


def _with_remedy(status: int, problem: dict[str, Any]) -> dict[str, Any]:
    if status == HTTPStatus.UNAUTHORIZED and problem.get("code") == "credentials":
        return problem | {"detail": "Log in with `ashiato login`, or set ASHIATO_TOKEN."}
    return problem


def _setting_flaws(error: ValidationError) -> list[dict[str, str]]:
    return [{"field": _variable(str(flaw["loc"][0]) if flaw["loc"] else ""), "message": flaw["msg"]} for flaw in error.errors(include_input=False)]


def _variable(name: str) -> str:
    return PREFIX + name.upper() if name in Settings.model_fields else name
