"""Finding personal data: how much of it, and how much that is nobody's."""

from __future__ import annotations

import csv
import re

import pytest

from app.domain.personal_data import Found, checksums, find
from tests.conftest import ROOT
from tests.personal_data.measuring import measure, read, spoken
from tests.personal_data.passages import passages


def words(text: str, *, known: str = "") -> list[str]:
    """`kind: words` of all that is found in it."""
    said = text.split()
    found = find([text], [known] if known else [])
    return [f"{each.kind}: {' '.join(said[each.first : each.last + 1])}" for each in found]


def test_nineteen_of_twenty_are_found_in_generated_passages() -> None:
    made = list(passages())
    assert len(made) == 500
    result = measure(made)
    assert result.recall >= 0.95, result.missed
    assert result.precision >= 0.95, result.wrong
    for kind, number in result.true.items():
        assert number >= 70 and result.found[kind] / number >= 0.9, result.missed


def test_nineteen_of_twenty_are_found_in_what_people_say() -> None:
    lines = spoken()
    assert len(lines) >= 150
    result = measure(read(line) for line in lines)
    assert result.recall >= 0.95, result.missed
    assert result.precision >= 0.95, result.wrong


@pytest.mark.parametrize(
    ("plain", "named"),
    [
        ("i bought the falcon desk and my name is wren lopes", "Falcon Desk"),
        ("the falcon desk was good and a woman called bright helped me", "Falcon Desk"),
        ("bluebell saver is great and my name is wren", "Bluebell Saver"),
    ],
)
def test_capitals_of_a_vocabulary_hide_no_name_that_has_none(plain: str, named: str) -> None:
    """The basic engine writes no other capitals, and no marks."""
    assert words(plain) and words(plain.replace(named.lower(), named)) == words(plain)


@pytest.mark.parametrize(
    "plain",
    [line for line in spoken() if "{" not in line and "Victoria" not in line],
)
def test_what_is_nobodys_is_left_alone(plain: str) -> None:
    assert words(plain) == []


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("No me gustó nada, la verdad.", []),
        ("Me quiere matar mi hermano, así es mi vida.", []),
        ("soy clienta desde hace diez años", []),
        ("Ese pedido llegó durante la tarde.", []),
        ("Soy María Gómez y llamo por la factura.", ["name: María Gómez"]),
        ("Ich bin froh, dass es endlich geklappt hat.", []),
        ("ich bin nur einmal da gewesen", []),
        ("Hallo, ich bin Jürgen Vogel.", ["name: Jürgen Vogel."]),
        ("J'aime bien, elle était gentille.", []),
        ("Je m'appelle Elle Fournier.", ["name: Elle Fournier."]),
        ("Ik ben heel tevreden, het ging snel.", []),
        ("sono molto contento, alla fine", []),
        ("I spoke to Nada on Monday.", ["name: Nada"]),
    ],
)
def test_words_of_other_languages_are_no_names(said: str, found: list[str]) -> None:
    assert words(said) == found


def test_few_passages_of_ordinary_feedback_have_a_mask() -> None:
    """Those that do mostly hold a name that somebody wrote into them."""
    with open(ROOT / "tools/sentences/customers_unseen.tsv", encoding="utf-8") as file:
        texts = [
            row["text"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]
    assert len(texts) >= 300
    marked = [text for text in texts if find([text])]
    lower = [text for text in texts if find([re.sub(r"[.,!?;]", "", text.lower())])]
    assert len(marked) <= 0.06 * len(texts), marked
    assert len(lower) <= 0.06 * len(texts), lower


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("oh seven seven double one nine hundred eight four two is my number",
         "phone: oh seven seven double one nine hundred eight four two"),
        ("it's jane dot doe at example dot com", "email: jane dot doe at example dot com"),
        ("Reach me: jane.doe@example.com.", "email: jane.doe@example.com."),
        ("card ending four two four two", "card: four two four two"),
        ("4242424242424242", "card: 4242424242424242"),
        ("g b two nine n w b k six oh one six one three three one nine two six eight one nine",
         "account: g b two nine n w b k six oh one six one three three one nine two six eight one"
         " nine"),
        ("my order number is 4417.", "reference: 4417."),
        ("I live at 42 Oak Street, Leeds LS1 4AP.", "address: 42 Oak Street, Leeds LS1 4AP."),
    ],
)  # fmt: skip
def test_numbers_and_addresses(said: str, found: str) -> None:
    assert words(said) == [found]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("My number is 0170/1234567.", ["phone: 0170/1234567."]),
        ("my number is 07700900123—call me", ["phone: 07700900123—call"]),
        ("My number is 07700900123,please", ["phone: 07700900123,please"]),
        ("phone:07700900123", ["phone: phone:07700900123"]),
        ("I'm Oluwaseun—call me, please", ["name: Oluwaseun—call"]),
        ("Well, this is Emily…then he left", ["name: Emily…then"]),
        ("This is Oluwaseun.I ordered a box", ["name: Oluwaseun.I"]),
        ("My name is Oluwaseun Bakare—I rang", ["name: Oluwaseun Bakare—I"]),
        ("I live at 12 Kings Road—Leeds", ["address: 12 Kings Road—Leeds"]),
        ("So ask Tom/Emily about it", ["name: Tom/Emily"]),
        ("Write to me:bob@x.com,thanks", ["email: me:bob@x.com,thanks"]),
        ("It was 10:30 on 12/05/2026, 3.50 each, 24/7 and/or more", []),
        ("I called in 09/2023 and my account since 01/2020, open 0800/1800", []),
        ("The mr/mrs dropdown, the name:field and chapter 3:Summer are bad", []),
    ],
)
def test_words_are_parted_where_something_else_than_a_blank_joins_them(
    said: str, found: list[str]
) -> None:
    assert words(said) == found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("My name is David Park.", ["name: David Park."]),
        ("My name is Ford.", ["name: Ford."]),
        ("Hello, my name is Mark Ford and Boots let me down", ["name: Mark Ford"]),
        ("my name is mark ford and i bought", ["name: mark ford"]),
        ("Hi, my full name is Emily Post, hello", ["name: Emily Post,"]),
        ("my name is English so they laughed", []),
        ("The courier's name is Evri, my name is on the list", []),
    ],
)
def test_who_says_their_name_may_be_called_as_a_brand_or_a_place(
    said: str, found: list[str]
) -> None:
    assert words(said) == found


def test_two_kinds_in_one_word_do_not_overlap() -> None:
    assert find(["Emily/call:07700900123 today"]) == [Found("name", 0, 0, 0)]


def test_a_number_goes_on_over_a_pause() -> None:
    assert find(
        ["my number is oh seven seven", "double one nine", "hundred eight four two ok"]
    ) == [
        Found("phone", 0, 3, 5),
        Found("phone", 1, 0, 2),
        Found("phone", 2, 0, 3),
    ]


def test_what_the_customer_typed_as_their_name_is_looked_for() -> None:
    said = "yes fizzwick again and Fizzwick is not happy"
    assert words(said) == []
    assert words(said, known="Ulla Fizzwick") == ["name: fizzwick", "name: Fizzwick"]


@pytest.mark.parametrize(
    "text", ["", " ", "🙂 🙂", "。", "a" * 5000, "1 " * 3000, "at dot com " * 500]
)
def test_odd_texts_are_taken(text: str) -> None:
    find([text, text])


@pytest.mark.parametrize(
    ("number", "card", "iban"),
    [
        ("4242424242424242", True, False),
        ("4242424242424241", False, False),
        ("0000000000000000", False, False),
        ("GB29NWBK60161331926819", False, True),
        ("GB29NWBK60161331926818", False, False),
        ("DE89370400440532013000", False, True),
    ],
)
def test_numbers_check_themselves(number: str, card: bool, iban: bool) -> None:
    assert (number.isdigit() and checksums.card(number)) == card
    assert checksums.iban(number) == iban


@pytest.mark.parametrize("after", ["or ask him", "to reach me", "time after time"])
@pytest.mark.parametrize("number", ["07700900456", "07700 900456", "0790045"])
def test_a_number_is_no_amount_for_the_word_behind_it(number: str, after: str) -> None:
    found = find([f"call me on {number} {after}"])
    assert [(each.kind, each.first, each.last) for each in found] == [
        ("phone", 3, 2 + len(number.split()))
    ]
    assert find([f"it cost 125000 {after}", "I waited 45 minutes"]) == []


def test_one_code_after_the_other_is_taken_however_many() -> None:
    """Each was sought within the search for the one before, a thousand deep."""
    found = find(["SW1A1AA " * 1500])
    assert [(each.kind, each.first) for each in found] == [("address", 0)]
    assert found[0].last >= 1498


@pytest.mark.parametrize("word", ["d41d8cd98f00b204e9800998ecf8427e", "ab-12345", "a1/b2--c3456"])
def test_no_word_takes_longer_than_it_is_long(word: str) -> None:
    """With a sign behind it that no code holds, each letter more took twice the time."""
    assert find([f"order number {word}"]) != []
    find([f"order number {word}{word * 40}_final.mp4"])
