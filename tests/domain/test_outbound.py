"""The way out: public addresses only, one connection, one short answer."""

from __future__ import annotations

import http.server
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from app.domain import outbound
from app.domain.errors import ChannelError, Invalid
from tests.receivers import WebServer

PRIVATE = [
    "http://127.0.0.1:{port}/",
    "http://127.0.0.2:{port}/",
    "http://127.1:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0x7f.0.0.1:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://017700000001:{port}/",
    "http://localhost:{port}/",
    "http://0.0.0.0:{port}/",
    "http://0:{port}/",
    "http://10.0.0.1:{port}/",
    "http://172.16.5.4:{port}/",
    "http://192.168.1.1:{port}/",
    "http://100.64.0.1:{port}/",
    "http://169.254.169.254:{port}/latest/meta-data/",
    "http://224.0.0.1:{port}/",
    "http://255.255.255.255:{port}/",
    "http://198.18.0.1:{port}/",
    "http://[::1]:{port}/",
    "http://[::]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
    "http://[2002:7f00:1::]:{port}/",
    "http://[fe80::1]:{port}/",
    "http://[fc00::1]:{port}/",
    "http://[fec0::1]:{port}/",
    "http://[ff02::1]:{port}/",
    "http://[64:ff9b:1::7f00:1]:{port}/",
    "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]:{port}/",
    "http://[::ffff:0:127.0.0.1]:{port}/",
    "http://[3fff::1]:{port}/",
    "http://192.0.0.170:{port}/",
    "http://192.88.99.1:{port}/",
    "http://localhost.:{port}/",
    "http://LOCALHOST:{port}/",
    "http://heard.localhost:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/",
    "http://１２７.０.０.１:{port}/",
    "http://127。0。0。1:{port}/",
    "http://127.0.0.1:{port}#@example.com/",
    "http://127.0.0.1:{port}?@example.com/",
]
NOT_ADDRESSES = [
    "",
    "example.com",
    "ftp://example.com/",
    "file:///etc/passwd",
    "http://",
    "http://user:secret@example.com/",
    "http://exam ple.com/",
    "http://example.com/\r\nX-Evil: 1",
    "http://example.com:99999/",
    "http://[::1/",
    "http://example.com@127.0.0.1/",
    "http://127.0.0.1\\@example.com/",
    "http:127.0.0.1/",
    "http:///127.0.0.1/",
    "http://127.0.0.1:0/",
    "http://example.com:-1/",
    "http://[fe80::1%25lo]/",
    "http://[::1%25lo]/",
    "http://%31%32%37.0.0.1/",
    "http://127.0.0.1%2f/",
    "http://.../",
]


@pytest.fixture
def server() -> Iterator[WebServer]:
    server = WebServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every address that a socket is told to connect to."""
    tried: list[object] = []
    connect = socket.socket.connect

    def noting(self: socket.socket, address: object) -> None:
        tried.append(address)
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", noting)
    return tried


@pytest.mark.parametrize("target", PRIVATE)
def test_private_addresses_get_no_connection(
    server: WebServer, tried: list[object], target: str
) -> None:
    with pytest.raises(ChannelError) as refused:
        outbound.post(target.format(port=server.port), b"{}", {}, allow_private=False)
    assert tried == []
    assert server.connections == 0
    assert refused.value.sentence


def test_a_redirect_to_a_private_address_leads_nowhere(server: WebServer) -> None:
    canary = WebServer()
    canary.start()
    server.status, server.location = 307, f"http://127.0.0.1:{canary.port}/latest/meta-data/"
    try:
        reply = outbound.post(f"http://127.0.0.1:{server.port}/", b"{}", {}, allow_private=True)
    finally:
        canary.stop()
    assert reply.status == 307 and canary.connections == 0


@pytest.mark.parametrize("port", [22, 25, 53, 445, 587, 993])
def test_services_that_are_no_web_get_nothing(tried: list[object], port: int) -> None:
    with pytest.raises(ChannelError, match="The port must be"):
        outbound.post(f"http://93.184.216.34:{port}/", b"{}", {}, allow_private=False)
    assert tried == []


@pytest.mark.parametrize("url", NOT_ADDRESSES)
def test_what_is_no_address_is_refused(url: str, tried: list[object]) -> None:
    with pytest.raises(Invalid):
        outbound.parse(url)
    with pytest.raises(ChannelError) as refused:
        outbound.post(url, b"{}", {}, allow_private=True)
    assert refused.value.permanent
    assert tried == []


def test_a_name_is_looked_up_once_and_its_answer_used(
    server: WebServer, monkeypatch: pytest.MonkeyPatch, tried: list[object]
) -> None:
    """A name that answers with a public address first and a private one next gains nothing."""
    answers = ["198.51.100.7", "127.0.0.1"]  # the first is a documentation address: not global
    asked: list[str] = []

    def lookup(host: str, *args: object, **kwargs: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers[len(asked) - 1], 0))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(outbound, "is_public", lambda address: str(address) != "127.0.0.1")
    opened: list[tuple[str, int]] = []

    def refuse(address: tuple[str, int], timeout: float) -> socket.socket:
        opened.append(address)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(ChannelError) as failed:
        outbound.post("http://rebind.example/", b"{}", {}, allow_private=False)
    assert not failed.value.permanent
    assert asked == ["rebind.example"]
    assert opened == [("198.51.100.7", 80)]


def test_one_private_answer_among_public_ones_is_enough_to_refuse(
    monkeypatch: pytest.MonkeyPatch, tried: list[object]
) -> None:
    both = [(socket.AF_INET, 1, 6, "", (ip, 0)) for ip in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: both)
    with pytest.raises(ChannelError, match="private"):
        outbound.post("http://mixed.example/", b"{}", {}, allow_private=False)
    assert tried == []


def test_public_addresses_are_public() -> None:
    for text in ("93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"):
        assert outbound.is_public(outbound._address((text, 0)))


def test_what_is_sent_arrives(server: WebServer) -> None:
    server.status = 200
    url = f"http://127.0.0.1:{server.port}/in?a=1"
    reply = outbound.post(url, b'{"a": 1}', {"X-One": "1"}, allow_private=True)
    assert reply.status == 200
    assert server.posted[0].path == "/in?a=1"
    assert server.posted[0].body == b'{"a": 1}'
    assert server.posted[0].headers["host"] == f"127.0.0.1:{server.port}"
    assert server.posted[0].headers["x-one"] == "1"


def test_redirects_are_not_followed(server: WebServer) -> None:
    server.status, server.location = 302, f"http://127.0.0.1:{server.port}/elsewhere"
    url = f"http://127.0.0.1:{server.port}/"
    assert outbound.post(url, b"{}", {}, allow_private=True).status == 302
    assert server.connections == 1


def test_a_receiver_that_is_away_may_come_back() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound but not listening: refuses
        url = f"http://127.0.0.1:{held.getsockname()[1]}/"
        with pytest.raises(ChannelError) as failed:
            outbound.post(url, b"{}", {}, allow_private=True)
    assert not failed.value.permanent
    assert "can't be reached" in failed.value.sentence


def test_a_slow_drip_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte every 0.1 s never lets a socket time out; the clock over the whole does."""
    monkeypatch.setattr(outbound, "TIMEOUT_S", 0.6)
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def drip() -> None:
        connection, _ = listening.accept()
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while not over.wait(0.1):
            try:
                connection.sendall(b"a")
            except OSError:
                return

    threading.Thread(target=drip, daemon=True).start()
    started = time.monotonic()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
    with pytest.raises(ChannelError, match="did not answer"):
        outbound.post(url, b"{}", {}, allow_private=True)
    assert time.monotonic() - started < 30  # of a drip without end
    over.set()
    listening.close()


def test_a_name_with_many_silent_addresses_takes_no_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbound, "TIMEOUT_S", 0.6)
    many = [(socket.AF_INET, 1, 6, "", (f"8.8.8.{last}", 0)) for last in range(60)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: many)
    waited: list[float] = []

    def silent(address: object, timeout: float) -> socket.socket:
        waited.append(timeout)
        time.sleep(timeout)
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", silent)
    with pytest.raises(ChannelError, match="did not answer"):
        outbound.post("http://many.example/", b"{}", {}, allow_private=False)
    assert sum(waited) <= outbound.TIMEOUT_S
    assert 1 < len(waited) <= outbound.MOST_ADDRESSES


def test_the_next_address_is_tried(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "_resolve", lambda *_: ["127.0.0.9", "127.0.0.1"])
    server.status = 200
    url = f"http://two.example:{server.port}/"
    assert outbound.post(url, b"{}", {}, allow_private=True).status == 200


def test_a_long_answer_is_cut() -> None:
    class Long(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            try:
                self.wfile.write(b"a" * 1_000_000)
            except OSError:
                return

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Long)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    assert len(outbound.post(url, b"{}", {}, allow_private=True).body) == outbound.MOST_BYTES
    server.shutdown()
    server.server_close()


def test_letters_beyond_ascii_go_as_escapes(server: WebServer) -> None:
    url = f"http://127.0.0.1:{server.port}/haken/für%20uns?wer=Zoë&was=a%2Fb"
    outbound.post(url, b"{}", {}, allow_private=True)
    assert server.posted[0].path == "/haken/f%C3%BCr%20uns?wer=Zo%C3%AB&was=a%2Fb"
