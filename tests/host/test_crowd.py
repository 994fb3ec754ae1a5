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


def waits(pool: ThreadPoolExecutor, pair: Pair) -> Future[bytes]:
    """A thread that is known to wait for this client."""
    future = pool.submit(pair[1].recv, 100)
    eventually(lambda: pair[1] in pair[1].crowd._waited_for, 60, "it is waited for")
    return future


def test_the_one_that_is_furthest_behind_goes(pairs: list[Pair]) -> None:
    brisk, slow, *others = pairs
    with ThreadPoolExecutor(5) as pool:
        held = [waits(pool, brisk), waits(pool, slow)]
        eventually(lambda: slow[1].behind() > 0.3, 60, "both are behind")
        brisk[0].sendall(bytes(9000))
        assert held[0].result(60) == bytes(100)
        assert brisk[1].recv(9000) == bytes(8900)
        held[0] = waits(pool, brisk)
        held.append(waits(pool, others[0]))
        held.append(pool.submit(others[1][1].recv, 100))
        with pytest.raises(TooSlow):
            held[1].result(60)
        assert slow[0].recv(1) == b""  # told at once
        for client in (brisk[0], others[0][0], others[1][0]):
            client.sendall(b"on")
        assert [held[each].result(60) for each in (0, 2, 3)] == [b"on"] * 3


def test_no_stranger_keeps_a_newcomer_out_by_what_it_brought_before(pairs: list[Pair]) -> None:
    strangers, newcomer = pairs[:3], pairs[3]
    for client, watched in strangers:
        client.sendall(bytes(20_000))
        got = 0
        while got < 20_000:
            got += len(watched.recv(20_000))
    with ThreadPoolExecutor(4) as pool:
        held = [waits(pool, pair) for pair in strangers]
        held.append(pool.submit(newcomer[1].recv, 100))
        with pytest.raises(TooSlow):
            held[0].result(60)
        for client, _ in pairs[1:4]:
            client.sendall(b"on")
        assert [future.result(60) for future in held[1:]] == [b"on"] * 3


def test_who_comes_while_one_is_going_sends_away_another(pairs: list[Pair]) -> None:
    crowd = pairs[0][1].crowd
    for _, watched in pairs:  # no thread of theirs has run meanwhile
        crowd.enter(watched)
    assert sum(watched.let_go for _, watched in pairs) == 2


def test_one_who_leaves_makes_room(pairs: list[Pair]) -> None:
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):  # as often as it likes: those before have left
            held = [pool.submit(watched.recv, 1) for _, watched in pairs[:3]]
            for client, _ in pairs[:3]:
                client.sendall(b"x")
            assert [future.result(60) for future in held] == [b"x"] * 3
