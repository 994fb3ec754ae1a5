"""Which themes are chosen where examples were taught, and where none were."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.domain.codebook.book import Codebook
from app.domain.codebook.reading import default_codebook
from workers.understand import Understander
from workers.understand.heads import load, sigmoid
from workers.understand.themes import ThemeIndex, among, centred, substance

pytestmark = pytest.mark.slow

PLACE = "Store and place"
PARKING = (
    "There was nowhere to park the car.",
    "The car park was full by nine and I drove round for twenty minutes.",
    "They charge four pounds an hour to leave your car there.",
    "All the disabled bays were taken by vans.",
    "I got a ticket because the parking machine was broken.",
)
LIKE = (
    "We couldn't find a parking space anywhere near the shop.",
    "It's bright and clean in there and they open till ten.",
)
ELSEWHERE = (
    "I have lived on this street for twenty years.",
    "I moved to a building where the internet is part of the rent.",
    "I am afraid to leave the house.",
    "He put it down by the window and asked me if there was anything else.",
    "My dog is not allowed in any more.",
)
OTHERS = {
    "The courier threw my parcel over the fence.": "Delivery",
    "They charged my card three times this month.": "Billing and payment",
    "I was on hold for an hour.": "Waiting time",
}


@pytest.fixture(scope="module")
def understander() -> Understander:
    return Understander(threads=1)


def _parking() -> Codebook:
    """The codebook of new programs, whose store learned five more passages, all about parking."""
    themes = default_codebook().themes
    return Codebook(
        tuple(
            replace(theme, examples=(*theme.examples, *PARKING)) if theme.name == PLACE else theme
            for theme in themes
        )
    )


def _given(understander: Understander, codebook: Codebook, texts: tuple[str, ...]) -> list[list]:
    found = understander.understand(texts, codebook)
    return [[theme.name for theme in each.themes] for each in found]


def test_what_a_theme_learned_of_one_matter_brings_no_other_places_there(
    understander: Understander,
) -> None:
    assert not any(PLACE in given for given in _given(understander, _parking(), ELSEWHERE))
    assert all(PLACE in given for given in _given(understander, _parking(), LIKE))


def test_a_theme_that_learned_takes_nothing_from_the_others(understander: Understander) -> None:
    for codebook in (default_codebook(), _parking()):
        given = _given(understander, codebook, tuple(OTHERS))
        assert [names[:1] for names in given] == [[name] for name in OTHERS.values()]


def test_without_examples_the_choice_is_as_it_was(understander: Understander) -> None:
    """By the weights that the published figures are of, to the last bit."""
    bare = Codebook(tuple(replace(theme, examples=()) for theme in default_codebook().themes))
    index, extra = ThemeIndex(bare, understander.encoder), load("themes").extra
    embedding = understander.encoder.embed([*LIKE, *ELSEWHERE, *OTHERS])
    standing = among(index.similarity(embedding), substance(centred(embedding)))
    sure = sigmoid(standing @ extra["decide"][:-1] + extra["decide"][-1])
    for row, given in zip(sure, index.themes(embedding), strict=True):
        chances = {
            name: round(float(chance), 4) for name, chance in zip(bare.names, row, strict=True)
        }
        assert {each.name: each.score for each in given} == {
            each.name: chances[each.name] for each in given
        }
        assert len(given) == min(3, int(np.sum(row >= extra["least"][0])))
