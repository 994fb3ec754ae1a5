"""Rows as CSV or JSON Lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from app.domain.cells import harmless


def write_csv(
    rows: Iterable[dict[str, Any]], columns: Sequence[str], out: IO[str]
) -> Iterator[None]:
    """Writes the header, then a row at each turn. UTF-8 with a BOM is the caller's choice."""
    writer = csv.DictWriter(out, fieldnames=columns, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: harmless(value) for key, value in row.items()})
        yield


def write_jsonl(
    rows: Iterable[dict[str, Any]], _columns: Sequence[str], out: IO[str]
) -> Iterator[None]:
    for row in rows:
        out.write(json.dumps(row, ensure_ascii=False) + "\n")
        yield
