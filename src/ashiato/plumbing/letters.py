"""Letters to people. They are laid into the folder `mail` of the installation's home, one file each, for a mail program to carry on."""

import secrets
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in plain text."""

    to: str
    subject: str
    text: str


def post(home: Path, letter: Letter) -> Path:
    """Lays the letter into the folder, readable by its user only; where it lies."""
    message = EmailMessage(policy=SMTP)
    message["To"], message["Subject"] = letter.to, letter.subject
    message.set_content(letter.text)
    folder = home / "mail"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(12)}.eml"
    path.touch(mode=0o600)
    path.write_bytes(message.as_bytes())
    return path
