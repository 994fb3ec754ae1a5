"""The same sentence as others would say it: another name, another way of speaking, no punctuation.

The heads learn that these change nothing. The rules are plain spellings of common features of
English dialects and of what speech engines write; they were written before, and apart from,
tools/sentences/fairness_pairs.tsv.
"""

from __future__ import annotations

import random
import re
from functools import cache

from app.domain.personal_data.lists import given
from app.domain.personal_data.reading import NOBODY, unnamed
from workers.understand.wording import plainly, read_as

LONGEST_JOINED = 220  # characters

# (pattern, replacements): each rule fires with a chance of its own in `dialect`.
RULES: list[tuple[str, tuple[str, ...]]] = [
    (r"\b(\w{2,})ing\b", (r"\1in'", r"\1in")),
    (r"\b(?:isn't|aren't|hasn't|haven't|am not)\b", ("ain't", "int", "isnae")),
    (r"\b(?:wasn't|weren't)\b", ("weren't", "wasn't", "wasnae")),
    (r"\b(?:doesn't|don't)\b", ("don't", "doesn't", "dinnae", "doan")),
    (r"\b(?:didn't)\b", ("never", "didnae", "ain't", "didn")),
    (r"\b(?:couldn't|can't)\b", ("can't", "cannae", "couldnae", "cyan't", "cudn't")),
    (r"\bwere\b", ("was",)),
    (r"\bwas\b", ("were", "wuz")),
    (r"\bmy\b", ("me", "mi", "ma")),
    (r"\bthose\b", ("them", "dem")),
    (r"\bthe\b", ("t'", "da", "de", "")),
    (r"\bthat\b", ("dat", "tha")),
    (r"\bthis\b", ("dis",)),
    (r"\bthey\b", ("dey", "they")),
    (r"\bthey're\b", ("they", "dey")),
    (r"\bwith\b", ("wid", "wiv", "wi'")),
    (r"\bthink\b", ("fink", "tink")),
    (r"\bthing\b", ("ting", "fing")),
    (r"\bnothing\b", ("nowt", "nuffin", "nuttin", "nothin")),
    (r"\bsomething\b", ("summat", "sumfin", "somethin")),
    (r"\banything\b", ("owt", "nothing", "anyfin", "nothin")),
    (r"\bgoing to\b", ("gonna", "gon", "finna")),
    (r"\bwant to\b", ("wanna",)),
    (r"\bgot to\b", ("gotta",)),
    (r"\bhave to\b", ("hafta", "gotta", "has to")),
    (r"\bkind of\b", ("kinda",)),
    (r"\bout of\b", ("outta",)),
    (r"\bbecause\b", ("cos", "cuz", "coz")),
    (r"\byou\b", ("ya", "ye", "yous", "y'all", "yuh")),
    (r"\byour\b", ("yer", "ya", "your")),
    (r"\byourself\b", ("yersel", "yaself")),
    (r"\bmyself\b", ("meself", "masel")),
    (r"\bisn't it\b", ("innit", "int it")),
    (r"\bvery\b", ("well", "proper", "dead", "right", "pure", "hella", "real", "wicked")),
    (r"\breally\b", ("proper", "dead", "real", "right", "well", "pure")),
    (r"\bno\b", ("nae", "no")),
    (r"\bnot\b", ("no", "nae", "not")),
    (r"\bof\b", ("o'", "of", "a")),
    (r"\band\b", ("an'", "an", "n")),
    (r"\bto\b", ("tae", "tuh", "ter")),
    (r"\bshould have\b", ("should of", "shoulda")),
    (r"\bwould have\b", ("would of", "woulda")),
    (r"\bcould have\b", ("could of", "coulda")),
    (r"\b(he|she|it)('s| is) (\w+ing)\b", (r"\1 \3", r"\1 be \3", r"\1 do be \3")),
    (r"\b(he|she|it)('s| is)\b", (r"\1", r"\1 be")),
    (r"\b(we|they|you)('re| are)\b", (r"\1", r"\1 be", r"\1 is")),
    (r"\b(I|we|they|you)('ve| have)\b", (r"\1", r"\1 done", r"\1 been")),
    (r"\b(he|she|it|nobody|everyone) (\w{3,})s\b", (r"\1 \2",)),
    (r"\b(I|we|they|you) (ask|call|want|need|go|pay|ring|get|think)\b", (r"\1 \2s",)),
    (r"\b(\w{3,})ed\b", (r"\1", r"\1t", r"\1ed")),
    (r"\bcame\b", ("come",)),
    (r"\bdid\b", ("done",)),
    (r"\bsaw\b", ("seen", "seed")),
    (r"\bgave\b", ("give", "gived")),
    (r"\bwent\b", ("gone", "went")),
    (r"\btold\b", ("telt", "tell")),
    (r"\bquickly\b", ("quick",)),
    (r"\b(\w{4,})ly\b", (r"\1", r"\1ly")),
    (r"\bhello\b", ("ello", "alright", "hiya")),
    (r"\bh(\w{2,})", (r"'\1", r"\1")),
    (r"\bdown\b", ("doon",)),
    (r"\bout\b", ("oot",)),
    (r"\bhouse\b", ("hoose", "gaff", "yard")),
    (r"\bold\b", ("auld", "owd")),
    (r"\blittle\b", ("wee", "lil", "likkle", "little")),
    (r"\byes\b", ("aye", "yeah", "yep")),
    (r"\bchild(?:ren)?\b", ("bairn", "weans", "pickney", "kid")),
    (r"\ba\b", ("", "a")),
]
ENDS = (
    *(
        ", innit",
        ", like",
        ", you know",
        ", so it is",
        ", mate",
        ", man",
        " lah",
        ", yeah",
        ", bruv",
    ),
    *(" and that", ", aye", ", I tell you", ", eh", ", pet", ", love", ", y'all", " ya know"),
)
STARTS = ("Well, ", "Look, ", "So, ", "Ach, ", "Eh, ", "Um, ", "Like, ", "Right, ", "Yo, ", "See, ")
_RULES = [(re.compile(pattern, re.IGNORECASE), said) for pattern, said in RULES]


def plain(text: str) -> str:
    """Without punctuation and capitals, as some engines write."""
    return re.sub(r"[^\w\s']", "", text).lower()


def dialect(text: str, chance: random.Random) -> str:
    """Said in some mix of dialects: about half of the rules that fit, an end or a start."""
    often = chance.choice((0.3, 0.5, 0.8))
    for pattern, said in _RULES:
        if chance.random() < often:
            as_said = chance.choice(said)
            text = pattern.sub(as_said, text)
    if chance.random() < 0.25:
        text = re.sub(r"([.!?]?)$", chance.choice(ENDS).replace("\\", "") + r"\1", text, count=1)
    if chance.random() < 0.15:
        text = chance.choice(STARTS) + text
    text = " ".join(text.split())
    return plain(text) if chance.random() < 0.4 else text


def renamed(text: str, chance: random.Random) -> str | None:
    """With any other name in place of each one that is found; None where there is none."""
    masked = unnamed(text)
    if not re.search(rf"\b{NOBODY}\b", masked):
        return None
    return re.sub(rf"\b{NOBODY}\b", lambda _: chance.choice(_given()).title(), masked)


@cache
def _given() -> list[str]:
    return sorted(given())


def ways(text: str, chance: random.Random) -> list[str]:
    """Two or three ways to say it, as the models read them: without punctuation, in a mix of
    dialects, and, where somebody is named, with another name."""
    other = renamed(plainly(text), chance)
    return [plain(read_as(text)), read_as(dialect(text, chance)), *([other] if other else [])]


def joined(
    texts: list[str], labels: list[str], count: int, chance: random.Random
) -> list[tuple[str, str]]:
    """Passages of two sentences that feel alike, or one of which is neutral, with their label:
    people say more than a sentence at a time."""
    found = []
    while len(found) < count:
        one, other = chance.sample(range(len(texts)), 2)
        feelings = {labels[one], labels[other]} - {"neutral"}
        if len(feelings) < 2 and len(texts[one]) + len(texts[other]) < LONGEST_JOINED:
            found.append((f"{texts[one]} {texts[other]}", (feelings or {"neutral"}).pop()))
    return found
