"""Who is sent away when a process's threads wait for too many at once."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from app.host.crowd import Crowd, TooSlow, Watched
from tests.services import eventually

Pair = tuple[socket.socket, Watched]


@pytest.fixture
def pairs() -> Iterator[list[Pair]]:
    """Five clients and their watched sockets, in a process of four threads: three may wait."""
    crowd, made = Crowd(4, lambda: False), []
    for _ in range(5):
        client, server = socket.socketpair()
        watched = Watched(fileno=server.detach())
        watched.watch(crowd)
        made.append((client, watched))
    yield made
    for client, watched in made:
        client.close()
        watched.close()


def test_the_one_that_brought_least_for_its_time_goes(pairs: list[Pair]) -> None:
    brisk, slow, *others = pairs
    brisk[0].sendall(bytes(5000))
    assert brisk[1].recv(5000) == bytes(5000)
    with ThreadPoolExecutor(5) as pool:

        def wait(pair: Pair) -> Future[bytes]:
            future = pool.submit(pair[1].recv, 100)
            eventually(lambda: pair[1].lost() > -5, 5, "it is waited for")
            eventually(lambda: pair[1] in pair[1].crowd._waited_for, 5, "it is waited for")
            return future

        held = [wait(brisk), wait(slow), wait(others[0])]
        held.append(pool.submit(others[1][1].recv, 100))
        with pytest.raises(TooSlow):
            held[1].result(5)
        assert slow[0].recv(1) == b""  # told at once
        held.append(pool.submit(others[2][1].recv, 100))
        with pytest.raises(TooSlow):
            held[2].result(5)
        for client in (brisk[0], others[1][0], others[2][0]):
            client.sendall(b"on")
        assert [held[each].result(5) for each in (0, 3, 4)] == [b"on"] * 3


def test_one_who_leaves_makes_room(pairs: list[Pair]) -> None:
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):  # as often as it likes: those before have left
            held = [pool.submit(watched.recv, 1) for _, watched in pairs[:3]]
            for client, _ in pairs[:3]:
                client.sendall(b"x")
            assert [future.result(5) for future in held] == [b"x"] * 3
