"""What people did with the sample since it came in, so that every picture has something to show:
labels put right, a theme that the codebook lacks, a talk of two, words that point at a person, and
groups to compare.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from sqlalchemy import select

from app.domain import editing, masks
from app.domain.codebook import looking, proposals
from app.domain.codebook.looking import Group
from app.domain.corrections import deciding, kinds
from app.domain.fairness import audits
from app.domain.speakers import Speaker
from app.extensions import db
from app.models import Answer, Member, Program, Segment, Submission, Transcript, now
from tests import factories
from tests.domain.fairness import crowd

# A few words of a passage, and what is right about it.
RIGHT = (
    ("he was coming to me", "sentiment", ("positive",), "not_there", "voice"),
    ("he was coming to me", "theme", (), "not_there", "words"),
    ("i have one problem", "theme", ("Product quality",), "missed", "words"),
    ("your box is warm", "theme", ("Product quality",), "missed", "words"),
    ("wait at home", "theme", ("Delivery", "Waiting time"), "missed", "words"),
    ("listen to me", "theme", ("Staff and helpfulness",), "context", "words"),
    ("does what it", "sentiment", ("neutral",), "words", "voice"),
    ("did not have to do that", "theme", ("Delivery", "Staff and helpfulness"), "missed", "words"),
)
CONFIRMED = ("grateful to him", "so angry", "four times", "in april")
UNHEARD = (
    "I wish the router came in a colour that suits my living room.",
    "The white router looks like a hospital thing on my shelf.",
    "My wife hides the router behind the plants because of how it looks.",
    "Could the router be black? It stands next to my television.",
    "The router is so big that my shelf is full.",
    "A smaller router would fit on the shelf in the hall.",
)
TALK = (
    (1, "Thank you for your time, Mister Okafor. What happened with your bill?"),
    (2, "It went up by nine dollars, and nobody told me."),
    (2, "I have a letter from last year that said the price would stay the same."),
    (1, "And what did you do then?"),
    (2, "I asked about it, and they gave me six dollars back."),
    (2, "I do not want six dollars. I want a bill that I can understand."),
)


def everything(program: Program, owner: Member) -> dict[str, str]:
    """Addresses for the pages of a talk, by the names that the tour gives them."""
    _put_right(program, owner)
    _unheard(program)
    return _talk(program, owner)


def groups(program: Program) -> None:
    """Enough voices of two regions for figures, the machine's mistakes shared out unevenly."""
    wrong = {"North": 1, "South": 2, "East": 1, "West": 4}
    regions, ages = list(wrong), program.fields[0].choices
    crowd.voices(
        program,
        320,
        lambda at: {
            program.fields[0].key: ages[at % len(ages)],
            program.fields[1].key: regions[at % 4],
        },
        wrong=lambda at: wrong[regions[at % 4]] + at % 3,
        highlighted=lambda at: at % 7 == 0,
        refused=lambda at: at % 11 == 0,
        confidence=lambda at: 0.95 - 0.05 * wrong[regions[at % 4]],
    )
    audits.make(program, "clock")
    db.session.commit()


def _put_right(program: Program, owner: Member) -> None:
    themes = {theme.name: theme.id for theme in program.themes}
    for words, kind, value, reason, evidence in RIGHT:
        for here in _said(program, words):
            named = [themes.get(each, each) for each in value]
            if deciding.stands(here, kind) != tuple(sorted(named)):
                why = kinds.why(reason, evidence, "")
                deciding.correct(here, kind, named, why, deciding.seen(here, kind), owner)
    for words in CONFIRMED:
        for here in _said(program, words):
            deciding.confirm(here, deciding.seen(here, *kinds.ON_PASSAGES), owner)
    db.session.commit()


def _said(program: Program, words: str) -> Sequence[deciding.Here]:
    rows = db.session.execute(
        select(Segment, Submission)
        .join(Transcript, Segment.transcript_id == Transcript.id)
        .join(Answer, Transcript.answer_id == Answer.id)
        .join(Submission, Answer.submission_id == Submission.id)
        .where(Submission.program_id == program.id, Transcript.current)
        .where(Segment.text.icontains(words))
    )
    return [deciding.passage(submission, segment.id) for segment, submission in rows]


def _unheard(program: Program) -> None:
    for weeks, text in enumerate(UNHEARD, 6):
        submission = factories.submission(
            program, display_name="", source="sample", received_at=now() - timedelta(weeks=weeks)
        )
        answer = factories.answer(submission, "text", written_text=text)
        factories.transcript(answer, text, engine="written").segments[0].understood = True
    db.session.commit()
    alike = [each for each in looking.uncovered(program) if "router" in each.text]
    centre = np.eye(1, 384, dtype=np.float32)[0]
    rest = looking.background(program, [each.id for each in alike])
    proposals.publish(program, looking.named([Group(tuple(alike), centre)], rest), {})
    db.session.commit()


def _talk(program: Program, owner: Member) -> dict[str, str]:
    """On the answer that has a sound and no picture: two who speak in turn, one of them named."""
    submission = db.session.scalars(
        select(Submission)
        .join(Answer)
        .where(Submission.program_id == program.id, Answer.kind == "audio")
        .order_by(Submission.id)
    ).first()
    assert submission is not None
    answer = submission.answers[0]
    made = factories.talk(answer, *TALK, each=3.5)
    made.speakers = [[1, "", True], [2, "", True]]
    db.session.flush()
    author = editing.staff(owner)
    editing.save(
        made, made.edition, author, {made.segments[0].id: TALK[0][1].replace("Mister", "Mr")}
    )
    told = [Speaker(1, "Mara", customer=False), Speaker(2, "", customer=True)]
    editing.name_speakers(made, told, author)
    masks.look(made)
    db.session.commit()
    return {"submission": submission.id, "answer": answer.id, "segment": str(made.segments[0].id)}
