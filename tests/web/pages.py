"""A page as it is each time: what chance writes into it (nonces, tokens, ids) left out."""

import re

BY_CHANCE = re.compile(r'nonce="[^"]*"|name="csrf[^>]*>|<meta name="csrf[^>]*>|[0-9a-z]{26}')


def lasting(page: str) -> str:
    """`page` without its nonces, form tokens and ids, in which "Cy" stands one time in thirty."""
    return BY_CHANCE.sub("", page)
