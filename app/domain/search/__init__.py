"""Search over every passage: by its words, and by what it means."""

from app.domain.search.filters import Filters
from app.domain.search.finding import EVERYTHING, Found, Hit, by_both, by_words
from app.domain.search.words import MOST, MOST_TERMS, WIDEST, Piece, longer, pieces, terms

__all__ = [
    "EVERYTHING",
    "MOST",
    "MOST_TERMS",
    "WIDEST",
    "Filters",
    "Found",
    "Hit",
    "Piece",
    "by_both",
    "by_words",
    "longer",
    "pieces",
    "terms",
]
