"""Understanding with the real encoder and the trained heads."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from sklearn.metrics import f1_score, precision_score, recall_score

from app.domain.codebook.book import Codebook, Theme
from app.domain.codebook.reading import default_codebook
from app.domain.corrections import kinds
from workers.understand import Understander, emotion
from workers.understand.base import Understanding
from workers.understand.findings import finding
from workers.understand.hand_off import REASONS

pytestmark = pytest.mark.slow

SENTENCES = Path(__file__).parents[3] / "tools" / "sentences"
TORN = "It came nine days late and the box was torn open."
KIND = "The lady at the desk was so kind to my mum, thank you."
ROUTE = "I went to the branch on the High Street on Tuesday."


@pytest.fixture(scope="module")
def understander() -> Understander:
    return Understander(threads=1)


def _one(understander: Understander, text: str) -> Understanding:
    return understander.understand([text], default_codebook())[0]


def test_facts_thanks_and_neutral_statements(understander: Understander) -> None:
    torn, kind, route = understander.understand([TORN, KIND, ROUTE], default_codebook())
    assert [u.sentiment.label for u in (torn, kind, route)] == ["negative", "positive", "neutral"]
    assert torn.sentiment.score < -0.5 < 0.5 < kind.sentiment.score
    assert "gratitude" in [each.label for each in kind.emotions]
    assert [each.label for each in route.emotions] == ["neutral"]
    assert torn.themes[0].name == "Delivery"
    assert kind.themes[0].name == "Staff and helpfulness"
    assert not any(u.hand_off.needed for u in (torn, kind, route))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("My husband passed away and you still write to him.", "Bereavement"),
        ("Can I please just speak to a real person?", "Asks for a person"),
        ("The charger caught fire beside my daughter's bed.", "Harm or safety"),
        ("You will be hearing from my solicitor.", "Threat to leave or go to law"),
        ("I can't cope any more, I cry every night.", "Strong distress"),
        ("I need to speak to somebody before I do something. I can not go on.", "Strong distress"),
        ("Can a person ring me, I think I smell gas in the hall again", "Harm or safety"),
    ],
)
def test_who_needs_a_person_and_why(understander: Understander, text: str, reason: str) -> None:
    person = _one(understander, text).hand_off
    assert (person.needed, person.reason) == (True, reason)
    assert all(said in text for said in person.words)


@pytest.mark.parametrize(
    "story",
    [
        "If I move again I will come back.",
        "I will stay with you because of him.",
        "I put the phone on the table so that we can eat together",
        "my grandson came over to help me and it was already working"
        " he looked a bit sad about that",
        "the driver carried it to the third floor because he saw that I walk with a stick",
    ],
)
def test_a_warm_story_needs_nobody(understander: Understander, story: str) -> None:
    assert not _one(understander, story).hand_off.needed


def test_the_heads_are_as_right_as_they_were(understander: Understander) -> None:
    """Floors well under what docs/accuracy.md has: falling through one is no chance."""
    with (SENTENCES / "customers_test.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = understander.understand([row["text"] for row in rows], default_codebook())
    said = [each.sentiment.label for each in found]
    assert f1_score([row["sentiment"] for row in rows], said, average="macro") > 0.62
    flagged = [each.hand_off.needed for each in found]
    asks = [row["hand_off"] != "-" for row in rows]
    assert recall_score(asks, flagged) > 0.85 and precision_score(asks, flagged) > 0.5


@pytest.mark.parametrize(
    "other",
    [
        "Folasade wis awfy kind tae ma maw at the desk, so she wis, ta.",
        "Da lady at da desk was dead kind to me mum, innit, thanks.",
        "Xiomara at the desk was so kind to my mum, thank you lah.",
    ],
)
def test_a_name_or_a_way_of_speaking_is_no_feeling(understander: Understander, other: str) -> None:
    kind, same = understander.understand([KIND, other], default_codebook())
    assert same.sentiment.label == kind.sentiment.label
    assert same.sentiment.score == pytest.approx(kind.sentiment.score, abs=0.3)


def test_a_text_says_the_same_alone_and_among_others(understander: Understander) -> None:
    among = understander.understand([ROUTE * 6, TORN, KIND, "Hm."], default_codebook())[1]
    alone = _one(understander, TORN)
    assert alone.sentiment.score == pytest.approx(among.sentiment.score, abs=0.01)
    assert [t.name for t in alone.themes] == [t.name for t in among.themes]


@pytest.mark.parametrize("text", ["", "   ", "😀😀😀", "12 345", "…!?"])
def test_nothing_said_is_neutral_without_confidence(understander: Understander, text: str) -> None:
    understood = _one(understander, text)
    assert (understood.sentiment.label, understood.sentiment.confidence) == ("neutral", 0.0)
    assert understood.emotions == () and finding(understood).tags == ()
    assert set(finding(understood).engines) == set(kinds.ON_PASSAGES)
    assert understood.themes == () and not understood.hand_off.needed


@pytest.mark.parametrize(
    "text",
    [
        "El paquete llegó roto.",
        "包裹晚了九天",
        "الطرد وصل متأخرا",
        "hello 你好 مرحبا 😀",
        "\x00a\u200b",
    ],
)
def test_other_languages_and_odd_characters_are_taken(
    understander: Understander, text: str
) -> None:
    assert 0 <= _one(understander, text).sentiment.confidence <= 1


def test_an_enormous_text_is_read_from_its_beginning(understander: Understander) -> None:
    assert _one(understander, TORN + " " + "word " * 400_000).sentiment.label == "negative"


def test_no_texts_and_no_themes(understander: Understander) -> None:
    assert understander.understand([], default_codebook()) == []
    assert understander.understand([TORN], Codebook())[0].themes == ()


def test_a_codebook_is_read_by_its_descriptions(understander: Understander) -> None:
    book = Codebook(
        (
            Theme("Pool", "Swimming, the water and the deck chairs"),
            Theme("Parking", "Where to leave the car and what that costs"),
        )
    )
    swim, park, neither = understander.understand(
        [
            "We were in the water from morning to night.",
            "There was nowhere to leave the car.",
            "My name is Julia.",
        ],
        book,
    )
    assert [theme.name for theme in swim.themes] == ["Pool"]
    assert [theme.name for theme in park.themes] == ["Parking"]
    assert neither.themes == ()


def test_a_new_theme_without_examples_does_not_take_over(understander: Understander) -> None:
    """All others have some, which raise them where they fit and lower them elsewhere."""
    sound = Theme("Sound quality", "Calls that crackle, echo or drop out")
    book = Codebook((*default_codebook().themes, sound))
    others = [
        "I have one problem and the problem is my cat.",
        "I am on a pension.",
        TORN,
        KIND,
        ROUTE,
    ]
    said = ["The line crackled so much that I couldn't hear her.", "Calls drop out every evening."]
    found = understander.understand([*others, *said], book)
    about = [sound.name in [theme.name for theme in each.themes] for each in found]
    assert about == [False] * len(others) + [True] * len(said)


def test_the_model_is_loaded_once(understander: Understander) -> None:
    understander.understand([TORN], default_codebook())
    loaded = understander.load_seconds
    understander.understand([KIND], default_codebook())
    assert understander.load_seconds == loaded > 0


def test_json_has_the_promised_shape(understander: Understander) -> None:
    said = json.loads(json.dumps(_one(understander, TORN).as_json()))
    assert set(said) == {"sentiment", "emotions", "themes", "hand_off"}
    assert set(said["sentiment"]) == {"label", "score", "confidence", "engine", "version"}
    assert set(said["emotions"][0]) == {"label", "score", "engine", "version"}
    assert set(said["themes"][0]) == {"name", "score", "engine", "version"}
    assert {"needed", "reason", "score", "engine", "version"} <= set(said["hand_off"])
    assert all(said[part]["version"] for part in ("sentiment", "hand_off"))


def test_what_is_shown_is_within_the_promise(understander: Understander) -> None:
    assert len(emotion.SHOWN) == 7 and len(REASONS) == 8
    for understood in understander.understand([TORN, KIND, ROUTE], default_codebook()):
        assert 1 <= len(understood.emotions) <= 7
        assert {each.label for each in understood.emotions} <= {*emotion.SHOWN, "neutral"}


def test_importing_it_loads_no_model() -> None:
    code = "import sys, workers.understand; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
