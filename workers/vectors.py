"""Makes the vectors of a transcript's passages, for search by meaning (`app.domain.search`)."""

from __future__ import annotations

import logging

from app import runtime
from app.domain.errors import StepFailed
from app.domain.search import vectors
from app.domain.search.encoder import readable
from app.extensions import db
from workers.understand import shared
from workers.understand.wording import read_as

log = logging.getLogger(__name__)


def make(transcript_id: str) -> None:
    """Those that are due. Nothing is held while the encoder works; commits once."""
    wanted = vectors.wanted(transcript_id)
    db.session.commit()
    if wanted is None:
        return
    said = {
        segment_id: read_as(each.text)
        for segment_id, each in wanted.texts.items()
        if readable(each.text)
    }
    try:
        made = shared(*runtime.settings().text_models).encoder.embed(list(said.values()))
    except StepFailed as failure:
        log.warning("Passages can't be found by meaning: %s", failure.sentence)
        return
    if not vectors.publish(wanted, dict(zip(said, made, strict=True))):
        log.info("Transcript %s changed meanwhile; the clock comes again.", transcript_id)
    db.session.commit()
