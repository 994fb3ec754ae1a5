"""A voice with a marker in all that a customer can leave goes its whole way in a running Heard, is
taken back by its personal link, and is then nowhere on that machine."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app import runtime
from app.domain import (
    alerts,
    audit_check,
    capture,
    clips,
    editing,
    erasing,
    exports,
    follow_ups,
    sharing,
    transcripts,
)
from app.extensions import db
from app.models import (
    Delivery,
    Erasure,
    Export,
    Field,
    Member,
    Program,
    Prompt,
    Step,
    Submission,
    Workspace,
    now,
)
from storage import keys
from tests import factories, services
from tests.chaos.crowd import SAID
from tests.chaos.whole import SECRET, Whole, whole
from tests.conftest import DATABASE
from tests.domain.sending import follow, webhook
from tests.e2e.marks import dump, holding
from tests.e2e.telling import MARKER, Browser, Teller, film
from workers.media import ffmpeg

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(bool(DATABASE), reason="reads SQLite's file"),
]


def test_a_marker_is_nowhere_on_the_machine(tmp_path: Path) -> None:
    data, temporary = tmp_path / "data", tmp_path / "t"
    temporary.mkdir()
    places = (data, temporary)
    customer = Teller(MARKER, f"{SAID[0]} {SAID[2]} I told {MARKER} so.", film(tmp_path))
    with whole(data, TMPDIR=str(temporary)) as here:
        program = asks_more(here)
        customer.send(here.shop)
        voice = capture.by_token(customer.token)
        worked_on(voice)
        tokens = goes_around(here, program, voice)
        queued = out_of_reach(here, program, voice)
        staff = looks(here, voice, tokens)
        assert {path.parent.name for path in holding(MARKER, places)} >= {"data", "original"}
        made_is_clean(data)
        sent = all_that_left(here, queued)
        mine = f"{here.heard.url}/mine/{customer.token}"
        receipt_page = Browser(here.heard.url).post(
            mine, f"{mine}/withdrawal", confirmation="withdraw"
        )
        assert b"You have taken this back" in receipt_page and voice.id.encode() in receipt_page
        receipt = gone(voice.id)
        counted = {kind: receipt.removed.get(kind) for kind in ("recordings", "links", "exports")}
        assert counted == {"recordings": 1, "links": 1, "exports": 1}
        assert 2 < sent == receipt.removed["told"]  # of moments that were cut anew since, too
        here.mail.start()
        here.receiver.status = 204
        told = len(here.receiver.taken)
        sent_at_last(queued)
        assert not any(MARKER.encode() in each.body for each in here.receiver.taken[told:])
        for path in tokens:
            assert staff.get(path)[0] in (404, 409, 410), path
        packed = dump(here.queue_url)
        assert packed.stat().st_size > 100 and MARKER not in "\n".join(here.heard.lines)
        assert holding(MARKER, [*places, packed.parent]) == []
        kept = (keys.ERASURES, keys.AUDIT_HEADS)
        exports_left = [each.key for each in db.session.scalars(select(Export)) if each.key]
        left = {key for key in runtime.storage().list("") if not key.startswith(kept)}
        assert left == set(exports_left)
        assert audit_check.verify().problems == []
    assert holding(MARKER, places) == []  # nor what a process writes when it ends


def all_that_left(here: Whole, queued: list[str]) -> int:
    """How many messages anybody was handed, whether they took them or not. The rest is put off, so
    that none of them is just on its way."""

    def still() -> bool:
        db.session.rollback()
        rows = db.session.scalars(select(Delivery).where(Delivery.id.in_(queued))).all()
        for each in rows:
            if each.state == "due" and each.attempts:
                each.due_at = now() + timedelta(hours=1)
        db.session.commit()
        return all(each.state != "leased" and each.attempts for each in rows)

    services.eventually(still, 60, "each was tried, and waits")
    letters = {str(each["Message-ID"]) for each in here.mail.letters}
    return len(letters) + len({each.headers["webhook-id"] for each in here.receiver.posted})


def asks_more(here: Whole) -> Program:
    program = db.session.get_one(Program, here.shop.program)
    program.score_kind = "nps"
    program.prompts.append(Prompt(text="What should change first?", position=1))
    program.fields.append(Field(key="city", label="Your city"))
    db.session.commit()
    return program


def worked_on(voice: Submission) -> None:
    def settled() -> bool:
        db.session.rollback()
        steps = [step for answer in voice.answers for run in answer.runs for step in run.steps]
        assert not [step.error for step in steps if step.state in ("failed", "dead")]
        return bool(steps) and all(step.state == "done" for step in steps)

    services.eventually(settled, 90, "the voice is worked on")


def goes_around(here: Whole, program: Program, voice: Submission) -> list[str]:
    """All that can be made of it is made; where staff and others reach it."""
    owner = db.session.scalars(select(Member).where(Member.role == "owner")).one()
    transcript = transcripts.current(voice.answers[0])
    assert transcript is not None and transcript.segments
    first = transcript.segments[0]
    editing.save(
        transcript, transcript.edition, editing.Author(editing.CUSTOMER),
        {first.id: f"{MARKER} {first.text}"},
    )  # fmt: skip
    db.session.commit()
    worked_on(voice)
    moment = factories.highlight(voice.answers[0], transcript, quote=f"{MARKER} was late.")
    _, token = sharing.create(moment, owner)
    clips.request(moment, "captioned")
    export = exports.request(program, owner, "csv", "segments")
    follow_ups.note(
        follow_ups.from_machine(voice, factories.need("upset", f"{MARKER} is upset", 0.9)),
        MARKER,
        owner,
    )
    db.session.commit()
    unfinished = select(Step).where(Step.state.in_(("waiting", "due", "leased")))

    def made() -> bool:
        db.session.rollback()
        return not db.session.scalars(unfinished).first()

    services.eventually(made, 60, "clips and the export")
    db.session.refresh(export)
    recording = voice.answers[0].recording
    assert recording is not None and export.key and all(clip.key for clip in moment.clips)
    return [
        f"/s/{token}",
        f"/voices/{voice.id}",
        f"/highlights/{moment.id}/clip?kind=captioned",
        f"/exports/{export.id}/file",
        f"/media/recordings/{recording.id}/playable",
    ]


def out_of_reach(here: Whole, program: Program, voice: Submission) -> list[str]:
    """A digest and a webhook's message that are queued, since their receivers don't answer."""

    def arrived() -> bool:
        return bool(here.mail.letters and here.receiver.taken)

    services.eventually(arrived, 60, "the first messages")
    here.receiver.status = 503
    here.mail.stop()
    workspace = db.session.get_one(Workspace, program.workspace_id)
    follow(factories.member(workspace), program, cadence="daily")
    follow(
        factories.member(workspace),
        program,
        channel=webhook(workspace, f"http://127.0.0.1:{here.receiver.port}/late", SECRET),
    )
    for answer in voice.answers:
        alerts.announce(answer.id)
    db.session.commit()
    alerts.digests(now() + timedelta(days=365))
    waiting = select(Delivery.id).where(Delivery.state != "done")
    ids = list(db.session.scalars(waiting))
    assert len(ids) > 1
    return ids


def looks(here: Whole, voice: Submission, paths: list[str]) -> Browser:
    """Staff and others look at all of it, and search for it: what they ask for may be noted."""
    staff = Browser(here.heard.url)
    address = here.heard.said(r"Sign in.*(http\S+)")
    assert address
    staff.post(address, address)
    for path in paths:
        assert staff.get(path)[0] == 200, path
    for path in (f"/search?q={MARKER}", f"/voices?q={MARKER}", f"/{MARKER}", f"/s/{MARKER}"):
        assert staff.get(path)[0] in (200, 404), path
    return staff


def made_is_clean(data: Path) -> None:
    """What is made for others carries nothing that a sender's program wrote into the file."""
    wanted = {
        "playable.webm",
        "muted.webm",
        "poster.jpg",
        "audio.wav",
        "plain.mp4",
        "captioned.mp4",
    }

    def made_by_now() -> list[Path]:
        made = [
            path
            for path in data.glob("objects/**/*.*")
            if path.parent.parent.parent.name in ("recordings", "highlights")
        ]
        return made if {path.name for path in made} >= wanted else []

    # What must be silent may just have changed; then the muted recording is made anew.
    made = services.eventually(made_by_now, 60, "all of it is made")
    for path in made:
        shown = subprocess.run(
            [ffmpeg.binary(), "-hide_banner", "-i", path], capture_output=True, text=True
        ).stderr
        assert MARKER not in shown and "Chapter" not in shown
        assert MARKER.encode() not in path.read_bytes().lower()


def gone(voice_id: str) -> Erasure:
    """The receipt, once all bytes are gone; readers of the database may put that off."""

    def look() -> Erasure | None:
        db.session.rollback()
        found = db.session.scalars(
            select(Erasure).where(Erasure.submission_id == voice_id, Erasure.what == "everything")
        ).one()
        if found.trouble == erasing.IN_THE_WAY:  # the clock would come for it in half a minute
            found.due_at = now()
            db.session.commit()
        return found if found.gone_at else None

    found = services.eventually(look, 60, "all is gone")
    assert isinstance(found, Erasure) and found.trouble == ""
    return found


def sent_at_last(ids: list[str]) -> None:
    """Their receivers answer again."""
    for each in db.session.scalars(select(Delivery).where(Delivery.id.in_(ids))):
        each.due_at = now()
    db.session.commit()

    def done() -> bool:
        db.session.rollback()
        rows = db.session.scalars(select(Delivery.state).where(Delivery.id.in_(ids)))
        return set(rows) <= {"done"}

    services.eventually(done, 60, "what was queued is settled")
