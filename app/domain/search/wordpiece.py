"""A text as the numbers of its word pieces, as BERT's uncased models read it.

The steps are those of `BertNormalizer`, `BertPreTokenizer` and `WordPiece` in Hugging Face's
tokenizers (docs: huggingface.co/docs/tokenizers, Devlin et al. 2018); a test compares the two.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

UNKNOWN, BEGINS, ENDS = "[UNK]", "[CLS]", "[SEP]"
LONGEST_WORD = 100  # characters; a longer one is unknown
_PUNCTUATION = frozenset("$+<=>^`|~")  # ASCII that Unicode calls symbols
_CJK = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F), (0x2B920, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip


def numbers(text: str, vocabulary: Mapping[str, int], longest: int) -> list[int]:
    """At most `longest` numbers, the marks of beginning and end among them."""
    found: list[int] = []
    for word in _words(text):
        if len(found) >= longest - 2:
            break
        found += _pieces(word, vocabulary)
    return [vocabulary[BEGINS], *found[: longest - 2], vocabulary[ENDS]]


def _words(text: str) -> Iterator[str]:
    """Lower case without accents; each punctuation mark and each CJK character by itself."""
    clean = "".join(_cleaned(letter) for letter in text)
    bare = "".join(
        c for c in unicodedata.normalize("NFD", clean) if unicodedata.category(c) != "Mn"
    )
    for part in bare.lower().split():
        begun = 0
        for at, letter in enumerate(part):
            if letter in _PUNCTUATION or unicodedata.category(letter)[0] == "P":
                if at > begun:
                    yield part[begun:at]
                yield letter
                begun = at + 1
        if begun < len(part):
            yield part[begun:]


def _cleaned(letter: str) -> str:
    code = ord(letter)
    if letter in "\t\n\r" or letter.isspace():
        return " "
    if code in (0, 0xFFFD) or unicodedata.category(letter) in ("Cc", "Cf", "Co"):
        return ""
    return f" {letter} " if any(first <= code <= last for first, last in _CJK) else letter


def _pieces(word: str, vocabulary: Mapping[str, int]) -> list[int]:
    """The longest known pieces from the left; one that no piece begins makes the word unknown."""
    unknown = [vocabulary[UNKNOWN]]
    if len(word) > LONGEST_WORD:
        return unknown
    found: list[int] = []
    begin = 0
    while begin < len(word):
        for end in range(len(word), begin, -1):
            piece = word[begin:end] if begin == 0 else f"##{word[begin:end]}"
            if piece in vocabulary:
                found.append(vocabulary[piece])
                begin = end
                break
        else:
            return unknown
    return found
