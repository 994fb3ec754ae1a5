"""500 passages with personal data, made by rule: templates × kinds × the ways to say them.

The names are drawn from lists of their own: most of them are in no list that the product has.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from app.domain.personal_data.checksums import iban, luhn
from tests.personal_data.measuring import Passage, read

SEED, NUMBER = 20, 500
GIVEN_NAMES = (
    "Sarah James Olivia Mohammed Priya Wei Chidinma Aleksandra Joaquín Siobhán Yusuf Ngozi Hyun-woo"
    " Ayaan Svetlana Matteo Zuzanna Oluwadamilare Thandeka Bjørn Lucía Ewelina Tariq Meenakshi Duc"
    " Keeley Tyrese Anneliese Ikenna Rukmini Marek Ioannis Mbali Søren Jacinta Quentin Leticia"
    " Amara Devonte Giulietta Farzana Hamza Eilidh Cormac Saskia Ottilie Tendai Kofi"
    " Nurul Pham Xiulan Jagdeep Harpreet Balázs Ludmila Radoslav Wanjiku Achieng Baraka"
    " Temperance Persis Ysolde"
)
FAMILY_NAMES = (
    "Jenkins O'Connor Patel Adeyemi-Cole Kowalczyk Nguyen Garcia Okonkwo Bhattacharya Schneider"
    " Petrova Haddad Yamamoto Mbeki Lindqvist Fernández Popescu Rutherford Tsvetkov Abernathy"
    " Mukherjee Olowofoyeku Dziedzic Szentgyörgyi Achterberg Quayle Thistlewood Nakagawa Osei"
    " Marchetti Vandenberg Chukwuma Ramaswamy Gunasekara Hernandes Baptiste Nwachukwu Delacroix"
)
GIVEN, FAMILY = GIVEN_NAMES.split(), FAMILY_NAMES.split()
STREETS = [
    "Oak",
    "Church",
    "Victoria",
    "Maple",
    "Station",
    "Mill",
    "Elmwood",
    "Kingsway",
    "Orchard",
    "Bramble",
    "Sycamore",
    "Queen Anne",
]
TYPES = ("Street", "Road", "Avenue", "Lane", "Drive", "Close", "Crescent", "Gardens")
DIGIT = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
MAILS = ("gmail.com", "example.com", "hotmail.co.uk", "posteo.example.de", "yahoo.in", "firma.eu")
BEFORE = (
    "", "", "hi there ", "so basically ", "yeah hello ", "right, ", "um, okay so ", "hello, ",
    "It came nine days late and I paid 45 pounds for it. ", "I'm 62 and never had this before. ",
)  # fmt: skip
BEHIND = (
    "", "", " and nobody came", ", thank you.", " if that helps", " and that was in March 2024",
    ". I waited two hours.", ". It cost 19.99 and lasted three weeks.", " okay bye",
)  # fmt: skip


def passages(number: int = NUMBER, seed: int = SEED) -> Iterator[Passage]:
    """Seeded: the same ones each time."""
    dice = random.Random(seed)
    for at in range(number):
        kind = list(MAKERS)[at % len(MAKERS)]
        body = dice.choice(TEMPLATES[kind]).replace("{}", f"{{{kind}:{MAKERS[kind](dice)}}}")
        yield read(_written(dice.choice(BEFORE) + body + dice.choice(BEHIND), dice))


def _written(line: str, dice: random.Random) -> str:
    """As it is, or as a recogniser without capitals or without any marks leaves it."""
    how = dice.randrange(3)
    if how == 0:
        return line[:1].upper() + line[1:]
    lower = "".join(each if each == "{" else each.lower() for each in line)
    if how == 1:
        return lower
    return "".join(c for n, c in enumerate(lower) if c not in ".,?!" or _inside(lower, n))


def _inside(line: str, at: int) -> bool:
    """Marks within a number or an address stay."""
    return at + 1 < len(line) and line[at + 1].isalnum() and line[at - 1].isalnum()


def spoken(digits: str, dice: random.Random) -> str:
    """`07711` → "oh seven double seven one", in one of the ways to say it."""
    oh, doubles = dice.choice(("oh", "zero", "nought")), dice.random() < 0.5
    words, at = [], 0
    while at < len(digits):
        pair = digits[at : at + 2]
        if doubles and len(pair) == 2 and pair[0] == pair[1]:
            words += ["double", oh if pair[0] == "0" else DIGIT[int(pair[0])]]
            at += 2
        elif not doubles and len(pair) == 2 and pair[0] > "1" and dice.random() < 0.1:
            rest = [] if pair[1] == "0" else [DIGIT[int(pair[1])]]
            words += [TENS[int(pair[0])], *rest]
            at += 2
        else:
            words.append(oh if digits[at] == "0" else DIGIT[int(digits[at])])
            at += 1
    return " ".join(words)


def digits(dice: random.Random, number: int) -> str:
    return "".join(str(dice.randrange(10)) for _ in range(number))


def name(dice: random.Random) -> str:
    given, family = dice.choice(GIVEN), dice.choice(FAMILY)
    return dice.choice((given, given, f"{given} {family}"))


def phone(dice: random.Random) -> str:
    local = dice.choice(("7", "20", "161", "131")) + digits(dice, 8)
    number = {
        "uk": "0" + local[:10],
        "us": str(dice.randrange(2, 10)) + digits(dice, 9),
        "in": dice.choice("6789") + digits(dice, 9),
        "eu": "0" + digits(dice, dice.choice((9, 10))),
    }
    place = dice.choice(list(number))
    said = number[place]
    written = {
        "uk": f"{said[:5]} {said[5:8]} {said[8:]}",
        "us": f"({said[:3]}) {said[3:6]}-{said[6:]}",
        "in": f"+91 {said[:5]} {said[5:]}",
        "eu": f"+49 {said[1:4]} {said[4:]}",
    }
    return dice.choice((said, written[place], spoken(said, dice), spoken(said, dice)))


def email(dice: random.Random) -> str:
    first = "".join(c for c in dice.choice(GIVEN).lower() if c.isascii() and c.isalpha())
    last = "".join(c for c in dice.choice(FAMILY).lower() if c.isascii() and c.isalpha())
    mark, word = dice.choice(((".", "dot"), ("_", "underscore"), ("-", "hyphen")))
    domain = dice.choice(MAILS)
    tail = dice.choice(("", "7", "42"))
    if dice.random() < 0.4:
        return f"{first}{mark}{last}{tail}@{domain}"
    said = domain.replace(".", " dot ")
    number = " " + spoken(tail, dice) if tail else ""
    return f"{first} {word} {last}{number} at {said}"


def address(dice: random.Random) -> str:
    number, street = dice.randrange(1, 180), f"{dice.choice(STREETS)} {dice.choice(TYPES)}"
    house = dice.choice((str(number), spoken(str(number % 90 + 1), dice)))
    code = f"{dice.choice(('LS', 'M', 'BS', 'EH'))}{dice.randrange(1, 19)} {dice.randrange(1, 9)}QT"
    return dice.choice(
        (
            f"{house} {street}",
            f"Flat {dice.randrange(1, 20)}, {number} {street}",
            f"{number} {street}, Leeds {code}",
            f"{number} {street}, Springfield, IL {digits(dice, 5)}",
            f"{dice.choice(('Haupt', 'Garten', 'Berg'))}straße {number}, 10115 Berlin",
            f"{number}, {dice.choice(STREETS)} Nagar, Bangalore 5600{digits(dice, 2)}",
            f"{dice.randrange(1, 60)} rue Victor Hugo",
        )
    )


def card(dice: random.Random) -> str:
    start = dice.choice("45") + digits(dice, 14)
    number = next(start + str(last) for last in range(10) if luhn(start + str(last)))
    grouped = " ".join(number[at : at + 4] for at in range(0, 16, 4))
    return dice.choice((number, grouped, spoken(number, dice)))


def account(dice: random.Random) -> str:
    rest = dice.choice(("NWBK", "BARC")) + digits(dice, 14)
    whole = next(f"GB{n:02}{rest}" for n in range(2, 99) if iban(f"GB{n:02}{rest}"))
    number = digits(dice, 8)
    grouped = " ".join(whole[at : at + 4] for at in range(0, len(whole), 4))
    return dice.choice((whole, grouped, number, spoken(number, dice)))


def reference(dice: random.Random) -> str:
    number = digits(dice, dice.choice((5, 6, 7, 8)))
    letters = "".join(dice.choice("BCDFGHKMNPRSTVX") for _ in range(2))
    return dice.choice(
        (number, f"{letters}{number}", f"{letters}-{number}", spoken(number, dice),
         f"{' '.join(letters)} {spoken(number, dice)}")
    )  # fmt: skip


MAKERS: dict[str, Callable[[random.Random], str]] = {
    "name": name, "phone": phone, "email": email, "address": address, "card": card,
    "account": account, "reference": reference,
}  # fmt: skip
TEMPLATES = {
    "name": (
        "my name is {}", "this is {} calling about my order", "I spoke to a lady called {} there",
        "I spoke to {} on Tuesday", "my wife {} rang you", "thanks to {} for sorting it out",
        "{} speaking", "I was served by {} and she was lovely", "it's in the name of {}",
        "a man named {} came to fit it", "Mrs {} from the branch called back", "I'm {}, a customer",
    ),
    "phone": (
        "my number is {}", "call me on {}", "you can reach me at {}", "my mobile is {}",
        "ring {} after six", "it's {}, that's my phone", "text {} when you are outside",
        "the number I gave was {}",
    ),
    "email": (
        "my email is {}", "write to {}", "you can email me at {}", "send the receipt to {}",
        "it's {}", "the address you have is {}",
    ),
    "address": (
        "I live at {}", "please deliver it to {}", "my address is {}", "it was left at {}",
        "we moved to {}", "the parcel went to {}",
    ),
    "card": (
        "my card number is {}", "I paid with {}", "the card is {}", "you charged {} twice",
        "I used my Visa {}",
    ),
    "account": (
        "my account number is {}", "refund it to account {}", "the money goes to account number {}",
        "my bank account is {}",
    ),
    "reference": (
        "my order number is {}", "the reference is {}", "booking reference {}", "case number {}",
        "tracking number {}", "my policy number is {}", "it's about invoice {}",
        "my customer number is {}",
    ),
}  # fmt: skip
