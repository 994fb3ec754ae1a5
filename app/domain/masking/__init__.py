"""What is said, as those see it who may not see personal data: with a mask in its place.

Owners and analysts see the words; everyone else, and whatever leaves the house, the masks. A
passage that changed since it was looked through is looked through here, so no mask comes late.
`app.domain.masks` puts them there.
"""

from app.domain.masking.decided import decided, todays
from app.domain.masking.digests import digest
from app.domain.masking.hiding import by_machine, hidden, hidden_in, looked_through
from app.domain.masking.muting import muted
from app.domain.masking.quotes import Evidence, evidence, plain, quote, written
from app.domain.masking.reaching import said as said_how
from app.domain.masking.showing import (
    LABELS,
    OTHER,
    UNSEARCHED,
    Hidden,
    Passage,
    Reader,
    Veiled,
    passage,
    text_of,
    veiled,
)

__all__ = [
    "LABELS",
    "OTHER",
    "UNSEARCHED",
    "Evidence",
    "Hidden",
    "Passage",
    "Reader",
    "Veiled",
    "by_machine",
    "decided",
    "digest",
    "evidence",
    "hidden",
    "hidden_in",
    "looked_through",
    "muted",
    "passage",
    "plain",
    "quote",
    "said_how",
    "text_of",
    "todays",
    "veiled",
    "written",
]
