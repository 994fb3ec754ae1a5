"""Makes the vectors of a transcript's passages, for search by meaning (`app.domain.search`)."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from app import runtime
from app.domain.errors import StepFailed
from app.domain.search import vectors
from app.domain.search.encoder import readable
from app.extensions import db
from workers.understand import shared
from workers.understand.encoder import Encoder, Floats
from workers.understand.wording import read_as

log = logging.getLogger(__name__)


def make(transcript_id: str) -> None:
    """Those that are due. Nothing is held while the encoder works; commits once."""
    wanted = vectors.wanted(transcript_id)
    db.session.commit()
    if wanted is None:
        return
    try:
        made = embedded(wanted.texts, shared(*runtime.settings().text_models).encoder)
    except StepFailed as failure:
        log.warning("Passages can't be found by meaning: %s", failure.sentence)
        return
    if not vectors.publish(wanted, made):
        log.info("Transcript %s changed meanwhile; the clock comes again.", transcript_id)
    db.session.commit()


def embedded(texts: Mapping[int, vectors.Meant], encoder: Encoder) -> dict[int, Floats]:
    """The vector (384 numbers, length 1) of each text in which there is something to read, by the
    passages' ids. Raises StepFailed."""
    said = {key: read_as(each.text) for key, each in texts.items() if readable(each.text)}
    return dict(zip(said, encoder.embed(list(said.values())), strict=True))
