"""Names that are said letter by letter, and letters that are none."""

from __future__ import annotations

import pytest

from app.domain.masking import plain
from app.domain.personal_data import Found, find
from app.domain.personal_data.reading import unnamed


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("My name is Siobhan, S I O B H A N", "My name is [name]"),
        ("It's under Katarzyna, K for kilo, A, T, A, R, Z, Y, N, A", "It's under [name]"),
        ("that's spelt B-A-K-A-R-E", "that's spelt [name]"),
        ("It's spelled B A K A R E", "It's spelled [name]"),
        ("my surname is bakare b a k a r e and i rang", "my surname is [name] and i rang"),
        ("My name is Siobhan. S I O B H A N. I called.", "My name is [name]. I called."),
        ("I'm Emily, that's E M I L Y, and my TV", "I'm [name], that's [name], and my TV"),
        ("Siobhan, spelt S.I.O.B.H.A.N., rang", "[name], spelt [name]., rang"),
        ("Siobhan (S-I-O-B-H-A-N) rang", "[name] rang"),
        ("Siobhan – S – I – O – B – H – A – N rang", "[name] – [name] rang"),
        ("Siobhan S,I,O,B,H,A,N rang", "[name] rang"),
        ("my name is siobhan s i o b h a n i rang", "my name is [name] i rang"),
        ("My name is Shivon, S I O B H A N", "My name is [name]"),
        ("My name is Neve, N I A M H and it was late", "My name is [name] and it was late"),
        ("My name is Shevaun, that's S I O B H A N", "My name is [name], that's [name]"),
        ("My name is Musa, M for mother U for you S for sugar", "My name is [name]"),
        ("This is Siobhan calling, S I O B H A N", "This is [name] calling, [name]"),
        (
            "Siobhan, I'll spell that for you, S I O B H A N",
            "[name], I'll spell that for you, [name]",
        ),
        ("My last name: K O W A L C Z Y K", "My last name: [name]"),
        ("Emmy, E M M I.", "[name]."),
        ("My name is Jo, J O, hello", "My name is [name], hello"),
        ("I'm O'Neill, O N E I double L", "I'm [name]"),
        ("My name is Anne-Marie, A N N E M A R I E", "My name is [name]"),
        ("My name is Siobhan Bakare. B A K A R E", "My name is [name]"),
        ("Oluwaseun, O for orange, L as in lima, U W A S E U N", "[name]"),
        ("it's spelt b as in bravo a for apple k r e", "it's spelt [name]"),
        ("my name is S I O B H A N", "my name is [name]"),
    ],
)
def test_a_name_that_is_spelt_is_hidden(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_name_is_spelt_on_over_a_pause() -> None:
    said = ["my name is Siobhan", "S I O", "B H A N ok"]
    assert [(each.segment, each.first, each.last) for each in find(said)] == [
        (0, 3, 3),
        (1, 0, 2),
        (2, 0, 3),
    ]


@pytest.mark.parametrize(
    "behind",
    [
        "used the A T M",
        "A T M was broken",
        ", T V repairs",
        ". N H S staff were good",
        ", B B C",
        "got an A and a B, plan B",
        ", I do, a B and B owner",
        "fixed the D-I-Y and the F-A-Q",
        "gave an A for effort, B for time, C for care",
    ],
)
@pytest.mark.parametrize("name", ["Emily", "Nora"])
def test_other_letters_near_a_name_are_left_alone(name: str, behind: str) -> None:
    assert plain(f"Thanks {name} {behind}".replace(" ,", ",").replace(" .", ".")).endswith(behind)


@pytest.mark.parametrize(
    "text",
    [
        "plan A, plan B, plan C",
        "I spelled it out A B C",
        "an A-T-M and a T V",
        "the U S A, A-O-K",
        "my company name is A B C limited",
        "my account name is K P M G",
    ],
)
def test_letters_alone_are_no_name(text: str) -> None:
    assert plain(text) == text


def test_models_read_a_name_that_is_spelt_as_one() -> None:
    assert unnamed("I'm Siobhan, S I O B H A N, and I rang") == "I'm Alex, Alex, and I rang"


def test_no_letters_take_longer_than_they_are_long() -> None:
    assert find([f"Emily. {'A-' * 40_000}B {'a b ' * 5_000}"]) == [Found("name", 0, 0, 0)]
