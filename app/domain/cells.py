"""The cells of a CSV file: none that a spreadsheet would run, and each comes back as it was."""

from __future__ import annotations

import re
from typing import Any

# What a spreadsheet takes for a formula (source: OWASP, CSV injection), guarded already or not.
FORMULA = re.compile(r"'*[ \n]*[=+\-@\t\r]")


def harmless(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front.

    So does what looks guarded without having been, so that `as_it_was` takes off only what was
    put on. Numbers stay numbers, so −0.5 keeps its sign.
    """
    if not isinstance(value, str):
        return value
    text = value.replace("\0", "")
    return f"'{text}" if FORMULA.match(text) else text


def as_it_was(text: str) -> str:
    """A cell that `harmless` wrote, without its guard."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text
