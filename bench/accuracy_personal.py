"""How much of the personal data in a passage is found, and how much that is nobody's."""

from __future__ import annotations

from app.domain import personal_data
from bench.figures import Figure, share
from tests.personal_data import measuring
from tests.personal_data.passages import passages


def figures() -> list[Figure]:
    written = [measuring.read(line) for line in measuring.spoken()]
    return [
        *_measured("generated, 500 passages", list(passages()), "≥ 0.95"),
        *_measured(f"written by hand, {len(written)} passages", written),
    ]


def _measured(data: str, said: list[measuring.Passage], wanted: str = "") -> list[Figure]:
    result = measuring.measure(said)
    true, found = result.true.total(), result.found.total()
    engine = f"rules {personal_data.VERSION}"
    return [
        share("found whole, recall", data, _of(found, true), engine, wanted),
        *(
            share(f"{kind}: recall", data, _of(result.found[kind], many), engine, "")
            for kind, many in sorted(result.true.items())
        ),
        share("a mask is somebody's", data, _of(result.right, result.claimed), engine, ""),
    ]


def _of(yes: int, n: int) -> list[bool]:
    return [True] * yes + [False] * (n - yes)
