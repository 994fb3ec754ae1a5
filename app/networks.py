"""Whom a limit is counted for: an address, of IPv6 the network that one subscriber has, and above
that the site that it may lie in.

A subscriber has a /64 at least: an interface alone fills one (RFC 4291, section 2.5.1). Many have
more: RFC 6177 asks for up to a /48 for each site, RIPE-690 for a /56 or a /48, and who rents a
server gets a /48 for the asking, so 65 536 networks that each count by themselves. But a /48 may
as well be 256 households with a /56 each, who must not lock each other out. So each limit counts
for the /64, and `SITE` times as much for the /48 around it: Let's Encrypt does the same, with 10
new accounts for an address and 500 for its /48 (letsencrypt.org/docs/rate-limits). Whoever has
many /48s, as whoever has many IPv4 addresses, is the proxy's affair.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from limits import RateLimitItem
from limits.strategies import STRATEGIES, FixedWindowRateLimiter
from limits.util import WindowStats

SITE = 16  # what one /48 may do, in /64s
STRATEGY = "fixed-window-by-site"


def of(address: str) -> str:
    """The address, or its /64; "unknown" where it is none."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped  # as a socket that takes both kinds tells it
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False))


def site(key: str) -> str:
    """The same key for the /48 around the /64 that it ends with; "" where it ends otherwise."""
    before, _, network = key.rpartition(" ")
    if not network.endswith("/64"):
        return ""
    around = ipaddress.ip_network(network).supernet(new_prefix=48)
    return f"{before} {around}".strip()


class BySite(FixedWindowRateLimiter):
    """Counts for the network first: what it may not do any more is not counted for its site, so
    that one network alone never uses up what its site may do. Once a site has, no count is begun
    for more of its networks: there are 65 536."""

    def hit(self, item: RateLimitItem, *identifiers: str, cost: int = 1) -> bool:
        wide = _wide(item, identifiers)
        if wide and cost > 0 and not super().test(wide[0], *wide[1], cost=cost):
            return False
        if not super().hit(item, *identifiers, cost=cost):
            return False
        return wide is None or super().hit(wide[0], *wide[1], cost=cost)

    def test(self, item: RateLimitItem, *identifiers: str, cost: int = 1) -> bool:
        if not super().test(item, *identifiers, cost=cost):
            return False
        wide = _wide(item, identifiers)
        return wide is None or super().test(wide[0], *wide[1], cost=cost)

    def get_window_stats(self, item: RateLimitItem, *identifiers: str) -> WindowStats:
        """Of the site, once it has used up what it may."""
        if wide := _wide(item, identifiers):
            stats = super().get_window_stats(wide[0], *wide[1])
            if stats.remaining <= 0:
                return stats
        return super().get_window_stats(item, *identifiers)

    def clear(self, item: RateLimitItem, *identifiers: str) -> None:
        super().clear(item, *identifiers)
        if wide := _wide(item, identifiers):
            super().clear(wide[0], *wide[1])


def _wide(item: RateLimitItem, keys: tuple[Any, ...]) -> tuple[RateLimitItem, list[str]] | None:
    around = [site(key) for key in keys]
    if not any(around):
        return None
    wide = type(item)(item.amount * SITE, item.multiples, item.namespace)
    return wide, [there or key for there, key in zip(around, keys, strict=True)]


STRATEGIES[STRATEGY] = BySite
