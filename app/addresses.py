"""Settings that are addresses: each is as it must be, or `BadSetting` names its variable."""

from __future__ import annotations

import re
from email.utils import parseaddr
from urllib.parse import urlsplit

LISTENS = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[\w.-]*):(?P<port>[0-9]{1,5})|unix:.+|fd://[0-9]+", re.A)


class BadSetting(Exception):
    """A setting that stops the start. The sentence names the variable."""


def database(url: str) -> str:
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    if url.startswith(("sqlite:///", "postgresql+psycopg://")):
        return url
    raise BadSetting("DATABASE_URL must begin with sqlite:/// or postgresql://.")


def redis(url: str) -> str:
    if urlsplit(url).scheme not in ("redis", "rediss", "unix"):
        raise BadSetting("REDIS_URL must begin with redis://, rediss:// or unix://.")
    try:
        _ = urlsplit(url).port
    except ValueError as error:  # such as a password with a slash in it
        raise BadSetting("REDIS_URL can't be read: write signs in it as %2F is written.") from error
    return url


def storage(url: str) -> str:
    if urlsplit(url).scheme not in ("file", "s3", "memory"):
        raise BadSetting("STORAGE_URL must begin with file://, s3:// or memory://.")
    return url


def smtp(url: str) -> str:
    if url and urlsplit(url).scheme not in ("smtp", "smtps", "smtp+starttls"):
        raise BadSetting("SMTP_URL must begin with smtp://, smtps:// or smtp+starttls://.")
    return url


def sender(text: str) -> str:
    _, address = parseaddr(text)
    if not text.isprintable() or not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
        raise BadSetting("MAIL_FROM must be an address such as Heard <heard@example.com>.")
    return text


def bind(text: str) -> str:
    found = LISTENS.fullmatch(text)
    if not found or not 0 < int(found["port"] or 1) < 65_536:
        raise BadSetting("HEARD_BIND must be HOST:PORT, unix:PATH or fd://NUMBER.")
    return text


def base_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise BadSetting("BASE_URL must be an address such as https://voices.example.com.")
    return url.rstrip("/")
