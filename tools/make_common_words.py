"""Writes app/domain/personal_data/words.txt: words that are met in lower case, so no names.

    python -m tools.make_common_words GOEMOTIONS/train.tsv

From the passages in tools/sentences and from GoEmotions (Demszky et al. 2020, Apache-2.0), where
names of people stand as [NAME]. Only the words are kept: which are used at all is a fact.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections import Counter
from pathlib import Path

HOUSE = Path(__file__).parent.parent
OUT = HOUSE / "app/domain/personal_data/words.txt"
SEEN = 3  # times in GoEmotions: rarer ones are often misspelt
HEAD = """\
# Words met in lower case: a word that is none of these may be a name. From tools/sentences
# and GoEmotions (Demszky et al. 2020, Apache-2.0); made by tools/make_common_words.py.
"""


def count(text: str, low: Counter[str], capital: Counter[str]) -> None:
    for sentence in re.split(r"(?<=[.!?])\s+|\t", text):
        for place, word in enumerate(re.findall(r"[A-Za-z]+(?:'[a-z]+)?", sentence)):
            if word.islower():
                low[word] += 1
            elif place and not word.isupper():
                capital[word.lower()] += 1


def main(goemotions: Path) -> None:
    own, others, capital = Counter[str](), Counter[str](), Counter[str]()
    for path in sorted((HOUSE / "tools/sentences").glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            count(line, own, capital)
    for line in goemotions.read_text(encoding="utf-8").splitlines():
        count(line.split("\t")[0], others, capital)
    words = set(own) | {word for word, seen in others.items() if seen >= SEEN}
    kept = sorted(each for each in words if capital[each] <= own[each] + others[each])
    OUT.write_text(HEAD + textwrap.fill(" ".join(kept), 100) + "\n", encoding="utf-8")
    print(f"{len(kept):,} words")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
