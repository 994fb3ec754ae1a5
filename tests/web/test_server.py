"""What only the server as it is run can show: raw requests, its logs, counting across processes."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from redis import Redis

from app import create_app
from tests.conftest import settings_for
from tests.web.real_server import Running, running

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("server"), migrated) as found:
        yield found


def status(answer: bytes) -> int:
    found = re.match(rb"HTTP/1\.[01] (\d{3})", answer)
    return int(found[1]) if found else 0


def request(line: bytes, *heads: bytes, body: bytes = b"") -> bytes:
    return b"\r\n".join((line, *heads, b"Connection: close", b"", body))


FORM = b"application/x-www-form-urlencoded"
LINE, HOST = b"GET /sign-in HTTP/1.1", b"Host: 127.0.0.1"
RAW = {
    "a line that is too long": request(b"GET /" + b"a" * 9000 + b" HTTP/1.1", HOST),
    "a head that is too long": request(LINE, HOST, b"X-Long: " + b"a" * 20_000),
    "too many heads": request(LINE, HOST, *(b"X-%d: a" % n for n in range(200))),
    "a cookie of 8 KB": request(LINE, HOST, b"Cookie: heard=" + b"a" * 8000),
    "a thousand cookies": request(LINE, HOST, b"Cookie: " + b"; ".join([b"a=b"] * 1000)),
    "no host": request(LINE),
    "an odd host": request(LINE, b"Host: evil.example\x00/@[::1"),
    "no UTF-8 in the path": request(b"GET /r/%ff%fe%ed%a0%80 HTTP/1.1", HOST),
    "raw bytes in the path": request(b"GET /r/\xff\xfe\xed\xa0\x80 HTTP/1.1", HOST),
    "no UTF-8 in the query": request(b"GET /sign-in?next=%ff%c0%af&next=/a HTTP/1.1", HOST),
    "a NUL": request(b"GET /sign-in?next=%00 HTTP/1.1", HOST),
    "half an escape": request(b"GET /r/%zz%2 HTTP/1.1", HOST),
    "an address of another": request(b"GET http://evil.example/sign-in HTTP/1.1", HOST),
    "a star": request(b"OPTIONS * HTTP/1.1", HOST),
    "an unknown method": request(b"BREW /sign-in HTTP/1.1", HOST),
    "an odd method": request(b"G\x01T /sign-in HTTP/1.1", HOST),
    "an odd version": request(b"GET / HTTP/9.9", HOST),
    "two lengths": request(b"POST /sign-in HTTP/1.1", HOST, b"Content-Length: 1",
                           b"Content-Length: 2", body=b"ab"),
    "a length and chunks": request(b"POST /sign-in HTTP/1.1", HOST, b"Content-Length: 4",
                                   b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "a length below zero": request(b"POST /sign-in HTTP/1.1", HOST, b"Content-Length: -1"),
    "a length without end": request(b"POST /sign-in HTTP/1.1", HOST,
                                    b"Content-Length: " + b"9" * 5000),
    "chunks that aren't": request(b"POST /sign-in HTTP/1.1", HOST, b"Transfer-Encoding: chunked",
                                  body=b"zz\r\nab"),
    "a body that ends early": request(b"POST /sign-in HTTP/1.1", HOST, b"Content-Length: 100",
                                      body=b"email=a"),
    "a form without a boundary": request(b"POST /sign-in HTTP/1.1", HOST, b"Content-Length: 3",
                                         b"Content-Type: multipart/form-data", body=b"abc"),
    "an unknown charset": request(b"POST /sign-in HTTP/1.1", HOST, b"Content-Length: 3",
                                  b"Content-Type: " + FORM + b"; charset=cp037", body=b"a=b"),
    "an odd language": request(LINE, HOST, b"Accept-Language: " + b"\xff-*;q=nan, en;q=1e999"),
    "an odd session": request(LINE, HOST, b"Cookie: heard=.eJ.\xff\xfe.; heard=\"\\377\""),
    "a range without end": request(b"GET /static/favicon.svg HTTP/1.1", HOST,
                                   b"Range: bytes=" + b",".join([b"0-1"] * 1000)),
    "a date that is none": request(LINE, HOST, b"If-Modified-Since: Thu, 99 Foo 99999 99:99:99"),
    "JSON of a million brackets": request(b"PUT /r/nothing/submission HTTP/1.1", HOST,
                                          b"Content-Type: application/json",
                                          b"Authorization: Bearer " + b"x" * 43,
                                          b"Content-Length: 1000000", body=b"[" * 1_000_000),
    "nothing at all": b"",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}  # fmt: skip


@pytest.mark.parametrize("sent", RAW.values(), ids=RAW.keys())
def test_no_request_breaks_it(server: Running, sent: bytes) -> None:
    answer = server.raw(sent)
    assert status(answer) < 500 or status(answer) == 501, answer[:200]
    assert b"Traceback" not in answer
    assert b"\r\nLocation: http://evil" not in answer and b"Location: //" not in answer
    assert status(server.get("/healthz")) == 200


@pytest.mark.parametrize("last", [b"Connection: close", b"Connection: keep-alive"])
def test_whoever_is_refused_while_sending_reads_the_answer(server: Running, last: bytes) -> None:
    """A part of an upload in full, of which nothing is read."""
    part = bytes(4 * 1024 * 1024)
    heads = (HOST, last, b"Content-Type: application/json", b"Content-Length: %d" % len(part))
    head = b"\r\n".join((b"PUT /r/nothing/submission HTTP/1.1", *heads, b"", b""))
    assert status(server.raw(head + part)) == 404


def test_the_host_that_a_request_names_is_believed_nowhere(server: Running) -> None:
    heads = (
        "Host: evil.example",
        "X-Forwarded-Host: evil.example",
        "X-Forwarded-Proto: https",
        "X-Forwarded-For: 192.0.2.1",
        "X-Forwarded-Prefix: /evil",
        "Forwarded: host=evil.example",
        "SCRIPT_NAME: /evil",
        "X-Original-URL: /evil",
        f"Cookie: heard={server.cookie}",
    )
    code, token = server.world.named["code"], server.world.named["shared.show.token"]
    ours = ("/", "/sign-in", "/account", f"/r/{code}", f"/r/{code}/qr.svg", f"/s/{token}")
    odd = ("//evil.example/", "//evil.example/voices", "/voices/", "/nowhere")
    for path in (*ours, *odd, "/sign-in?next=//evil.example"):
        answer = server.get(path, *heads)
        assert status(answer) < 500
        assert b"evil" not in answer.replace(b"/sign-in?next=//evil.example", b""), path


def test_the_count_of_tries_is_one_for_all_processes(server: Running) -> None:
    statuses = [try_password(server) for _ in range(16)]
    assert statuses.count(422) == 10 and statuses.count(429) == 6, statuses


def try_password(server: Running) -> int:
    """A connection of its own each time, so that both processes get some."""
    page = server.get("/sign-in").decode()
    cookie = re.search(r"Set-Cookie: (heard=[^;]+)", page)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert cookie and token
    form = {"csrf_token": token[1], "email": "nobody@example.com", "password": "a guess"}
    body = urlencode(form).encode()
    return status(
        server.raw(
            request(
                b"POST /sign-in HTTP/1.1",
                HOST,
                b"Cookie: " + cookie[1].encode(),
                b"Content-Type: " + FORM,
                b"Content-Length: %d" % len(body),
                body=body,
            )
        )
    )


def with_tokens(app: Flask, named: dict[str, str]) -> list[str]:
    """Every address of a route with something secret in it, whoever may use it."""
    begins = ("/mine/", "/s/", "/sign-in/link/", "/uploads/", "/direct/")
    rules = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith(begins)}
    tokens = {"/s/": "shared.show.token", "/sign-in/link/": "auth.show_link.token"}
    made = []
    for rule in rules:
        name = next((key for start, key in tokens.items() if rule.startswith(start)), "token")
        path = rule.replace("<token>", named[name]).replace("<upload_id>", named["upload_id"])
        made.append(re.sub("<[^>]*>", "x", path))
    assert len(made) > 15
    return made


def test_no_log_holds_a_token(server: Running, tmp_path: Path) -> None:
    """Right and wrong addresses, requests that gunicorn itself refuses, and a page that breaks."""
    named = server.world.named
    tokens = {server.world.personal, named["shared.show.token"], named["auth.show_link.token"]}
    server.get(f"/mine/{server.world.personal}", f"Referer: http://h/mine/{server.world.personal}")
    server.get(f"/mine/{server.world.personal}/recordings/{server.world.recording.id}/playable")
    server.get(f"/s/{named['shared.show.token']}/clip?a=b")
    server.get(f"/sign-in/link/{named['auth.show_link.token']}")
    server.get(f"/sign-in?next=%2Fmine%2F{server.world.personal}")
    upload, drafting = named["upload_id"], server.world.drafting
    for path in with_tokens(create_app(settings_for(tmp_path)), named):
        for method in ("GET", "POST", "PATCH", "DELETE"):
            line = f"{method} {path} HTTP/1.1".encode()
            bearer = f"Authorization: Bearer {drafting}".encode()
            server.raw(request(line, HOST, bearer, b"Tus-Resumable: 1.0.0"))
    tokens |= {upload, drafting}
    for token in tokens:
        server.raw(request(b"GET /mine/%s HTTP/9.9" % token.encode(), HOST))
        server.raw(request(b"G\x01T /s/%s HTTP/1.1" % token.encode(), HOST))
        server.raw(request(b"GET /s/%s oops HTTP/1.1" % token.encode(), HOST))
        server.raw(request(LINE, HOST, b"Authorization: Bearer %s\x01" % token.encode()))
        server.raw(request(b"GET /mine/%s/%s HTTP/1.1" % (token.encode(), b"a" * 9000), HOST))
    said = server.log.read_text(errors="replace")
    assert "GET /mine/…" in said and "GET /s/…/clip" in said
    assert [token for token in tokens if token in said] == []


def test_without_the_queue_server_it_counts_on(server: Running) -> None:
    """Last of all: the queue server doesn't come back."""
    Redis.from_url(server.queue_url).shutdown(nosave=True)
    statuses = [status(server.get("/s/nothing")) for _ in range(300)]
    assert set(statuses) == {404, 429}
    assert statuses.count(404) <= 2 * 120  # each process by itself
    assert status(server.get("/account", f"Cookie: heard={server.cookie}")) == 200


def test_a_connection_is_used_again(server: Running) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    for _ in range(3):
        connection.request("GET", "/healthz")
        assert connection.getresponse().read()
    connection.close()
