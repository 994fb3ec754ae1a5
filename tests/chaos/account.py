"""What was promised, held against what is there once it is quiet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from sqlalchemy import func, select

from app import runtime
from app.domain import sweeping
from app.extensions import db
from app.models import (
    Answer,
    Clip,
    Delivery,
    Highlight,
    Invitation,
    Notice,
    Recording,
    Run,
    Step,
    Submission,
    Transcript,
)
from tests.chaos.crowd import Crowd
from tests.receivers import MailServer, WebServer

NAME = re.compile(r"(?:Writer|Speaker|Import)-\d{3}")


@dataclass(frozen=True, slots=True)
class Round:
    """One line of the table. Times in seconds."""

    what: str
    seed: int
    size: int
    kills: int
    wipes: int
    in_the_midst: int
    tried_again: int
    orphans: int
    lost: int
    doubled: int
    settled_s: float
    took_s: float

    HEAD: ClassVar[str] = (
        f"{'round':22}{'seed':>5}{'sent':>6}{'kills':>7}{'wipes':>7}{'midst':>7}"
        f"{'again':>7}{'swept':>7}{'lost':>6}{'doubled':>9}{'settled':>9}{'took':>7}"
    )

    @property
    def line(self) -> str:
        return (
            f"{self.what:22}{self.seed:5}{self.size:6}{self.kills:7}{self.wipes:7}"
            f"{self.in_the_midst:7}{self.tried_again:7}{self.orphans:7}{self.lost:6}"
            f"{self.doubled:9}{self.settled_s:7.1f} s{self.took_s:5.0f} s"
        )


@dataclass
class Account:
    """Sentences about what is missing and what is there twice."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    tried_again: int = 0
    orphans: int = 0

    def expect_one(self, what: str, found: Counter[str], names: Iterable[str]) -> None:
        for name in names:
            if found[name] < 1:
                self.lost.append(f"{name}: no {what}")
            if found[name] > 1:
                self.doubled.append(f"{name}: {found[name]} × {what}")


def settled(crowd: Crowd) -> bool:
    """Whether there is nothing more to wait for: all came in, all was done, all was sent."""
    if not crowd.all_in:
        return False
    steps = db.session.scalar(
        select(func.count()).select_from(Step).where(Step.state.not_in(("done", "failed", "dead")))
    )
    waiting = db.session.scalar(
        select(func.count()).select_from(Delivery).where(Delivery.state.in_(("due", "leased")))
    )
    db.session.rollback()
    return not steps and not waiting


def audit(crowd: Crowd, mail: MailServer, receiver: WebServer) -> Account:
    account = Account()
    names = [each.name for each in crowd.customers] + crowd.imported
    _rows(account, names)
    _told(account, mail, receiver)
    _objects(account)
    db.session.rollback()
    return account


def _rows(account: Account, names: Sequence[str]) -> None:
    """One submission each, with one answer, one run whose steps are all done, one transcript."""
    named = select(Submission.display_name, func.count()).where(Submission.state == "received")
    for what, query in (
        ("submission", named),
        ("answer", named.join(Answer)),
        ("run", named.join(Answer).join(Run, Run.answer_id == Answer.id)),
        ("transcript", named.join(Answer).join(Transcript, Transcript.answer_id == Answer.id)),
    ):
        found = db.session.execute(query.group_by(Submission.display_name)).all()
        account.expect_one(what, Counter(dict(found)), names)
    for step in db.session.scalars(select(Step).where(Step.state != "done")):
        account.lost.append(f"step {step.name}: {step.state}, {step.error}")
    moments = Counter(
        db.session.execute(select(Highlight.answer_id, Highlight.first_position)).all()
    )
    account.doubled += [f"{number} × a moment" for number in moments.values() if number > 1]
    counted = db.session.scalar(select(func.sum(Invitation.received)))
    received = db.session.scalar(
        select(func.count()).select_from(Submission).where(Submission.source != "import")
    )
    if counted != received:
        account.doubled.append(f"the link counted {counted} of {received}")
    account.tried_again = sum(
        db.session.scalar(select(func.count()).select_from(row).where(row.attempts > 1)) or 0
        for row in (Step, Delivery)
    )


def _told(account: Account, mail: MailServer, receiver: WebServer) -> None:
    """Each highlight told once by each channel, under one id however often it was sent."""
    letters = [(str(each["Message-ID"]), each.as_string()) for each in mail.letters]
    posts = [(each.headers["webhook-id"], each.body.decode()) for each in receiver.posted]
    for kind, sent in (("email", letters), ("webhook", posts)):
        query = (
            select(Submission.display_name, Delivery.id, Delivery.state)
            .join(Answer, Answer.submission_id == Submission.id)
            .join(Highlight, Highlight.answer_id == Answer.id)
            .join(Notice, Notice.highlight_id == Highlight.id)
            .join(Delivery, Delivery.id == Notice.delivery_id)
            .where(Delivery.channel.has(kind=kind))
            .distinct()
        )
        rows = db.session.execute(query).all()
        told = db.session.scalars(
            select(Submission.display_name).join(Answer).join(Highlight).distinct()
        )
        account.expect_one(f"{kind} row", Counter(name for name, _, _ in rows), told)
        ids: dict[str, set[str]] = {}
        for message_id, text in sent:
            for name in set(NAME.findall(text)):
                ids.setdefault(name, set()).add(message_id)
        for name, delivery_id, state in rows:
            arrived = ids.pop(name, set())
            if state != "done" or not any(delivery_id in each for each in arrived):
                account.lost.append(f"{name}: {kind} {state}, not arrived")
            if len(arrived) > 1:
                account.doubled.append(f"{name}: {kind} under {len(arrived)} ids")
        account.doubled += [f"{name}: {kind} that no row knows" for name in ids]


def _objects(account: Account) -> None:
    """After a sweep: what rows name is there, whole, and nothing else."""
    storage = runtime.storage()
    account.orphans = sweeping.objects(older_than=timedelta(0))
    there = {key for prefix in sweeping.PREFIXES for key in storage.list(prefix)}
    columns = (
        Recording.original_key, Recording.playable_key, Recording.poster_key,
        Recording.audio_key, Recording.muted_key, Clip.key,
    )  # fmt: skip
    named = {key for column in columns for key in db.session.scalars(select(column)) if key}
    account.lost += [f"object {key} is missing" for key in named - there]
    account.doubled += [f"object {key} is nobody's" for key in there - named]
    for recording in db.session.scalars(select(Recording)):
        found = storage.stat(recording.original_key)
        if found and found.size != recording.size:
            account.lost.append(f"object {recording.original_key} is cut")
