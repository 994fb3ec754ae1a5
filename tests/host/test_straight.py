"""A body from its socket: these bytes, no more, and none of the next request's."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from gunicorn.http.unreader import SocketUnreader

from app.host.straight import Straight

Wire = tuple[socket.socket, SocketUnreader]


@pytest.fixture
def wire() -> Iterator[Wire]:
    client, server = socket.socketpair()
    server.settimeout(5)
    with client, server:
        yield client, SocketUnreader(server)


@pytest.mark.parametrize("held", [b"", b"01", b"0123456789", b"0123456789next"])
def test_what_was_read_ahead_comes_first_and_the_next_request_stays(
    wire: Wire, held: bytes
) -> None:
    client, unreader = wire
    unreader.unread(held)
    client.sendall(b"0123456789next"[len(held) :])
    body = Straight(unreader, 10)
    assert body.read(3) in (b"01", b"012")
    assert body.readall() == b"0123456789"[3 if held != b"01" else 2 :]
    assert body.read(1) == body.read() == b"" and not body.failed
    assert unreader.read(4) == b"next"


def test_a_client_that_goes_away_ends_it(wire: Wire) -> None:
    client, unreader = wire
    client.sendall(b"0123")
    client.close()
    body = Straight(unreader, 10)
    assert body.readall() == b"0123"
    assert body.read(1) == b""


def test_after_an_error_nothing_more_is_taken_from_the_connection(wire: Wire) -> None:
    _, unreader = wire
    unreader.sock.settimeout(0.01)
    body = Straight(unreader, 10)
    with pytest.raises(TimeoutError):
        body.read(1)
    assert body.failed


def test_lines_are_lines(wire: Wire) -> None:
    client, unreader = wire
    unreader.unread(b"one\nt")
    client.sendall(b"wo\nthree")
    assert list(Straight(unreader, 13)) == [b"one\n", b"two\n", b"three"]
