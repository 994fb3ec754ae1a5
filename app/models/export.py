"""A file made for another tool."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Identified, InWorkspace
from app.models.program import InProgram, Program
from app.models.run import Run
from app.models.workspace import Member


class Export(Identified, InWorkspace, InProgram, Base):
    """format: a name in `app.domain.exports`; level: a name there.

    purpose: only what its consent allows is in the file.
    """

    __tablename__ = "exports"

    format: Mapped[str] = mapped_column(String(10))
    level: Mapped[str] = mapped_column(String(12))
    purpose: Mapped[str] = mapped_column(String(8), default="internal")
    created_by: Mapped[str | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    key: Mapped[str | None]
    filename: Mapped[str] = mapped_column(default="")
    size: Mapped[int | None]
    rows: Mapped[int | None]

    program: Mapped[Program] = relationship()
    member: Mapped[Member | None] = relationship()
    runs: Mapped[list[Run]] = relationship(cascade="all, delete-orphan", passive_deletes=True)
