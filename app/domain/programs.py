"""Programs: what is asked, at which steps of the journey, with which consent, by which links."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from app import runtime
from app.domain import audit, checks, vocabulary
from app.domain.clerk import session
from app.domain.codebook.reading import default_codebook
from app.domain.errors import Invalid, NotFound
from app.domain.invitations import open_invitation
from app.models import (
    ConsentText,
    Program,
    Prompt,
    Submission,
    Theme,
    Touchpoint,
    Workspace,
    now,
)
from app.models.program import PURPOSES, SCORES

TOUCHPOINTS = (
    ("Ordering", "Choosing, and saying yes"),
    ("Delivery", "On its way to the door"),
    ("Getting started", "From the box to the first use"),
    ("Everyday use", "All the days after that"),
    ("Getting help", "When something is wrong and somebody is needed"),
    ("Paying", "The bill, and what to do when it is too much"),
    ("Leaving", "Moving on, or closing an account"),
)
PROMPT = "Tell us about one moment with us, good or bad. What happened?"
CONSENT = (
    "We keep your recording and what you said in it, so that the people who run our service "
    "can hear it. You choose below who else may. You can take it all back at any time with "
    "your own link, and nobody will ask you why."
)
SHORTEST_ANSWER = 10  # seconds
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][A-Za-z]{1,3})?")


@dataclass(frozen=True, slots=True)
class Description:
    """What an owner writes about a program. `score_kind`: nps, csat, ces or None. `vocabulary`:
    names to listen for, one on each line or with commas between."""

    name: str
    question: str
    intro: str = ""
    language: str = "en"
    score_kind: str | None = "nps"
    max_seconds: int = 180
    contact_phone: str = ""
    contact_email: str = ""
    vocabulary: str = ""


def create(workspace: Workspace, description: Description) -> Program:
    """A program that works at once: touchpoints, one prompt, consent text, the default
    codebook and an open invitation. Flushes.

    Raises:
        Invalid: something in the description can't be used.
    """
    program = Program(workspace_id=workspace.id)
    describe(program, description)
    program.touchpoints = [
        Touchpoint(name=name, description=text, position=position)
        for position, (name, text) in enumerate(TOUCHPOINTS)
    ]
    program.prompts = [Prompt(text=PROMPT, position=0)]
    program.consent_texts = [ConsentText(version=1, text=CONSENT, purposes=list(PURPOSES))]
    program.themes = default_themes()
    session().add(program)
    session().flush()
    _noted(program, "program.made")
    open_invitation(program, name="Open link")
    return program


def default_themes() -> list[Theme]:
    """Rows for the themes that every new program listens for."""
    return [
        Theme(
            name=theme.name,
            description=theme.description,
            examples=list(theme.examples),
            position=position,
        )
        for position, theme in enumerate(default_codebook().themes)
    ]


def describe(program: Program, description: Description) -> None:
    """Writes the description, or raises Invalid and leaves the program as it was."""
    _refuse_taken(program, description.name)
    if description.score_kind is not None:
        checks.one_of(description.score_kind, "The score", tuple(SCORES))
    if not LANGUAGE.fullmatch(description.language):
        raise Invalid("The language must be a code such as en or es.")
    clean: dict[str, object] = {
        "name": checks.line(description.name, "The program's name"),
        "question": checks.line(description.question, "The question", most=200),
        "intro": checks.paragraph(description.intro, "The introduction", most=600, needed=False),
        "language": description.language,
        "score_kind": description.score_kind,
        "max_seconds": checks.within(
            description.max_seconds,
            "The longest answer in seconds",
            SHORTEST_ANSWER,
            max(SHORTEST_ANSWER, runtime.settings().max_duration),
        ),
        "contact_phone": checks.line(
            description.contact_phone, "The phone number", most=40, needed=False
        ),
        "contact_email": checks.email(description.contact_email, needed=False),
        "vocabulary": vocabulary.read(description.vocabulary),
    }
    for field, value in clean.items():
        setattr(program, field, value)
    if program.id is not None:  # a new one is noted when it is made
        _noted(program, "program.described")


def of(workspace_id: str) -> Sequence[Program]:
    """The workspace's programs, the newest first, closed ones last."""
    return (
        session()
        .scalars(
            select(Program)
            .where(Program.workspace_id == workspace_id)
            .order_by(Program.closed_at.is_not(None), Program.id.desc())
        )
        .all()
    )


def voices(workspace_id: str) -> dict[str, int]:
    """How many voices each program has received, by its id."""
    rows = session().execute(
        select(Submission.program_id, func.count())
        .where(Submission.workspace_id == workspace_id, Submission.state == "received")
        .group_by(Submission.program_id)
    )
    return {row[0]: row[1] for row in rows}


def close(program: Program) -> None:
    """No further voices; what was given stays."""
    program.closed_at = program.closed_at or now()
    session().flush()
    _noted(program, "program.closed")


def reopen(program: Program) -> None:
    program.closed_at = None
    session().flush()
    _noted(program, "program.reopened")


def _noted(program: Program, action: str, **details: int) -> None:
    audit.record(program.workspace_id, action, subject=("program", program.id), details=details)


def write_consent(program: Program, text: str, purposes: Sequence[str]) -> ConsentText:
    """The text in force from now on: a new version, unless nothing changed.

    Internal listening is always among the purposes: without it there is nothing to ask for.
    Who offers `public` offers `shared` too, so that nobody has to agree to the whole world's
    eyes for a partner's.

    Raises:
        Invalid: no text, an unknown purpose, or `public` without `shared`.
    """
    clean = checks.paragraph(text, "The consent text", most=4000)
    for purpose in purposes:
        checks.one_of(purpose, "A purpose", PURPOSES)
    if "public" in purposes and "shared" not in purposes:
        raise Invalid("Where customers may allow showing in public, let them allow sharing, too.")
    offered = [each for each in PURPOSES if each == "internal" or each in purposes]
    newest = program.consent_texts[-1] if program.consent_texts else None
    if newest is not None and (newest.text, newest.purposes) == (clean, offered):
        return newest
    version = newest.version + 1 if newest is not None else 1
    program.consent_texts.append(ConsentText(version=version, text=clean, purposes=offered))
    session().flush()
    _noted(program, "consent_text.written", version=version)
    return program.consent_texts[-1]


def _refuse_taken(program: Program, name: str) -> None:
    """Two programs of one name could not be told apart in a list or on the command line."""
    taken = select(Program.id).where(
        Program.workspace_id == program.workspace_id,
        func.lower(Program.name) == name.strip().lower(),
        Program.id != (program.id or ""),
    )
    with session().no_autoflush:
        if session().scalar(taken.limit(1)) is not None:
            raise Invalid(f"There is a program named '{name.strip()}' already.")


def named(name_or_id: str) -> Program:
    """The program with this id or name, for the command line.

    Raises:
        NotFound: there is none, or more than one by that name; the sentence lists the names.
    """
    found = list(
        session().scalars(
            select(Program).where(or_(Program.id == name_or_id, Program.name == name_or_id))
        )
    )
    if len(found) == 1:
        return found[0]
    if found:
        raise NotFound(f"There are {len(found)} programs named '{name_or_id}'; give the id.")
    names = ", ".join(f"'{name}'" for name in session().scalars(select(Program.name)))
    raise NotFound(f"There is no program '{name_or_id}'; there are: {names or 'none yet'}.")
