"""Logs tell where something failed, and nothing of what was sent or stored."""

import psycopg
import pytest
from pydantic import BaseModel, ValidationError

from ashiato.plumbing import telemetry

SECRET = "nickel-share-0.8137"


class Message(BaseModel):
    share: int


def fails_on_a_value() -> None:
    try:
        Message.model_validate({"share": SECRET})
    except ValidationError as error:
        raise RuntimeError(f"cannot use {SECRET}") from error


def logged(error: BaseException) -> str:
    return str(telemetry.without_values(None, "error", {"event": "unforeseen failure", "exc_info": error})["exception"])


def test_a_failure_is_told_by_types_and_places_alone() -> None:
    with pytest.raises(RuntimeError) as caught:
        fails_on_a_value()
    assert SECRET in str(caught.value), "its message would tell"
    assert SECRET in str(caught.value.__cause__)
    told = logged(caught.value)
    assert SECRET not in told
    assert "builtins.RuntimeError" in told
    assert "ValidationError" in told, "what it came from is told as well"
    assert "fails_on_a_value" in told


def test_a_failure_of_the_database_keeps_its_code(owner_url: str) -> None:
    with psycopg.connect(owner_url) as connection, pytest.raises(psycopg.Error) as caught:
        connection.execute("SELECT %s::integer", [SECRET])
    assert SECRET in str(caught.value)
    assert "(22P02)" in logged(caught.value)
    assert SECRET not in logged(caught.value)


def test_what_is_being_handled_is_meant_by_true() -> None:
    try:
        fails_on_a_value()
    except RuntimeError:
        entry = telemetry.without_values(None, "error", {"event": "x", "exc_info": True})
    assert "fails_on_a_value" in str(entry["exception"])
    assert telemetry.without_values(None, "info", {"event": "x"}) == {"event": "x"}
