"""Numbers as a recogniser writes what was said, and one number behind the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.masking import plain
from app.domain.personal_data import find

PIECES = (
    "a b 0 2 4 7 12 33 4471 902B 07700 four oh double nought for to too ate two or plus ten my "
    "name is number reference card account ending weeks late days spelt sort code call"
)
SAID = "oh seven seven double oh nine double oh one two three"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("call me on oh seven seven double one for five six seven eight nine", "call me on {}"),
        ("call me on oh seven seven double one, for five six seven eight nine", "call me on {}"),
        ("It's oh seven seven double one. For five six seven eight nine.", "It's {}."),
        ("oh seven seven double one, four five six seven eight nine", "{}"),
        ("oh seven nine to for one three eight six won too", "{}"),
        ("oh seven nine um to fore one three eight six won too", "{}"),
        ("it's oh seven seven double for one ate five six too nine", "it's {}"),
        ("ring oh for one three four nine six oh one to three", "ring {}"),
        ("call me on 0 7 7 1 1 for 5 6 7 8 9", "call me on {}"),
        ("call me on five five five oh one to three", "call me on {}"),
        ("my number is two one two five five five oh one for to", "my number is {}"),
        ("ring oh seven seven oh oh nine oh oh one to three for that", "ring {} for that"),
        (f"ring {SAID} to talk", "ring {} to talk"),
        (f"ring {SAID} for two minutes", "ring {} for two minutes"),
        (f"ring {SAID} for one I am angry", "ring {} for one I am angry"),
        ("call on five five five oh one two three for two jobs", "call on {} for two jobs"),
    ],
)  # fmt: skip
def test_what_sounds_like_a_digit_is_one_within_a_phone_number(text: str, shown: str) -> None:
    assert plain(text) == shown.format("[phone number]")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("card ending for to four two", "card ending [card number]"),
        ("my last four digits are to to won ate", "my last four digits are [card number]"),
        ("my order number is for for one seven", "my order number is [reference number]"),
        ("my sort code is two oh for four one nine", "my sort code is [account number]"),
        (
            "my account number is one two three for five six seven ate",
            "my account number is [account number]",
        ),
    ],
)  # fmt: skip
def test_what_sounds_like_a_digit_is_one_within_a_number_that_is_called_so(
    text: str, shown: str
) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "I rang at seven for two hours",
        "one for you and two for me",
        "from five to nine",
        "table for two at seven",
        "call me at five to nine, or ring between two to four or four to six",
        "call me seven to nine one to four",
        "call between seven to nine and one to four and six to eight",
        "we waited from nine to five to get one for six",
        "it took two to three weeks for one to four people",
        "I gave it four to five stars, ate two of them, and won one for three",
        "my order is two for one to four people, my booking for two to four",
        "the delivery is for two to four at one to three",
        "order number ten to twenty four",
        "my number is for two of us, the last digits are for you",
        "it was nil nil for one two to three four five to six",
        "one two three for five six seven",
        "zero one two three for two people",
        "ages three to five six to eight nine to eleven",
    ],
)
def test_what_sounds_like_a_digit_is_a_word_elsewhere(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize("between", [" or ", ", or ", " and ", ", ", " / ", "/", ",", ";", " to "])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("07700 900 123", "07700 900 456"),
        ("07700900123", "07700900456"),
        ("077 00 90 01 23", "077 00 90 04 56"),
        ("0 7 7 0 0 9 0 0 1 2 3", "0 7 7 0 0 9 0 0 4 5 6"),
        ("020 7946 0018", "0113 496 0123"),
        ("(020) 7946 0018", "(0113) 496 0123"),
        ("+44 7700 900 123", "+44 7700 900 456"),
        ("07700-900-123", "07700-900-456"),
        ("07700.900.123", "07700.900.456"),
        ("212 555 0100", "212 555 0199"),
        ("(212) 555-0100", "(212) 555-0199"),
        ("555 0100", "555 0199"),
    ],
)
def test_of_two_numbers_neither_stays_readable(one: str, between: str, other: str) -> None:
    shown = plain(f"Ring me on {one}{between}{other}.")
    assert not any(map(str.isdigit, shown)), shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("07700 900 123 or 456", "[phone number] or [phone number]"),
        (f"ring {SAID} or {SAID}", "ring [phone number] or [phone number]"),
        (f"ring {SAID} times", "ring [phone number] times"),
        (f"ring {SAID} two weeks later", "ring [phone number] two weeks later"),
        ("ring 07700 900 123 or 3 times", "ring [phone number] or 3 times"),
        ("ring 07700 900 123 minutes later", "ring [phone number] minutes later"),
        ("07700 900 123 (home) or 07700 900 456", "[phone number] (home) or [phone number]"),
        ("card 4242 4242 4242 4242 or cash", "card [card number] or cash"),
        ("order 4417 or 4418 or 4419 came", "order {0} or {0} or {0} came"),
        ("order numbers 77145 520 or 77145 521", "order numbers {0} or {0}"),
        ("order 4417 or 2019", "order {0} or 2019"),
        ("order 4417 902 three weeks ago", "order {0} three weeks ago"),
    ],
)
def test_a_number_ends_where_it_is_whole(text: str, shown: str) -> None:
    assert plain(text) == shown.format("[reference number]")


@pytest.mark.parametrize(
    "text",
    [
        "I called 1000 or so times, 1000 to 2000 times, 1000 or 2000 people, 4 or 5 times",
        "phone one two three four or five times, call 5 6 or 7",
        "the order took 3, 4, 5 or 6 days, or 10 to 12",
        "it's two fifty, four hundred or six hundred, 100 000 or 120 000 pounds",
        "I tried one two three four five six or seven of them",
        "open 0800/1800, the 2019/2020 and 2021/2022 season, 120/80",
        "from 11.05.2026,12.05.2026;13.05.2026",
    ],
)
def test_amounts_one_behind_the_other_are_no_numbers(text: str) -> None:
    assert plain(text) == text


def test_no_number_takes_longer_than_it_is_long() -> None:
    for word in (f"11,{'1' * 80_000}x", f"{'111111111,' * 8_000}x"):
        assert find([f"from 1 {word}"]) == []
    assert find(["two for " * 5_000]) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("My meter is 4 4 1 9 0 2 7 A 8 8 3 1 two weeks ago", "My meter is [reference number]"),
        ("Reference 4471 902B 7712 33 two days late", "Reference [reference number]"),
    ],
)
def test_a_long_number_with_a_letter_is_no_card(text: str, shown: str) -> None:
    assert plain(text).startswith(shown)


@given(st.lists(st.sampled_from(PIECES.split()), max_size=24))
def test_no_words_stop_it(words: list[str]) -> None:
    for each in find([" ".join(words)]):
        assert 0 <= each.first <= each.last < len(words)
