"""Template filters: how times, counts and labels are shown."""

from __future__ import annotations

import re
from datetime import datetime

from babel import Locale, UnknownLocaleError
from flask import Flask
from markupsafe import Markup

from app.domain import speakers, timeline, wording
from app.domain.wording import count
from app.models import now

_RIGHT_TO_LEFT = ("ar", "ckb", "dv", "fa", "he", "iw", "ps", "sd", "ug", "ur", "yi")


def init_app(app: Flask) -> None:
    app.template_filter("clock")(timeline.clock)
    app.template_filter("turns")(speakers.turns)
    app.template_test("touching")(timeline.touching)
    app.template_filter("direction")(direction)
    app.template_filter("unread_language")(unread_language)
    app.template_filter("coded")(coded)
    app.template_filter("ago")(ago)
    app.template_filter("exact")(exact)
    app.template_filter("count")(count)
    app.template_filter("bytes")(size)


def direction(language: str) -> str:
    """A `dir` for words in that language: left to the words themselves where it doesn't tell."""
    return "rtl" if language.split("-")[0].lower() in _RIGHT_TO_LEFT else "auto"


def tongue(language: str) -> str:
    """A language's name in English: `pt-BR` is `Portuguese (Brazil)`; the code if it has none."""
    try:
        return Locale.parse(language, sep="-").english_name or language
    except (UnknownLocaleError, ValueError):
        return language


def unread_language(language: str) -> str:
    """The language's name where it is none that the machine reads, else ""."""
    return tongue(language) if wording.unread(language) else ""


def coded(sentence: str) -> Markup:
    """A sentence with what stands between backticks as code."""
    pieces = re.split(r"`([^`]+)`", sentence)
    return Markup("").join(
        Markup("<code>{}</code>").format(each) if at % 2 else each for at, each in enumerate(pieces)
    )


def ago(moment: datetime) -> str:
    """`3 days ago`, from minutes to years."""
    seconds = (now() - moment).total_seconds()
    if abs(seconds) < 60:
        return "just now"
    for name, length in (
        ("year", 31_536_000),
        ("month", 2_592_000),
        ("week", 604_800),
        ("day", 86_400),
        ("hour", 3600),
        ("minute", 60),
    ):
        if abs(seconds) >= length:
            text = count(round(abs(seconds) / length), name)
            return f"{text} ago" if seconds > 0 else f"in {text}"
    return "just now"


def exact(moment: datetime) -> str:
    return moment.strftime("%-d %B %Y, %H:%M UTC")


def size(number: int) -> str:
    """`1.4 MB`"""
    value = float(number)
    for unit in ("bytes", "KB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"
