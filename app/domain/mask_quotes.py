"""Which words of a moment's quote are masked: also where its passage was split, merged or written
over since the moment was chosen, and before it is chosen anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from app.domain import mask_history, masking
from app.domain.mask_places import Past
from app.domain.personal_data import fold
from app.models import Highlight, Segment, Transcript

Words = Mapping[int, Mapping[int, str]]
Kinds = dict[int, str]  # number of a word in the quote → kind


def masked(highlight: Highlight, transcript: Transcript, masks: Words) -> str:
    """The quote with its masks; `masks` are those of the transcript as it stands. A quote is whole
    words of its passages in order, its end maybe cut."""
    quote, first, last = highlight.quote, highlight.first_position, highlight.last_position
    words = [fold(word) for word in quote.split()]
    for passages in (transcript.segments[first : last + 1], transcript.segments):
        places = list(_places(words, passages, masks))
        if places:
            nearest = min(places, key=lambda place: abs(place[0] - highlight.start))
            return masking.text_of(quote, nearest[1])
    known, rows = masking.known(transcript), masking.rows_of(transcript)
    found = [
        kinds
        for once in mask_history.versions(transcript)
        for _, kinds in _places(words, once, mask_history.masks(once, known, rows))
    ] or [_by_word(words, transcript, masks)]
    return masking.text_of(quote, {at: kind for each in found for at, kind in each.items()})


def _places(
    words: Sequence[str], passages: Sequence[Segment] | Sequence[Past], masks: Words
) -> Iterator[tuple[float, Kinds]]:
    """Where these words stand one after another, as whole words of these passages: when the
    passage begins in which they do, and which of them are masked there."""
    said = [(each, at, fold(w)) for each in passages for at, w in enumerate(each.text.split())]
    spoken = [word for _, _, word in said]
    for begin in range(len(spoken) - len(words) + 1):
        if spoken[begin : begin + len(words)] == list(words):
            inside = said[begin : begin + len(words)]
            hides = (masks.get(each.id, {}).get(at, "") for each, at, _ in inside)
            yield said[begin][0].start, {at: kind for at, kind in enumerate(hides) if kind}


def _by_word(words: Sequence[str], transcript: Transcript, masks: Words) -> Kinds:
    """A quote that stands nowhere as it is: each word that is masked somewhere."""
    kinds = {
        fold(word): kind
        for segment in transcript.segments
        for at, word in enumerate(segment.text.split())
        if (kind := masks.get(segment.id, {}).get(at, ""))
    }
    return {at: kinds[word] for at, word in enumerate(words) if word in kinds}
