"""What was erased, in words: for its customer's page and for staff."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _


def kinds() -> dict[str, str]:
    """Each kind that `app.domain.erasure` counts, in the order in which it is told."""
    return {
        "recordings": _("Recordings"),
        "files": _("Files in storage, also those made from them"),
        "written": _("Written answers"),
        "captions": _("Captions that came along"),
        "transcripts": _("Transcripts"),
        "edits": _("Corrections of the words"),
        "passages": _("Passages of text, also in the search"),
        "vectors": _("What passages mean, as numbers, for the search"),
        "findings": _("Findings of the machine about them"),
        "moments": _("Moments that were picked"),
        "clips": _("Clips"),
        "links": _("Links that showed them to others"),
        "notices": _("Notices to members of the team"),
        "told": _("Messages to the team that had gone out before"),
        "calls": _("Notes about calls"),
        "exports": _("Files written for other tools"),
        "uploads": _("Uploads that were under way"),
        "work": _("Tasks that were waiting"),
        "details": _("Details such as name, number or score"),
    }


def listed(removed: Mapping[str, int]) -> list[tuple[str, int]]:
    """The kinds that were there, with how many of each."""
    return [(name, removed[kind]) for kind, name in kinds().items() if removed.get(kind)]
