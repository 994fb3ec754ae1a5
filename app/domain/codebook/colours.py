"""The colours that a theme may have. What each one looks like stands in `tokens.css`."""

from __future__ import annotations

from app.domain.errors import Invalid

# Beside the name, never instead of it; none is a sentiment's. The order is the picker's.
NAMES = ("rose", "brick", "ochre", "moss", "teal", "cyan", "indigo", "violet")


def colour(name: str, where: str = "") -> str:
    """The colour's name in lower case, "" for none. Raises Invalid for one that isn't here."""
    clean = name.strip().lower()
    if clean and clean not in NAMES:
        known = f"{', '.join(NAMES[:-1])} or {NAMES[-1]}"
        raise Invalid(f"{where}the colour “{name.strip():.40}” isn't one of {known}.")
    return clean
