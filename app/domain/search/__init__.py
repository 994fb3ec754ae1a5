"""Search over every passage: by its words, and by what it means."""

from app.domain.search.words import Filters, Hit, Piece, count, pieces, search, terms

__all__ = ["Filters", "Hit", "Piece", "count", "pieces", "search", "terms"]
