"""The command line's connection to a server that gives up idle connections."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ashiato.cli.client import Client, NoServerError

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\nConnection: close\r\n\r\n{"told": 1}\n'


@contextmanager
def giving_up(times: int) -> Iterator[tuple[str, list[bytes]]]:
    """A server that closes so many connections once something was asked, and answers over the next; what it was asked."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            for _ in range(times + 1):
                try:
                    connection, _ = door.accept()
                except OSError:
                    return
                with connection:
                    asked.append(connection.recv(65536))
                    if len(asked) > times:
                        connection.sendall(ANSWER)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}", asked
        door.close()


def test_what_may_be_repeated_is_asked_again_where_the_connection_was_given_up() -> None:
    with giving_up(1) as (url, asked):
        assert Client(url).call("GET", "/parts") == {"told": 1}
    assert len(asked) == 2
    with giving_up(1) as (url, asked):
        assert Client(url).call("POST", "/parts", key="once", json={}) == {"told": 1}
    assert all(b"idempotency-key: once" in each.lower() for each in asked)


def test_a_write_that_nothing_makes_safe_is_not_repeated() -> None:
    with giving_up(1) as (url, asked), pytest.raises(NoServerError):
        Client(url).call("POST", "/parts", json={})
    assert len(asked) == 1


def test_a_server_that_gives_up_again_and_again_is_no_server() -> None:
    with giving_up(9) as (url, asked), pytest.raises(NoServerError):
        Client(url).call("GET", "/parts")
    assert len(asked) == 2
