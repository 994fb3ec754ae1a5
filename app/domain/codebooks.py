"""Where a codebook is read and what it holds; see `app.domain.codebook`."""

from app.domain.codebook.book import LONGEST_NAME, MOST_THEMES, Codebook, Theme
from app.domain.codebook.reading import default_codebook, read_codebook

__all__ = [
    "LONGEST_NAME",
    "MOST_THEMES",
    "Codebook",
    "Theme",
    "default_codebook",
    "read_codebook",
]
