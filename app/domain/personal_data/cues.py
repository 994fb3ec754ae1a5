"""Where a name is announced: "my name is …", "spoke to …", "Mrs …", "… speaking"."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.personal_data.lists import given, words_of
from app.domain.personal_data.tokens import Token

# Nobody; a known name does what people do; a person, maybe; a name and nothing else
NONE, DOES, PERSON, NAMED = 0, 1, 2, 3
TITLES = words_of("titles")
PEOPLE = words_of("people")
KIN = words_of("kin")
TALK = words_of("talk")
DID = words_of("did")
SPEAKS = frozenset(("speaking", "calling", "here", "again"))
AM_ABROAD = frozenset(("soy", "bin"))  # Spanish, German
IS = frozenset(("is", "was", "it's", "its", "be", "as"))
WHOSE = frozenset(("my", "the", "full", "his", "her", "their", "real", "last", "first", "second"))
# Two words behind which a name comes: English, Spanish, French, German, Italian.
PAIRS = frozenset(
    tuple(pair.split())
    for pair in [
        "me llamo",
        "nombre es",
        "je m'appelle",
        "ich heisse",
        "heisse ich",
        "mi chiamo",
        "name ist",
        "name of",
        "surname is",
        "name as",
        "account's under",
        "names are",
        "name was",
    ]
)
AFTER_TO = TALK | words_of("handed")
GREETS = words_of("greetings")


def strength(words: Sequence[Token], at: int) -> int:
    """How plainly the words around announce that here a name begins: NONE … NAMED."""
    one, two, three = (words[at - back].word if at >= back else "" for back in (1, 2, 3))
    ends = words[at].ends
    after = "" if ends or at + 1 >= len(words) else words[at + 1].word
    if at and words[at - 1].ends and one not in TITLES and one != "name":
        return max(_speaks(after), _does(words, at, after))
    if (two, one) == ("the", "name") and words[at - 1].comma and words[at].said.islower():
        return NONE  # "the name: field"
    if _named(one, two, three):
        return NAMED
    if one in AM_ABROAD and not words[at].capital:
        return NONE  # a list's name counts anywhere; no other word here is in our lists of words
    if (one in ("is", "it's") and two == "this") or one in ("i'm", "im", "it's", *AM_ABROAD):
        return NAMED if _speaks(after) else PERSON
    if (one == "am" and two == "i") or one == "this" or _person(one, two, three):
        return PERSON
    if one in ("call", "ring", "text", "phone") and after == "on":
        return PERSON  # "call Pat on …"
    return max(_speaks(after), _does(words, at, after))


def introduced(words: Sequence[Token], at: int) -> bool:
    """ "My name is …": whatever follows is one, also what is a brand or a town elsewhere."""
    said = [token.word for token in words[max(0, at - 4) : at]]
    if said[-2:] == ["my", "name's"]:
        return True
    return said[-1:] == ["is"] and said[-2:-1] in (["name"], ["surname"]) and "my" in said


def _named(one: str, two: str, three: str) -> bool:
    if one in TITLES or (two, one) in PAIRS or one in ("m'appelle", "surname"):
        return True
    if (one in IS and two == "name") or (one in ("name's", "name") and two in WHOSE):
        return True
    if one == "is" and three == "name":
        return True
    called = one in ("called", "named")
    return called and (two in PEOPLE or two in KIN or (two in ("is", "was") and three in PEOPLE))


def _person(one: str, two: str, three: str) -> bool:
    if one in ("to", "with", "by", "from", "off", "under") and two in AFTER_TO:
        return True
    if one in GREETS or one in PEOPLE or one in KIN:
        return True
    if one == "you" and two in ("thank", "bless"):
        return True
    if one == "for" and two in ("ask", "asked", "asking"):
        return True
    if one == "was" and (two in TALK or three in TALK or two in PEOPLE):
        return True
    if one == "and" and two in given():
        return True
    return (one == "of" and "behalf" in (two, three)) or one == "told"


def _speaks(after: str) -> int:
    return PERSON if after in ("speaking", "calling") else NONE


def _does(words: Sequence[Token], at: int, after: str) -> int:
    """ "Grace on the till", "Marek fixed it": a capital, and what people do behind it."""
    begins = at == 0 or words[at - 1].ends
    capital = words[at].capital or (begins and words[at].said[:1].isupper())
    if not capital:
        return NONE
    following = words[at + 2].word if at + 2 < len(words) else ""
    at_work = after in ("on", "in", "at", "from") and following in ("the", "your", "reception")
    return DOES if after in DID or at_work else NONE
