"""What passages mean, as numbers."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Vectors(Base):
    """The vectors of a transcript's passages, one record each (`app.domain.search.packing.RECORD`).

    `model`: what made them, as `app.domain.search.vectors` names it; "" where nothing did.
    `edition` counts every change: what was made of words that changed meanwhile is not kept.
    """

    __tablename__ = "vectors"

    transcript_id: Mapped[str] = mapped_column(
        String(26), ForeignKey("transcripts.id", ondelete="CASCADE"), primary_key=True
    )
    model: Mapped[str] = mapped_column(String(40), default="", index=True)
    edition: Mapped[int] = mapped_column(default=0)
    records: Mapped[bytes] = mapped_column(default=b"")
