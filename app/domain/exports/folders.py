"""A folder of captions that is written more than once: what may not be shown any more leaves it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import select

from app.domain.exports import rows
from app.domain.exports.rows import Wanted
from app.extensions import db
from app.models import Submission

_NAME = re.compile(r"([0-9a-z]{26})-[0-9]+\.(srt|vtt)")


def outdated(wanted: Wanted, names: Iterable[str]) -> list[str]:
    """Of these file names, those of captions of this program's voices that were taken back since,
    or that may not be shown for this purpose."""
    ours = {name: found.group(1) for name in names if (found := _NAME.fullmatch(name))}
    of_program = select(Submission.id).where(Submission.program_id == wanted.program.id)
    known = set(db.session.scalars(of_program))
    known -= set(db.session.scalars(rows.permitted(select(Submission.id), wanted)))
    return sorted(name for name, voice in ours.items() if voice in known)
