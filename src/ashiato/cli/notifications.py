"""Commands: what is to be done, reminders by mail, and where your own systems are told of events."""

from typing import Annotated, Literal
from uuid import UUID

import typer

from ashiato.cli.companies import Limit
from ashiato.cli.output import AsJson, done, listing, record
from ashiato.cli.session import connect, everything, write

webhook = typer.Typer(no_args_is_help=True, help="Where your own systems are told of events, signed after Standard Webhooks.")
WebhookId = Annotated[UUID, typer.Argument(metavar="WEBHOOK", help="Its id.")]


def todo(context: typer.Context, as_json: AsJson = False) -> None:
    """Lists what your company has to do now, the most urgent first."""
    columns = {"Due": "due_at", "Overdue": "overdue", "What": "kind", "About": "title", "With": "party", "Id": "subject_id"}
    listing(as_json, iter(connect(context).get("/duties")["items"]), columns)


def reminders(
    context: typer.Context,
    mail: Annotated[bool | None, typer.Option("--mail/--no-mail", help="Whether reminders come by mail.", show_default=False)] = None,
    lang: Annotated[Literal["en", "ja"], typer.Option(help="In which language.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Shows, or chooses, whether reminders come to you by mail."""
    server = connect(context)
    path = "/notification-preference"
    found = server.get(path) if mail is None else write(server, "PUT", path, json={"mail": mail, "language": lang})
    record(as_json, found, {"By mail": "mail", "Language": "language"})


@webhook.command("list")
def webhook_list(context: typer.Context, as_json: AsJson = False) -> None:
    """Lists where your systems listen, and to what."""
    columns = {"Id": "webhook_id", "Address": "address", "Events": "events", "Registered": "stated_at"}
    listing(as_json, iter(connect(context).get("/webhooks")["items"]), columns)


@webhook.command("add")
def webhook_add(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="An https address of your own.")],
    event: Annotated[list[str] | None, typer.Option(help="A kind of event; all, if none is named.")] = None,
    as_json: AsJson = False,
) -> None:
    """Administrator: registers where a system of yours listens; the secret that signs is shown now and never again."""
    record(as_json, write(connect(context), "POST", "/webhooks", json={"address": address, "events": event or []}),
           {"Id": "webhook_id", "Secret": "secret"})  # fmt: skip


@webhook.command("remove")
def webhook_remove(context: typer.Context, webhook_id: WebhookId, as_json: AsJson = False) -> None:
    """Administrator: forgets a webhook."""
    write(connect(context), "DELETE", f"/webhooks/{webhook_id}")
    done(as_json, {"webhook_id": str(webhook_id)}, "Removed.")


@webhook.command("test")
def webhook_test(context: typer.Context, webhook_id: WebhookId, as_json: AsJson = False) -> None:
    """Administrator: has a test event delivered."""
    done(as_json, write(connect(context), "POST", f"/webhooks/{webhook_id}/test"), "It goes out now; see `ashiato webhook deliveries`.")


@webhook.command("deliveries")
def webhook_deliveries(context: typer.Context, limit: Limit = None, as_json: AsJson = False) -> None:
    """Administrator: lists what went out to your systems, or waits, newest first."""
    columns = {"Id": "delivery_id", "Event": "event", "State": "state", "Attempts": "attempts", "Trouble": "trouble", "Noted": "noted_at",
               "Next or settled": "due_at"}  # fmt: skip
    listing(as_json, everything(connect(context), "/webhook-deliveries", limit), columns)


@webhook.command("replay")
def webhook_replay(
    context: typer.Context, delivery_id: Annotated[UUID, typer.Argument(metavar="DELIVERY", help="Its id.")], as_json: AsJson = False
) -> None:
    """Administrator: delivers the same once more."""
    done(as_json, write(connect(context), "POST", f"/webhook-deliveries/{delivery_id}/replay"), "It goes out now.")
