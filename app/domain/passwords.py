"""Passwords: refused when poor, kept as argon2id hashes only."""

from __future__ import annotations

import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app import runtime
from app.domain.errors import Invalid

SHORTEST = 12  # NIST SP 800-63B-4 asks for 15 alone, 8 beside a second factor
LONGEST = 1024  # hashing a megabyte on request would be a gift to an attacker


def hashed(password: str, email: str) -> str:
    """Its argon2id hash.

    Raises:
        Invalid: too short, too long, or as easy to guess as the address itself.
    """
    if len(password) < SHORTEST:
        raise Invalid(f"A password needs {SHORTEST} characters or more.")
    if len(password) > LONGEST:
        raise Invalid(f"A password can't have more than {LONGEST:,} characters.")
    if password.casefold() == email or len(set(password)) < 4:
        raise Invalid("That password is too easy to guess.")
    return _hasher().hash(password)


def fits(kept: str | None, password: str) -> bool:
    """Whether the password is the kept one; as much work where none is kept."""
    try:
        _hasher().verify(kept or _nobodys(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_dated(kept: str | None) -> bool:
    """Whether it was hashed with less work than now."""
    return kept is not None and _hasher().check_needs_rehash(kept)


def rehashed(password: str) -> str:
    """The hash of a password that was accepted before, with today's work."""
    return _hasher().hash(password)


def _hasher() -> PasswordHasher:
    return _hasher_for(runtime.settings().testing)


@lru_cache(maxsize=2)
def _hasher_for(testing: bool) -> PasswordHasher:
    """RFC 9106's second choice (64 MiB, 3 passes); next to nothing in tests."""
    if testing:
        return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))
