"""What the models read: names as one, ways of speaking as plain words, plain English as it is."""

from __future__ import annotations

import pytest

from workers.understand.wording import plainly, read_as, spellings


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("Ah dinnae ken whit tae dae.", "I don't know what to do."),
        ("He cannae fix it, so he can't.", "He can't fix it."),
        ("It were dead good, innit.", "It was very good."),
        ("Me nan's been waitin' since t'back end.", "my nan's been waiting since the back end."),
        ("Three times I tell them already lah.", "Three times I tell them already."),
        ("I ain't said nothing.", "I haven't said anything."),
        ("Nobody knows nowt.", "Nobody knows anything."),
        ("She be kind, for real.", "She is kind."),
        ("I'm gonna ring 'em, mate.", "I'm going to ring them."),
    ],
)
def test_ways_of_speaking_are_read_as_plain_words(said: str, read: str) -> None:
    assert plainly(said) == read


@pytest.mark.parametrize(
    "plain",
    [
        "We moved to Kent, and Ken from next door helped.",
        "Would it be possible to ring me back?",
        "If I were you I'd leave it be.",
        "It tells me the truth, as the right one should.",
        "I had an hour, an MRI and a dose of it.",
        "There's a blue bin and a green one.",
        "",
        "lah",
        "…!?",
    ],
)
def test_plain_english_and_nothing_stay_as_they_are(plain: str) -> None:
    assert plainly(plain) == plain


def test_a_name_and_a_way_of_speaking_are_both_read_through() -> None:
    assert read_as("Oluwaseun wis awfy kind tae me.") == read_as("Emily was very kind to me.")


def test_no_word_is_written_twice_or_leads_to_another_spelling() -> None:
    words, _ = spellings()
    for said, plain in words.items():
        assert said != plain and plain not in words, said


def test_a_long_text_is_read_in_time_that_grows_with_it() -> None:
    assert plainly("aw " * 5000 + "naw").endswith("no")
