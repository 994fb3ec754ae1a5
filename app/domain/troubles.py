"""When the database is out of reach, and when a statement is simply wrong: drivers raise one
class for both."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# What to catch; then `away` tells.
RAISED = (OperationalError, InterfaceError, PoolTimeout)
# Result codes that pass with time (sqlite.org/rescode.html); the rest are ours to mend.
_PASSING = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
)


def away(error: BaseException) -> bool:
    """Whether the database is locked, full, unreachable or overrun: the same may work later."""
    if not isinstance(error, RAISED):
        return False
    cause = getattr(error, "orig", None)
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_BUSY)
        return code & 0xFF in _PASSING  # extended codes keep the primary one in their low byte
    return True


def undecided(error: BaseException) -> bool:
    """Whether a commit that ended so may have been carried out. SQLite says for sure that one
    was not when it found no room or no turn; a server that went away says nothing."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", sqlite3.SQLITE_IOERR)
    return isinstance(error, RAISED) and code & 0xFF not in (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_FULL,
    )


def sentence(error: BaseException) -> str:
    """What a page may say of it."""
    cause = getattr(error, "orig", None)
    full = getattr(cause, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
    if full or getattr(cause, "sqlstate", "") == "53100":  # PostgreSQL: disk_full
        return "The disk that the database lies on is full."
    return "The database did not answer."
