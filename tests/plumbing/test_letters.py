"""Letters go over SMTP where a mail server is named; what it does not take is laid into the folder, so that nothing is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ashiato.plumbing import letters
from ashiato.plumbing.settings import Settings

_REPLIES = {b"EHLO": b"250-here\r\n250 AUTH PLAIN\r\n", b"AUTH": b"235 welcome\r\n", b"QUIT": b"221 bye\r\n"}
LETTER = letters.Letter("hanako@example.test", "招待", "次のリンクから\nhttps://centre.example/invitations/x\n")


@asynccontextmanager
async def mail_server(verdict: bytes) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A mail server on a port of its own that takes each letter, or refuses it with this verdict; what it was sent."""
    taken: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            command = line.split()[0].upper()
            if command == b"DATA":
                writer.write(b"354 go on\r\n")
                taken.append(await reader.readuntil(b"\r\n.\r\n"))
                writer.write(verdict + b"\r\n")
            else:
                writer.write(_REPLIES.get(command, b"250 good\r\n"))
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], taken


@pytest.mark.parametrize(("verdict", "kept"), [(b"250 taken", 0), (b"451 later", 1)])
async def test_a_letter_is_sent_or_kept(tmp_path: Path, verdict: bytes, kept: int) -> None:
    async with mail_server(verdict) as (port, taken):
        await letters.hand_over(Settings(home=tmp_path, smtp_host="127.0.0.1", smtp_port=port, smtp_tls=False), LETTER)
    assert b"To: hanako@example.test" in taken[0]
    assert len(list((tmp_path / "mail").glob("*.eml"))) == kept


async def test_without_a_mail_server_it_lies_in_the_folder(tmp_path: Path) -> None:
    await letters.hand_over(Settings(home=tmp_path), LETTER)
    (path,) = (tmp_path / "mail").glob("*.eml")
    assert b"hanako@example.test" in path.read_bytes()
