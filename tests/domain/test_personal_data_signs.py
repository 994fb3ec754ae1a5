"""Personal data between emoji, invisible marks, and signs that only look like others."""

from __future__ import annotations

import pytest

from app.domain.masking import plain
from app.domain.personal_data import Found, find, fold
from app.domain.personal_data.reading import unnamed

ZWSP, RLM, EMBED, POP, BOM, SOFT = "\u200b", "\u200f", "\u202a", "\u202c", "\ufeff", "\u00ad"
KEYCAPS = "".join(f"{digit}\ufe0f\u20e3" for digit in "07700900123")
NB_HYPHEN = "\u2011"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("thanks Emily😊!", "thanks [name]!"),
        ("❤️Emily and Oluwaseun☺ helped", "[name] and [name] helped"),
        ("my name is Ford👍🏽", "my name is [name]"),
        (f"Emi{ZWSP}ly and {RLM}Tariq{RLM} helped", "[name] and [name] helped"),
        (f"{BOM}Oluwa{SOFT}seun called", "[name] called"),
        ("Ｅｍｉｌｙ helped", "[name] helped"),
        ("„Emily“ and ‹Tariq› and `Oluwaseun` helped", "[name] and [name] and [name] helped"),
        ("Emilyʼs and Tariq´s fault", "[name] and [name] fault"),
        ("my name is:Ford", "my name [name]"),
        ("my name is...Ford", "my name [name]"),
        ("my name is… Ford", "my name is… [name]"),
        ("Emily:she said so, Emily&Tom", "[name] said so, [name]"),
        ("Emily(reception) and (Tariq)there", "[name] and [name]"),
        ("call me on 📞07700900123", "call me on [phone number]"),
        (f"call me on {KEYCAPS}", "call me on [phone number]"),
        (f"call me on {EMBED}07700 900123{POP} ok", "call me on [phone number] ok"),
        (f"call me on 07700{ZWSP}900123", "call me on [phone number]"),
        ("phone 07700—900—123 or 07700,900,456", "phone [phone number] or [phone number]"),
        (f"4242{NB_HYPHEN}4242{NB_HYPHEN}4242{NB_HYPHEN}4242", "[card number]"),
        ("4242—4242—4242—4242", "[card number]"),
        ("4242,4242,4242,4242", "[card number]"),
        ("my email is jane＠example．com", "my email is [e-mail address]"),
        ("jane.doe(at)example.com", "[e-mail address]"),
        ("write to jane at example.com😊", "write to [e-mail address]"),
        ("IBAN:GB29NWBK60161331926819", "[account number]"),
        ("the order number 77145520😀", "the order number [reference number]"),
        ("the order no.77145520", "the order [reference number]"),
        ("my name is Oluwaseun— and it came late", "my name is [name] and it came late"),
        ("then Emily— she rang, –Emily", "then [name] she rang, [name]"),
        ("my name is Oluwaseun— London is far. So", "my name is [name] London is far. So"),
        ("my name is &Oluwaseun or •Oluwaseun", "my name is [name] or [name]"),
        ("ask Oluwaseun↔️ or 「Oluwaseun」 or @Emily", "ask [name] or [name] or [name]"),
        ("ring me: -07700900123 or •07700900123", "ring me: [phone number] or [phone number]"),
        ("07700900123— or 07700900123& bye", "[phone number] or [phone number] bye"),
        ("07700900123◽ or 【07700900123】", "[phone number] or [phone number]"),
        ("→+447700900123= now", "[phone number] now"),
        ("-4242424242424242 or 「4242 4242 4242 4242」", "[card number] or [card number]"),
        ("07700\u2800900123 or 07700\u3164900123", "[phone number] or [phone number]"),
        ("Emi\u180bly or \u3164Emily or Emi\u17b4ly", "[name] or [name] or [name]"),
        ("ask Emily\u115f or Emily\u2800Smith", "ask [name] or [name]"),
    ],
)
def test_no_sign_around_or_within_it_hides_what_a_word_is(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Thank you😊 Will come again, the staff😊Rose wine was nice",
        "B&Q and Marks & Spencer, the Q&A(see below), T&Cs, item(s) 4417",
        "5⭐ 4⭐ 5★★★★★ 1️⃣ fast 2️⃣ cheap, it was 30° 25° 28° 31° 30° 29° outside",
        "Wi‑Fi at 10–12 from 2019–2020 and 2019—2020, 1920×1080, 25m², 14½, £45–50",
        "rooms 3001,3002,3003,3004 in 2019,2020,2021,2022 for 1,000,000,000",
        "I said to... nobody. My dentist called… cross… and my name is… well, never mind",
        "I know C++ and C# w/ 100+ people, 200+ orders, 300+ more, -1000 -2000 -3000 =4000",
        "2018 -2019 -2020 -2021, 100%+ of £50– and 20€= at -5 -12 -3 ±5, →Will →Rose – Grace",
        "see https://x.com?a=bcd&cde=def, pros:fast, note:Will call, (Great)service",
    ],
)
def test_no_sign_makes_personal_data_of_what_is_none(text: str) -> None:
    assert plain(text) == text


def test_places_are_those_of_the_text_as_it_is_written() -> None:
    found = find([f"{ZWSP} 😊 thanks 📞 {RLM}Emily{RLM}☺ ok"])
    assert [(each.first, each.last) for each in found] == [(4, 4)]


def test_what_the_customer_typed_as_their_name_may_have_an_emoji() -> None:
    assert plain("Zorbina here", "Zorbina😊") == plain("Zorbina😊 here", "Zorbina") == "[name] here"


def test_models_read_emoji_and_no_name() -> None:
    assert unnamed("So I asked Emily😡 twice 😡") == "So I asked Alex😡 twice 😡"
    assert unnamed(f"So {ZWSP} I asked Emily twice") == f"So {ZWSP} I asked Alex twice"


def test_words_that_look_alike_are_the_same_word() -> None:
    assert {fold(word) for word in ("zoe", "Ｚｏë’s", "Zoe☺!", f"{RLM}Zo{SOFT}e{RLM}")} == {"zoe"}


def test_a_word_takes_no_longer_than_it_is_long() -> None:
    """From each letter on an address was sought to the end: minutes for a row of numbers."""
    assert find(["4242," * 80_000]) == find(["—" * 80_000 + "a" + "•+" * 80_000]) == []
    assert find(["4242," * 80_000 + "jane@example.com"]) == [Found("email", 0, 0, 0)]
