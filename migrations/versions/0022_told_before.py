"""Follow-ups from before it was kept know which passages they told of."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# One is told of where the case has half of its words: it may have been corrected since. As a danger
# where that was sure; of words that only resemble them, where the case is one of danger.
DANGERS, SURE, READ, PERSON = (
    ("Strong distress", "Harm or safety"),
    0.6,
    ("", "en", "und"),
    "person",
)
NOT_SURE = "not sure"  # in a case's reason
LONGEST = 2000  # characters of a passage that a case kept
CALLS = sa.text(
    """SELECT f.id, f.reason, f.evidence, t.answer_id, s.position, s."start", s."end", s.text,
        l.value, l.score, l.engine,
        CASE WHEN s.language = '' THEN t.language ELSE s.language END AS spoken
    FROM follow_ups f
    JOIN answers a ON a.submission_id = f.submission_id
    JOIN transcripts t ON t.answer_id = a.id
    JOIN segments s ON s.transcript_id = t.id
    JOIN labels l ON l.segment_id = s.id AND l.kind = 'hand_off'
    WHERE f.source <> 'asked' AND CAST(f.told AS VARCHAR) = '[]'
    ORDER BY f.id, t.id, s.position"""
)
CASES = sa.table("follow_ups", sa.column("id", sa.String), sa.column("told", sa.JSON))


def upgrade() -> None:
    connection = op.get_bind()
    told: dict[str, list[Any]] = defaultdict(list)
    for each in connection.execute(CALLS):
        words = _words(each.text[:LONGEST])
        lines = [line for line in map(_words, each.evidence.split("\n")) if _alike(words, line)]
        if lines:
            same = "".join(words) in map("".join, lines)
            told[each.id].append(_row(each, known=same or _grave(each.reason)))
    for case_id, rows in told.items():
        connection.execute(sa.update(CASES).where(CASES.c.id == case_id).values(told=rows))


def downgrade() -> None:
    """They may know it before, too."""


def _words(text: str) -> list[str]:
    """Without case, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(each for each in plain if not unicodedata.combining(each))
    return re.findall(r"[^\W_]+", bare)


def _alike(one: list[str], other: list[str]) -> bool:
    """Whether they have half of their words in common, or all of their letters: a comma parts the
    words of who writes no spaces."""
    shared = (Counter(one) & Counter(other)).total()
    return shared * 2 >= max(len(one), len(other)) or "".join(one) == "".join(other)


def _grave(reason: str) -> bool:
    return reason.startswith(DANGERS) and NOT_SURE not in reason


def _row(call: Any, *, known: bool) -> list[Any]:
    """As `app.domain.needs` has it. `known`: whether who read the case knew of this danger."""
    timed = call.end > call.start
    span = (call.start, call.end) if timed else (call.position, call.position + 1)
    read = call.spoken.partition("-")[0].lower() in READ
    sure = call.engine == PERSON or (read and call.score >= SURE)
    danger = call.value if known and sure and call.value in DANGERS else ""
    return [call.answer_id, *span, danger, ""]
