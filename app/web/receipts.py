"""What was erased, in words: for its customer's page and for staff."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask_babel import ngettext

# Each kind that `app.domain.erasure` counts and deletes, in the order in which it is said.
KINDS: dict[str, Callable[[int], str]] = {
    "recordings": lambda n: ngettext("%(num)s recording", "%(num)s recordings", n),
    "files": lambda n: ngettext(
        "%(num)s file in storage, counting those made from others",
        "%(num)s files in storage, counting those made from others",
        n,
    ),
    "written": lambda n: ngettext("%(num)s written answer", "%(num)s written answers", n),
    "captions": lambda n: ngettext(
        "%(num)s file of captions that came along", "%(num)s files of captions that came along", n
    ),
    "transcripts": lambda n: ngettext("%(num)s transcript", "%(num)s transcripts", n),
    "edits": lambda n: ngettext(
        "%(num)s correction of the words", "%(num)s corrections of the words", n
    ),
    "passages": lambda n: ngettext(
        "%(num)s passage of text, also in the search",
        "%(num)s passages of text, also in the search",
        n,
    ),
    "vectors": lambda n: ngettext(
        "the meaning of %(num)s passage, as numbers, for the search",
        "the meaning of %(num)s passages, as numbers, for the search",
        n,
    ),
    "findings": lambda n: ngettext(
        "%(num)s finding of the machine", "%(num)s findings of the machine", n
    ),
    "moments": lambda n: ngettext(
        "%(num)s moment that was picked", "%(num)s moments that were picked", n
    ),
    "clips": lambda n: ngettext("%(num)s clip", "%(num)s clips", n),
    "links": lambda n: ngettext(
        "%(num)s link that showed it to others", "%(num)s links that showed it to others", n
    ),
    "notices": lambda n: ngettext(
        "%(num)s notice to members of the team", "%(num)s notices to members of the team", n
    ),
    "calls": lambda n: ngettext("%(num)s note about a call", "%(num)s notes about calls", n),
    "exports": lambda n: ngettext(
        "%(num)s file written for other tools", "%(num)s files written for other tools", n
    ),
    "uploads": lambda n: ngettext(
        "%(num)s upload that was under way", "%(num)s uploads that were under way", n
    ),
    "work": lambda n: ngettext(
        "%(num)s task that was waiting", "%(num)s tasks that were waiting", n
    ),
    "details": lambda n: ngettext(
        "%(num)s detail such as name, number or score",
        "%(num)s details such as name, number or score",
        n,
    ),
}


def listed(removed: Mapping[str, int]) -> list[str]:
    """The kinds that were there, with how many of each: `1 recording`, `2 transcripts`."""
    return [say(removed[kind]) for kind, say in KINDS.items() if removed.get(kind)]


def gone_out(removed: Mapping[str, int]) -> str:
    """What can't be called back: `2 messages to the team`, "" where there was none."""
    number = removed.get("told", 0)
    said = ngettext("%(num)s message to the team", "%(num)s messages to the team", number)
    return said if number else ""
