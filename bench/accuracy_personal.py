"""How much of the personal data in a passage is found, and how much that is nobody's."""

from __future__ import annotations

from app.domain import personal_data
from bench.figures import Figure, share
from tests.personal_data.measuring import Result, measure, read, spoken
from tests.personal_data.passages import passages

ENGINE = f"rules {personal_data.VERSION}"


def figures() -> list[Figure]:
    """Of both sets, and by kind of the one that the rules fit less well."""
    generated, written = list(passages()), [read(line) for line in spoken()]
    made, said = measure(generated), measure(written)
    by_hand = f"written by hand, {len(written)} passages"
    return [
        *_overall(f"generated, {len(generated)} passages", made, "≥ 0.95"),
        *_overall(by_hand, said, ""),
        *(
            share(f"{kind}: recall", by_hand, _of(said.found[kind], many), ENGINE, "")
            for kind, many in sorted(said.true.items())
        ),
    ]


def _overall(data: str, result: Result, wanted: str) -> list[Figure]:
    found = _of(result.found.total(), result.true.total())
    theirs = _of(result.right, result.claimed)
    return [
        share("found whole, recall", data, found, ENGINE, wanted),
        share("a mask is somebody's", data, theirs, ENGINE, ""),
    ]


def _of(yes: int, n: int) -> list[bool]:
    return [True] * yes + [False] * (n - yes)
