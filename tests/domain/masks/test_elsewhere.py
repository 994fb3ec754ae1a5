"""Masked words in what people write about a voice, and in quotes."""

from __future__ import annotations

import pytest

from app.domain import masking
from app.extensions import db
from app.models import Answer, Member
from tests import factories
from tests.conftest import queries
from tests.domain.masks.said import edit, hide, listened, look

pytestmark = pytest.mark.any_database

PHRASE = "it was at the clinic on the hill near Dottybell"
SPOKEN = "call me on oh seven seven double oh nine hundred four five six"


def noted(answer: Answer, text: str) -> str:
    db.session.expire_all()
    return masking.evidence(text, answer.submission)


@pytest.mark.parametrize(
    "note",
    [
        "We spoke to the customer on the phone at length.",
        "She will call back, we will refund the order.",
        "Two of us called four times on day seven, for 42 minutes",
    ],
)
def test_ordinary_words_of_what_is_hidden_are_readable_in_a_note(
    answer: Answer, member: Member, note: str
) -> None:
    transcript = listened(answer, PHRASE, SPOKEN, "my name is Will okay", "I live at 42 Oak Street")
    hide(transcript, "at the clinic on the hill near Dottybell", member)
    assert noted(answer, note) == note


@pytest.mark.parametrize(
    ("note", "shown"),
    [
        ("met at the clinic on the hill near Dottybell", "met [hidden]"),
        ("met at The Clinic, on-the hill near Dottybell!", "met [hidden]!"),
        ("Dottybell's case", "[hidden] case"),
        ("so she was met at the clinic on…", "so she was met [hidden]…"),
        ("so she was met at the", "so she was met at the"),
        ("code table seven dog, table", "code [hidden], table"),
        ("a bitter word, no word", "a [hidden] word, no word"),
    ],
)
def test_what_is_hidden_is_hidden_in_a_note_as_a_whole(
    answer: Answer, member: Member, note: str, shown: str
) -> None:
    transcript = listened(answer, PHRASE, "say table seven dog to them", "so bitter")
    hide(transcript, "at the clinic on the hill near Dottybell", member)
    hide(transcript, "table seven dog", member)
    hide(transcript, "bitter", member)
    assert noted(answer, note) == shown


@pytest.mark.parametrize("name", ["Mark", "Will", "Hope", "Summer", "Guy"])
def test_a_name_that_is_an_ordinary_word_is_hidden_in_a_note_by_its_capital(
    answer: Answer, name: str
) -> None:
    listened(answer, f"hello my name is {name} and it came late")
    note = f"{name} is upset. Spoke to “{name},” it's ({name}'s)."
    assert noted(answer, note) == "[name] is upset. Spoke to [name] it's [name]."
    assert noted(answer, f"a {name.lower()} of theirs") == f"a {name.lower()} of theirs"


def test_so_is_one_that_is_part_of_a_longer_name(answer: Answer) -> None:
    listened(answer, "hello my name is Mark Adams and it came late")
    assert noted(answer, "Mark is upset. Adams, a mark.") == "[name] is upset. [name], a mark."


@pytest.mark.parametrize(
    ("words", "kind", "shown"),
    [
        ("rose", "name", "[name] of the clinic, a [name]"),
        ("clinic", "address", "Rose of the [address], a rose"),
    ],
)
def test_a_word_that_a_person_hid_for_itself_is_hidden_in_a_note_wherever_it_stands(
    answer: Answer, member: Member, words: str, kind: str, shown: str
) -> None:
    transcript = listened(answer, "then rose came to the clinic")
    hide(transcript, words, member, kind)
    assert noted(answer, "Rose of the clinic, a rose") == shown


@pytest.mark.parametrize(
    ("decisions", "shown"),
    [
        (("cancer", "treatment"), "has [hidden], had a [hidden] then"),
        (("cancer treatment", "last spring"), "has cancer, had a treatment then"),
    ],
)
def test_words_that_were_hidden_one_beside_the_other_are_hidden_in_a_note_each_for_itself(
    answer: Answer, member: Member, decisions: tuple[str, ...], shown: str
) -> None:
    transcript = listened(answer, "I had cancer treatment last spring you know")
    for words in decisions:
        hide(transcript, words, member)
    assert noted(answer, "has cancer, had a treatment then") == shown
    assert noted(answer, f"so {decisions[0]} it was") == "so [hidden] it was"


def test_more_lines_of_a_note_need_no_more_queries(answer: Answer, member: Member) -> None:
    transcript = listened(answer, "my name is Zorbo okay", "It came late.")
    edit(transcript, member, "my name is Zorbo really")
    look(transcript)
    counts = []
    for note in ("ask Zorbo", "ask Zorbo\nIt came late.\nmy name is Zorbo okay\n" * 50):
        with queries() as seen:
            assert "Zorbo" not in noted(answer, note)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_quote_that_older_rules_masked_is_masked_by_todays(answer: Answer) -> None:
    transcript = factories.transcript(answer, "my name is Oluwaseun Bakare okay")
    moment = factories.highlight(answer, transcript)
    look(transcript)
    moment.masked_quote = moment.quote
    assert masking.quote(moment) == moment.quote
    moment.masked_by = "5"
    assert masking.quote(moment) == "my name is [name] okay"
