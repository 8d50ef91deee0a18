"""Letters go over SMTP where a mail server is named; what it does not take is laid into the folder, so that nothing is lost."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.elsewhere import Authority

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


SECRET = "the mail server's password"
PLAIN = {b"EHLO": b"250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n", b"STARTTLS": b"220 go ahead\r\n"}
BROKEN = {
    "it is not offered": {b"EHLO": b"250 AUTH PLAIN\r\n"},
    "it is refused": {b"STARTTLS": b"454 not now\r\n"},
    "the answer is cut": {b"STARTTLS": b"22"},
    "no answer comes": {b"STARTTLS": b""},
    "there is no handshake": {},
    "plain text comes in its place": {b"STARTTLS": b"220 go ahead\r\n250 AUTH PLAIN\r\n235 welcome\r\n"},
    "the handshake breaks off": {},
    "another's certificate": {},
}


@asynccontextmanager
async def secure_server(context: ssl.SSLContext, breaks: str | None) -> AsyncIterator[tuple[int, bytearray, list[bytes]]]:
    """A mail server that goes over to TLS, or breaks while it does; what it was told in plain text, and the letters that it took."""
    plain, taken = bytearray(), []
    says = PLAIN | BROKEN.get(breaks or "", {})

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        secure = False
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            command = (line.split() or [b""])[0].upper()
            if not secure:
                plain.extend(line)
                writer.write(says.get(command, b"250 good\r\n"))
                if command == b"STARTTLS" and breaks in (None, "another's certificate"):
                    await writer.start_tls(context)
                    secure = True
                elif command == b"STARTTLS" and breaks == "the handshake breaks off":
                    await reader.read(100)
                    break
                elif command == b"STARTTLS" and breaks == "the answer is cut":
                    break
            elif command == b"DATA":
                writer.write(b"354 go on\r\n")
                taken.append(await reader.readuntil(b"\r\n.\r\n"))
                writer.write(b"250 taken\r\n")
            else:
                writer.write(_REPLIES.get(command, b"250 good\r\n"))
        writer.close()

    async def quietly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):  # a caller that does not trust us hangs up
            await talk(reader, writer)

    server = await asyncio.start_server(quietly, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], plain, taken


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    authority = Authority(tmp_path / "authority")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    monkeypatch.setattr(letters, "_SECONDS", 2.0)
    return authority


def serving(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def named(tmp_path: Path, port: int) -> Settings:
    return Settings(home=tmp_path, smtp_host="127.0.0.1", smtp_port=port, smtp_user="us", smtp_password=SecretStr(SECRET))


async def test_a_letter_goes_over_tls(tmp_path: Path, trusted: Authority) -> None:
    """The canary of those that follow: where nothing breaks it is taken, once, and nothing of it was said in plain text."""
    async with secure_server(serving(trusted.issue()), None) as (port, plain, taken):
        await asyncio.to_thread(letters.send, named(tmp_path, port), LETTER)
    assert [line.split()[0] for line in bytes(plain).splitlines()] == [b"ehlo", b"STARTTLS"]
    assert len(taken) == 1


@pytest.mark.parametrize("breaks", BROKEN)
async def test_what_breaks_on_the_way_to_tls_lets_nothing_out(tmp_path: Path, trusted: Authority, breaks: str) -> None:
    """The letter may be sent again later; neither it nor the password was said to whoever was there."""
    theirs = (Authority(tmp_path / "another") if breaks == "another's certificate" else trusted).issue()
    async with secure_server(serving(theirs), breaks) as (port, plain, taken):
        with pytest.raises(letters.NotSentError) as refused:
            await asyncio.to_thread(letters.send, named(tmp_path, port), LETTER)
    assert refused.value.again
    said = [line.split()[0] for line in bytes(plain).splitlines() if line.isascii() and line.strip()]
    assert not {b"AUTH", b"MAIL", b"DATA"} & {word.upper() for word in said}, said
    assert taken == []


@pytest.mark.parametrize("error", [socket.EAI_AGAIN, socket.EAI_NONAME])
async def test_a_mail_server_whose_name_cannot_be_resolved_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int) -> None:
    def fails(*_: object, **__: object) -> None:
        raise socket.gaierror(error, "said by the resolver")

    settings = Settings(home=tmp_path, smtp_host="mail.centre.example", smtp_port=25)
    with monkeypatch.context() as failing:
        failing.setattr(socket, "getaddrinfo", fails)
        with pytest.raises(letters.NotSentError) as refused:
            letters.send(settings, LETTER)
        assert refused.value.again
        await letters.hand_over(settings, replace(LETTER, subject="kept"))
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 1
