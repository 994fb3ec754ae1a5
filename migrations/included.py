"""What autogenerate looks at: not the full-text indexes, which 0002 and 0007 write by hand."""

from __future__ import annotations

from typing import Any


def include_object(_object: Any, name: str | None, kind: str, *_rest: Any) -> bool:
    if kind == "table":
        return not (name or "").startswith(("segment_search", "masked_search"))
    return name not in ("tsv", "ix_segments_tsv", "ix_personal_looks_tsv")
