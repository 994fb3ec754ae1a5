"""Puts masks on words: what the rules find, and what people decide, which no rule overwrites.

`app.domain.masking` shows words with them.
"""

from app.domain.masks.deciding import KINDS, LONGEST, Mark, hide, lift, of
from app.domain.masks.following import requote
from app.domain.masks.looking import catch_up, look

__all__ = ["KINDS", "LONGEST", "Mark", "catch_up", "hide", "lift", "look", "of", "requote"]
