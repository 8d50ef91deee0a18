"""Letters to people: sent over SMTP where the settings name a server, else laid into the folder `mail` of the installation's home."""

import asyncio
import secrets
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from pathlib import Path
from uuid import UUID

import structlog

from ashiato.plumbing.settings import Settings

_SECONDS = 20.0
_FOR_GOOD = 500  # below it a server asks to be tried again (RFC 5321 section 4.2.1), as those do that let unknown senders wait
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in plain text. `number`: what it is known by, so that it is known again where it comes twice; none for what is sent once."""

    to: str
    subject: str
    text: str
    number: UUID | None = None


class NotSentError(Exception):
    """The mail server did not take the letter. `again`: it may later."""

    def __init__(self, message: str, *, again: bool) -> None:
        super().__init__(message)
        self.again = again


def send(settings: Settings, letter: Letter) -> None:
    """Hands the letter to the mail server that the settings name (TLS unless they say otherwise), else lays it into the folder.

    Raises NotSentError where the server does not take it. It blocks: call it in a thread.
    """
    if settings.smtp_host is None:
        post(settings.home, letter)
        return
    message = _message(letter)
    number = make_msgid(domain="ashiato") if letter.number is None else f"<{letter.number}@ashiato>"
    message["From"], message["Date"], message["Message-ID"] = settings.smtp_from, formatdate(), number
    taken = False
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_SECONDS) as server:
            if settings.smtp_tls:
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user is not None and settings.smtp_password is not None:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(message)
            taken = True
    except smtplib.SMTPRecipientsRefused as refused:
        if any(code < _FOR_GOOD for code, _ in refused.recipients.values()):
            raise NotSentError("The mail server does not take letters for this address now.", again=True) from refused
        raise NotSentError("The mail server knows no such address.", again=False) from refused
    except (smtplib.SMTPException, OSError) as error:
        if not taken:  # what it says to our goodbye takes nothing back: the letter is its own since it took it (RFC 5321 section 4.1.1.4)
            raise NotSentError(f"The mail server did not take the letter: {type(error).__name__}.", again=True) from error


async def hand_over(settings: Settings, letter: Letter) -> None:
    """Sends a letter that waits in no queue. What the mail server does not take is laid into the folder, and the log says so."""
    try:
        await asyncio.to_thread(send, settings, letter)
    except NotSentError as error:
        log.warning("letter not sent", trouble=str(error))
        post(settings.home, letter)


def _message(letter: Letter) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["To"], message["Subject"] = letter.to, letter.subject
    message.set_content(letter.text)
    return message


def post(home: Path, letter: Letter) -> Path:
    """Lays the letter into the folder, readable by its user only; where it lies."""
    message = _message(letter)
    folder = home / "mail"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(12)}.eml"
    path.touch(mode=0o600)
    path.write_bytes(message.as_bytes())
    return path
