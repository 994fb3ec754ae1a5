"""An audit in words and as JSON, for a terminal and for other tools. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from app.domain.fairness.hiding import UNTOLD
from app.domain.fairness.history import UNSAID
from app.domain.fairness.measures import BY_KEY, MEASURES, limit_of
from app.domain.fairness.tables import Cell, Table

TOLD = {
    "differs": "more than chance",
    "chance": "not enough evidence that they differ",
    "none": "fewer than two groups are large enough",
}


def percent(value: float) -> str:
    """`7.3 %`; below one in a thousand `0.04 %`."""
    places = 1 if value >= 0.001 or not value else 2
    return f"{100 * value:.{places}f} %"


def named(group: str) -> str:
    return UNSAID if group == UNTOLD else group


def lines(tables: Sequence[Table], minimum: int) -> Iterator[str]:
    """Measure by measure, each field's groups with n and interval, then worst ÷ best."""
    for measure in MEASURES:
        mine = [each for each in tables if each.measure == measure.key]
        if not mine:
            continue
        yield f"{measure.name}" + (f" (of {measure.unit})" if measure.unit else "")
        for table in mine:
            yield f"  {table.label}"
            width = max((len(named(each.group)) for each in table.cells), default=0)
            yield from (f"    {_cell(each, minimum, width)}" for each in table.cells)
            yield f"    {_gap(table)}"


def _cell(cell: Cell, minimum: int, width: int) -> str:
    name = f"{named(cell.group):<{width}}"
    if not cell.shown:
        return f"{name} hidden (fewer than {minimum}, or it would give such a group away)"
    of_size = f"  {cell.of_size:.2f} × its size" if cell.of_size else ""
    interval = f"{percent(cell.low)} – {percent(cell.high)}"
    return f"{name} {percent(cell.value):>8}  ({interval})  n {cell.n:,}{of_size}"


def _gap(table: Table) -> str:
    if table.ratio is None:
        return f"worst ÷ best: {TOLD['none']}"
    ratio = table.ratio
    return (
        f"worst ÷ best: {named(ratio.worst)} ÷ {named(ratio.best)} = {ratio.value:.2f} "
        f"({ratio.low:.2f} – {ratio.high:.2f}): {TOLD[table.told]}"
    )


def as_json(
    tables: Sequence[Table], limits: dict[str, float], notes: Sequence[str]
) -> dict[str, Any]:
    """`{"notes": [...], "tables": [{"measure", "field", "groups": [...], "worst_to_best"}, …]}`.
    A group that is hidden has nothing but its name."""
    return {"notes": list(notes), "tables": [_table(each, limits) for each in tables]}


def _table(table: Table, limits: dict[str, float]) -> dict[str, Any]:
    ratio = table.ratio
    return {
        "measure": table.measure,
        "field": table.field,
        "label": table.label,
        "as_of": table.as_of,
        "limit": limit_of(BY_KEY[table.measure], limits),
        "groups": [_group(each) for each in table.cells],
        "worst_to_best": ratio
        and {
            "worst": ratio.worst,
            "best": ratio.best,
            "value": round(ratio.value, 4),
            "low": round(ratio.low, 4),
            "high": round(ratio.high, 4),
        },
        "told": TOLD[table.told],
    }


def _group(cell: Cell) -> dict[str, Any]:
    said: dict[str, Any] = {"group": named(cell.group), "shown": cell.shown}
    if cell.shown:
        said |= {"n": cell.n, "value": cell.value, "low": cell.low, "high": cell.high}
        if cell.of_size:
            said["share_of_size"] = cell.of_size
    return said
