"""Rows as CSV or JSON Lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from typing import IO, Any

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\0")


def harmless(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front.

    Source: OWASP, CSV injection. Numbers stay numbers, so −0.5 keeps its sign.
    """
    if isinstance(value, str) and value.lstrip(" \n").startswith(DANGEROUS):
        return "'" + value.replace("\0", "")
    return value.replace("\0", "") if isinstance(value, str) else value


def write_csv(rows: Iterable[dict[str, Any]], out: IO[str]) -> Iterator[None]:
    """Writes a row at each turn, the header first. UTF-8 with a BOM is the caller's choice."""
    writer: Any = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(out, fieldnames=list(row), lineterminator="\r\n")
            writer.writeheader()
        writer.writerow({key: harmless(value) for key, value in row.items()})
        yield


def write_jsonl(rows: Iterable[dict[str, Any]], out: IO[str]) -> Iterator[None]:
    for row in rows:
        out.write(json.dumps(row, ensure_ascii=False) + "\n")
        yield
