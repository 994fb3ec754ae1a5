"""Who speaks where two people talk: told apart by the machine, named by people.

Nothing is made of what an interviewer says, once somebody has said who that is: it is nobody's
feedback. Until then each speaker is taken for the customer, so that nothing said goes unheard.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain import details, masking
from app.domain.errors import Invalid
from app.models import Segment, Transcript

MOST = 6
LONGEST = 60  # characters of a name

# What nobody is called: shown as typed, "Agent 2" too. A name can't be told from other words by
# rules, so whatever isn't here counts as one.
ROLES = frozenset({
    "adviser", "advisor", "agent", "assistant", "caller", "carer", "cashier", "client", "coach",
    "colleague", "consultant", "courier", "customer", "doctor", "driver", "engineer", "guest",
    "host", "interpreter", "interviewee", "interviewer", "manager", "member", "moderator",
    "narrator", "nurse", "operator", "owner", "parent", "participant", "passenger", "patient",
    "receptionist", "representative", "researcher", "resident", "staff", "student", "subscriber",
    "supervisor", "support", "teacher", "technician", "tenant", "translator", "user", "visitor",
    "waiter",
})  # fmt: skip
_ROLE = re.compile(r"([A-Za-z]+)(?: ?#?[0-9]{1,2})?")


@dataclass(frozen=True, slots=True)
class Speaker:
    """`number` counts from 1 in the order of their first words. `customer`: no interviewer."""

    number: int
    name: str = ""
    customer: bool = True

    @property
    def shown(self) -> str:
        return self.name or f"Speaker {self.number}"

    @property
    def unnamed(self) -> str:
        """For those who see masks: "Interviewer" stays, "Ana Ruiz" doesn't."""
        role = _ROLE.fullmatch(self.name)
        plain = role is not None and role[1].casefold() in ROLES
        return self.name if plain else f"Speaker {self.number}"


def of(transcript: Transcript) -> list[Speaker]:
    """Those who speak in it, none where nobody told them apart."""
    told = {number: Speaker(number, name, who) for number, name, who in transcript.speakers}
    heard = {segment.speaker for segment in transcript.segments} - {0}
    return [told.get(number, Speaker(number)) for number in sorted(heard)]


def names(segments: Sequence[Segment | masking.Passage]) -> dict[int, str]:
    """What those who say these passages of a transcript are called, by number. Beside words with
    masks, whoever is called anything but a role is called by number."""
    if not segments:
        return {}
    masked = isinstance(segments[0], masking.Passage)
    return {
        each.number: each.unnamed if masked else each.shown for each in of(segments[0].transcript)
    }


def name_beside_masks(segment: Segment) -> str | None:
    """What the one who says it is called, None where nobody was told apart."""
    told = {each.number: each.unnamed for each in of(segment.transcript)}
    return told.get(segment.speaker)


def turns(segments: Sequence[Segment | masking.Passage]) -> dict[int, str]:
    """The names of those who begin to speak, by the id of the passage that they begin with."""
    known = names(segments)
    before = [0, *(segment.speaker for segment in segments)]
    return {
        segment.id: known.get(segment.speaker, "")
        for last, segment in zip(before, segments, strict=False)
        if segment.speaker != last
    }


def askers(transcript: Transcript) -> set[int]:
    """The numbers of those who are not the customer."""
    return {number for number, _, customer in transcript.speakers if not customer}


def checked(known: Iterable[Speaker], told: Iterable[Speaker]) -> list[Speaker]:
    """Those who are known, with what is told of them now.

    Raises:
        Invalid: nobody would be the customer, or a name is too long.
    """
    there = {each.number: each for each in known}
    for each in told:
        if each.number in there:
            name = " ".join(details.plain(each.name, LONGEST).split())
            there[each.number] = Speaker(each.number, name, each.customer)
    if there and not any(each.customer for each in there.values()):
        raise Invalid("At least one of those who speak is the customer.")
    return list(there.values())
