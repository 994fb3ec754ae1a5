"""The one way out by HTTP: to public addresses only, once, briefly.

A name is resolved here and the connection goes to *that* address, so that a name which answers
with a public address now and a private one a moment later gains nothing.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

from app.domain.errors import ChannelError, Invalid

TIMEOUT_S = 10.0
MOST_BYTES = 64 * 1024
MOST_ADDRESSES = 3  # of a name's, so that each gets a fair share of the time
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Reply:
    """What the receiver answered; `body` is cut after 64 KB."""

    status: int
    body: bytes


def parse(url: str) -> SplitResult:
    """An http or https address with a host and no name or password in it.

    Raises:
        Invalid: it is something else.
    """
    if not url.isprintable() or " " in url:
        raise Invalid("The address has characters in it that an address can't have.")
    try:
        parts = urlsplit(url)
        port, host = parts.port, host_of(parts)
    except (ValueError, UnicodeError):
        raise Invalid(NO_ADDRESS) from None
    if parts.scheme not in ("http", "https") or not host:
        raise Invalid("The address must begin with https:// or http://.")
    if parts.username is not None or parts.password is not None:
        raise Invalid("The address must not hold a name or password.")
    if port == 0 or not _HOST.fullmatch(host):
        raise Invalid(NO_ADDRESS)
    return parts


def host_of(parts: SplitResult) -> str:
    """The host in ASCII, without the dot that a whole name may end in. Raises UnicodeError."""
    return (parts.hostname or "").encode("idna").decode().lower().removesuffix(".")


NO_ADDRESS = "This is not an address."
# A name, a number, or an IPv6 address without a zone: what no resolver reads in two ways
_HOST = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?|[0-9a-f:.]+")


def is_public(address: Address) -> bool:
    """Whether anyone on the internet could mean this address.

    `is_global` alone differs from one Python to the next, and lets multicast and, inside IPv6,
    embedded IPv4 addresses through: so of IPv6 only global unicast counts (2000::/3, RFC 4291),
    without what IANA's registry of special-purpose addresses takes out of it.
    """
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address not in UNICAST:
            return False
    if any(address in network for network in SPECIAL):
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


UNICAST = ipaddress.IPv6Network("2000::/3")
SPECIAL = tuple(
    ipaddress.ip_network(each)
    for each in (
        "192.0.0.0/24",  # IETF protocol assignments
        "192.88.99.0/24",  # relays of 6to4
        "2001::/23",  # IETF protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: any IPv4 address inside
        "3fff::/20",  # documentation
    )
)


def refuse_literal(url: str, *, allow_private: bool) -> None:
    """Says at once what a number written as an address would say at sending.

    `127.1`, `2130706433` and `0x7f000001` are numbers too.

    Raises:
        Invalid: not an address, or a private one.
    """
    parts = _parsed(url, allow_private)
    try:
        found = socket.getaddrinfo(host_of(parts), None, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return
    if not allow_private and not all(is_public(_address(entry[4])) for entry in found):
        raise Invalid(PRIVATE)


PRIVATE = (
    "This address belongs to a private network. Heard sends to public addresses only, "
    "unless ALLOW_PRIVATE_WEBHOOKS is set."
)


def _parsed(url: str, allow_private: bool) -> SplitResult:
    """As `parse`, and without what can be refused before any name is looked up.

    `localhost` means this machine, whatever a resolver says (RFC 6761, 6.3). Below port 1024
    speak services that take orders by other protocols: mail, shells, databases.
    """
    parts = parse(url)
    if allow_private:
        return parts
    if parts.port is not None and parts.port < 1024 and parts.port not in (80, 443):
        raise Invalid("The port must be 80, 443 or one from 1024 on.")
    if host_of(parts).rpartition(".")[2] == "localhost":
        raise Invalid(PRIVATE)
    return parts


def post(url: str, body: bytes, headers: Mapping[str, str], *, allow_private: bool) -> Reply:
    """Sends `body` and reads the answer. Redirects are not followed.

    Raises:
        ChannelError: no answer came within 10 s of the name's, or the address is not one to send
            to.
    """
    try:
        parts = _parsed(url, allow_private)
    except Invalid as error:
        raise ChannelError(error.sentence, permanent=True, unsent=True) from None
    host = host_of(parts)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    addresses = _resolve(host, port, allow_private)
    connection = _Pinned(host, port, addresses, secure=parts.scheme == "https")
    path = _target(parts)
    # A socket's timeout starts anew with each byte; this one ends a slow drip as well.
    watch = threading.Timer(TIMEOUT_S, connection.abort)
    watch.daemon = True
    watch.start()
    unsent = True
    try:
        connection.connect()
        unsent = False
        connection.request("POST", path, body=body, headers={**headers, "User-Agent": "Heard/1"})
        response = connection.getresponse()
        reply = Reply(response.status, response.read(MOST_BYTES))
        if connection.aborted:  # to http.client, a cut connection may look like a short answer
            raise TimeoutError
        return reply
    except ssl.SSLCertVerificationError as error:
        said = f"{host} has no valid certificate: {error.verify_message}."
        raise ChannelError(said, unsent=unsent) from error
    except (OSError, http.client.HTTPException) as error:
        if connection.aborted or isinstance(error, TimeoutError):
            said = f"{host} did not answer within {TIMEOUT_S:.0f} seconds."
        else:
            reason = getattr(error, "strerror", None) or type(error).__name__
            said = f"{host} can't be reached: {reason}."
        raise ChannelError(said, unsent=unsent) from error
    finally:
        watch.cancel()
        connection.close()


# What a path or query may hold as it is, an escape that is already there among it (RFC 3986, 3.4)
_AS_IT_IS = "/?:@!$&'()*+,;=-._~%"


def _target(parts: SplitResult) -> str:
    """The request's path and query; other letters than ASCII's go as their UTF-8 escapes."""
    asked = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return quote(asked, safe=_AS_IT_IS)


def _resolve(host: str, port: int, allow_private: bool) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ChannelError(f"There is no machine named {host}.", unsent=True) from error
    addresses = [_address(entry[4]) for entry in found]
    # One private answer among public ones is enough to refuse: nobody needs such a mix.
    if not allow_private and not all(is_public(address) for address in addresses):
        raise ChannelError(PRIVATE, permanent=True, unsent=True)
    return list(dict.fromkeys(str(address) for address in addresses))


def _address(sockaddr: tuple[object, ...]) -> Address:
    return ipaddress.ip_address(str(sockaddr[0]).partition("%")[0])


class _Pinned(http.client.HTTPConnection):
    """Connects to addresses that were checked; Host and certificate name stay the host's."""

    def __init__(self, host: str, port: int, addresses: list[str], *, secure: bool) -> None:
        super().__init__(host, port, timeout=TIMEOUT_S)
        self._addresses = addresses[:MOST_ADDRESSES]
        self._secure = secure
        self.default_port = 443 if secure else 80
        self.aborted = False

    def connect(self) -> None:
        self.sock = self._open()
        if self._secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
        if self.aborted:
            raise TimeoutError

    def _open(self) -> socket.socket:
        """A connection whose timeout is what is left for everything. Raises OSError."""
        over = time.monotonic() + TIMEOUT_S
        for tries in range(len(self._addresses), 0, -1):
            share = (over - time.monotonic()) / tries
            if self.aborted or share <= 0:
                raise TimeoutError
            try:
                address = (self._addresses[-tries], self.port)
                opened = socket.create_connection(address, timeout=share)
            except OSError:
                if tries == 1:
                    raise
            else:
                opened.settimeout(max(over - time.monotonic(), 0.001))
                return opened
        raise TimeoutError

    def abort(self) -> None:
        self.aborted = True
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return
