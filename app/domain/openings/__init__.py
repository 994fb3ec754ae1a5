"""The first words of a voice, for a list of many."""

from app.domain.openings.reading import LONGEST, Opening, cut, of

__all__ = ["LONGEST", "Opening", "cut", "of"]
