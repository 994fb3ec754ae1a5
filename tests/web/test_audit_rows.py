"""Every address that changes something writes to the audit log who did what, by ids alone."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import runtime
from app.domain import (
    appending,
    audit_heads,
    capture,
    clerk,
    follow_ups,
    parts,
    passwords,
    sample,
)
from app.domain.corrections import deciding, kinds
from app.domain.fairness import audits, stops
from app.extensions import db
from app.models import (
    Answer,
    AuditEntry,
    Base,
    Clip,
    Delivery,
    FollowUp,
    Submission,
    Transcript,
    now,
)
from tests import factories
from tests.conftest import DATABASE, sign_in
from tests.web import world as worlds
from tests.web.test_roles import MAY
from tests.web.world import SECRET, World

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(DATABASE), reason="puts the database's file back after each address"),
]
WRITES = re.compile(r"(POST|PUT|PATCH|DELETE) ")
PROGRAM, VOICE = "/settings/programs/<program_id>", "/voices/<submission_id>"
WORDS = f"{VOICE}/answers/<answer_id>/words"
PASSWORD = "a long enough passphrase"
DESCRIBED = {"name": "Anew", "question": "How was it?", "language": "en", "max_seconds": "60"}
THEME = {"name": "Bills", "description": "What is to be paid"}
SAID = {"contact": "+34 600 000 000", "note": SECRET}
CODEBOOK = f"name,description\nBills,{SECRET}\n".encode()


@dataclass(frozen=True, slots=True)
class Case:
    """What is sent, and the action that must be in the log then. What can be called is, with the
    world; `before` makes it ready."""

    action: str
    form: Any = None
    json: Any = None
    head: Any = None
    before: Callable[[World], object] = lambda _: None


def draft(world: World) -> Submission:
    return capture.by_token(world.drafting)


def sent(world: World) -> None:
    """The draft has words, and nothing is on its way to it any more."""
    capture.end_uploads(draft(world), 0)
    db.session.add(
        Answer(submission_id=draft(world).id, position=0, kind="text", written_text=SECRET)
    )
    db.session.commit()


def whole(world: World) -> None:
    parts.create(world.upload.id, 10)
    with parts.held(world.upload.id) as file:
        file.write(b"OggSxxxxx")
    world.upload.offset = 9
    db.session.commit()


def arrived(world: World) -> None:
    whole(world)
    appending.append(world.upload, [b"x"], offset=9)


def an_alert_failed(world: World) -> None:
    delivery = db.session.get_one(Delivery, world.named["delivery_id"])
    delivery.kind = "digest"
    db.session.commit()


def with_password(world: World) -> None:
    world.owner.password_hash = passwords.hashed(PASSWORD, world.owner.email)
    db.session.commit()


def second_owner(world: World) -> None:
    factories.member(world.workspace, "owner")


def done(world: World) -> None:
    case = db.session.get_one(FollowUp, world.named["case_id"])
    case.state, case.outcome, case.done_at = "done", "Called", now()
    db.session.commit()


def finished(world: World) -> dict[str, str]:
    case = db.session.get_one(FollowUp, world.named["case_id"])
    return {"outcome": SECRET, "seen": follow_ups.seen(case)}


def basic_words(world: World) -> None:
    for transcript in db.session.scalars(select(Transcript)):
        transcript.engine = "pocketsphinx"
    db.session.commit()


def no_clip(world: World) -> None:
    db.session.delete(db.session.scalars(select(Clip)).one())
    recording = world.recording
    world.highlight.start, world.highlight.end = 0.0, 1.0
    assert recording.playable_key
    db.session.commit()


def rests(world: World) -> None:
    stops.stop(world.program, audits.make(world.program, "clock"), [])
    db.session.commit()


def first(world: World) -> str:
    transcript = db.session.get_one(Transcript, world.highlight.transcript_id)
    return str(transcript.segments[0].id)


def correction(world: World) -> dict[str, object]:
    sent = {"transcript": world.highlight.transcript_id, "edition": "0"}
    return {**sent, f"text-{first(world)}": f"It came early, {SECRET}."}


def decision(kind: str, value: str) -> Callable[[World], dict[str, str]]:
    def form(world: World) -> dict[str, str]:
        here = deciding.passage(world.submission, int(first(world)))
        said = {"reason": "missed", "evidence": "words", "note": SECRET}
        return {"kind": kind, "value": value, "seen": deciding.seen(here, kind), **said}

    return form


def right(world: World) -> dict[str, str]:
    here = deciding.passage(world.submission, int(first(world)))
    return {"seen": deciding.seen(here, *kinds.ON_PASSAGES)}


def heard(world: World) -> None:
    db.session.get_one(Transcript, world.highlight.transcript_id).segments[0].understood = True
    db.session.commit()


def put_under_a_theme(world: World) -> None:
    here = deciding.passage(world.submission, int(first(world)))
    theme, why = world.program.themes[1].id, kinds.why("missed", "words", "")
    deciding.correct(here, "theme", [theme], why, deciding.seen(here, "theme"), world.owner)
    db.session.commit()


def bearer(world: World, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {world.drafting}", "Accept": "application/json", **more}


def tus(world: World, **more: str) -> dict[str, str]:
    said = {name.replace("_", "-"): value for name, value in more.items()}
    return {**bearer(world), "Tus-Resumable": "1.0.0", **said}


def opening(world: World) -> dict[str, object]:
    return {"consent_text": world.program.consent_texts[-1].id, "purposes": ["internal"]}


def by_form(world: World) -> dict[str, object]:
    return {**opening(world), "token": clerk.new_token(), "text-0": SECRET, "name": SECRET}


CUSTOMERS = {
    "POST /r/<code>/form": Case("submission.received", by_form),
    "POST /r/<code>/help": Case("follow_up.asked", SAID),
    "PUT /r/<code>/submission": Case(
        "submission.opened", json=opening,
        head=lambda w: bearer(w, Authorization=f"Bearer {clerk.new_token()}"),
    ),
    "POST /r/<code>/submission/sending": Case(
        "submission.received", json={}, head=bearer, before=sent
    ),
    "DELETE /r/<code>/submission": Case("submission.abandoned", head=bearer),
    "POST /mine/<token>/help": Case("follow_up.asked", SAID),
    "POST /mine/<token>/purposes": Case("consent.changed"),
    "POST /mine/<token>/answers/<answer_id>/words": Case("transcript.edited", correction),
    "POST /mine/<token>/withdrawal": Case("submission.withdrawn", {"confirmation": "withdraw"}),
    "PATCH /uploads/<upload_id>": Case(
        "recording.received", json=b"x", before=whole,
        head=lambda w: tus(w, Upload_Offset="9", Content_Type="application/offset+octet-stream"),
    ),
    "DELETE /uploads/<upload_id>": Case("submission.answer_dropped", head=tus, before=arrived),
}  # fmt: skip
VISITORS = {
    "POST /sign-in": Case(
        "sign_in.done", lambda w: {"email": w.owner.email, "password": PASSWORD},
        before=with_password,
    ),
    "POST /sign-in/link/<token>": Case("sign_in.done"),
}  # fmt: skip
STAFF = {
    "POST /sign-out": Case("sign_in.ended"),
    "POST /account": Case("member.described", lambda w: {"name": "N", "email": w.owner.email}),
    "POST /account/password": Case("password.changed", {"password": PASSWORD}),
    "POST /account/sign-out-everywhere": Case("sessions.ended"),
    "POST /welcome": Case("password.changed", {"name": "N", "password": PASSWORD}),
    "POST /highlights/<highlight_id>/clip": Case("clip.ordered", before=no_clip),
    "POST /highlights/<highlight_id>/links": Case("share.made", {"days": "7"}),
    "POST /shared/<link_id>/revoke": Case("share.revoked"),
    "POST /follow-ups/<case_id>/done": Case("follow_up.done", finished),
    "POST /follow-ups/<case_id>/notes": Case("follow_up.noted", {"note": SECRET}),
    "POST /follow-ups/<case_id>/owner": Case(
        "follow_up.assigned", lambda w: {"owner": w.owner.id}
    ),
    "POST /follow-ups/<case_id>/reopen": Case("follow_up.reopened", before=done),
    "POST /following": Case(
        "subscription.made", lambda w: {"what": f"program:{w.program.id}", "channel": "own"}
    ),
    "POST /following/<subscription_id>/stop": Case("subscription.ended"),
    "POST /following/deliveries/<delivery_id>/again": Case("delivery.again"),
    "POST /following/channels": Case(
        "channel.added", {"kind": "email", "name": SECRET, "address": "a@example.com"}
    ),
    "POST /following/channels/<channel_id>/delete": Case("channel.removed"),
    "POST /following/channels/<channel_id>/enable": Case("channel.enabled"),
    "POST /following/channels/<channel_id>/replay": Case(
        "delivery.again", {"since": "7"}, before=an_alert_failed
    ),
    "POST /following/channels/<channel_id>/secret": Case("channel.secret_renewed"),
    "POST /following/channels/<channel_id>/test": Case("channel.tested"),
    f"POST {VOICE}/answers/<answer_id>/again": Case("step.again"),
    f"POST {VOICE}/steps/<step_id>/again": Case("step.again"),
    f"POST {WORDS}": Case("transcript.edited", correction),
    f"POST {WORDS}/replace": Case(
        "transcript.edited",
        lambda w: {"edition": "0", "find": "late", "with": SECRET, "only": first(w)},
    ),
    f"POST {WORDS}/versions": Case("transcript.chosen", {"do": "keep"}),
    f"POST {VOICE}/moments/<highlight_id>/<any(hide, show):what>": Case("highlight.hidden"),
    "POST /exports": Case(
        "export.ordered",
        lambda w: {"program": w.program.id, "format": "csv", "level": "segments",
                   "purpose": "internal"},
    ),
    "POST /settings/programs": Case("program.made", DESCRIBED),
    f"POST {VOICE}/answers/<answer_id>/masks": Case(
        "mask.added", {"words": "It came late,", "kind": "other"}
    ),
    f"POST {VOICE}/answers/<answer_id>/masks/<mark_id>/<any(hide, show):what>": Case(
        "mask.put_back"
    ),
    f"POST {VOICE}/passages/<segment_id>/labels": Case(
        "label.corrected", decision("sentiment", "positive")
    ),
    f"POST {VOICE}/passages/<segment_id>/hand-off": Case(
        "label.corrected", decision("hand_off", "Bereavement")
    ),
    f"POST {VOICE}/passages/<segment_id>/right": Case("label.confirmed", right, before=heard),
    f"POST {PROGRAM}/corrections/teach": Case("codebook.planned", before=put_under_a_theme),
    f"POST {VOICE}/corrections/<correction_id>/withdraw": Case("label.withdrawn"),
    f"POST {VOICE}/erase": Case("submission.erased"),
    f"POST {PROGRAM}/retention": Case(
        "retention.changed", {"keep": "yes", "everything_internal": "12"}
    ),
    f"POST {PROGRAM}/fairness": Case("fairness.asked"),
    f"POST {PROGRAM}/fairness/go": Case("fairness.let_go", {"why": SECRET}, before=rests),
    f"POST {PROGRAM}/describe": Case("program.described", DESCRIBED),
    f"POST {PROGRAM}/close": Case("program.closed"),
    f"POST {PROGRAM}/reopen": Case("program.reopened"),
    f"POST {PROGRAM}/consent": Case("consent_text.written", {"text": SECRET}),
    f"POST {PROGRAM}/codebook": Case("theme.added", THEME),
    f"POST {PROGRAM}/codebook/<theme_id>": Case("theme.changed", THEME),
    f"POST {PROGRAM}/codebook/file": Case(
        "codebook.planned", lambda _: {"file": (io.BytesIO(CODEBOOK), "c.csv")}
    ),
    f"POST {PROGRAM}/codebook/again": Case("codebook.planned"),
    f"POST {PROGRAM}/codebook/changes/<change_id>": Case("theme.changed"),
    f"POST {PROGRAM}/codebook/<theme_id>/merge": Case(
        "codebook.planned", lambda w: {"into": w.program.themes[1].id}
    ),
    f"POST {PROGRAM}/codebook/<theme_id>/split": Case(
        "codebook.planned", {"name": ["Late", SECRET], "description": ["Too late", SECRET]}
    ),
    f"POST {PROGRAM}/codebook/<theme_id>/delete": Case("theme.deleted", {"name": "Delivery"}),
    f"POST {PROGRAM}/codebook/proposed": Case("codebook.looked"),
    f"POST {PROGRAM}/codebook/proposed/<proposal_id>": Case("proposal.accepted", THEME),
    f"POST {PROGRAM}/fields": Case("field.added", {"label": SECRET}),
    f"POST {PROGRAM}/fields/<row_id>": Case("field.changed", {"label": SECRET}),
    f"POST {PROGRAM}/journey": Case("touchpoint.added", {"name": "Leaving"}),
    f"POST {PROGRAM}/journey/<row_id>": Case("touchpoint.moved", {"move": "down"}),
    f"POST {PROGRAM}/links": Case("invitation.opened", {"name": "Till"}),
    f"POST {PROGRAM}/links/<invitation_id>/close": Case("invitation.closed"),
    f"POST {PROGRAM}/links/<invitation_id>/reopen": Case("invitation.reopened"),
    f"POST {PROGRAM}/prompts": Case("prompt.added", {"text": SECRET}),
    f"POST {PROGRAM}/prompts/<row_id>": Case("prompt.changed", {"text": SECRET}),
    "POST /settings/sample/remove": Case(
        "sample.removed", before=lambda w: sample.load(w.workspace)
    ),
    "POST /settings/write-again": Case("step.again", before=basic_words),
    "POST /settings/members": Case(
        "member.invited", {"email": "new@example.com", "role": "leader"}
    ),
    "POST /settings/members/<member_id>/activate": Case("member.activated"),
    "POST /settings/members/<member_id>/deactivate": Case(
        "member.deactivated", before=second_owner
    ),
    "POST /settings/members/<member_id>/link": Case("sign_in_link.made"),
    "POST /settings/members/<member_id>/role": Case(
        "member.role_changed", {"role": "analyst"}, before=second_owner
    ),
    "POST /settings/workspace": Case("workspace.renamed", {"name": SECRET}),
    # What takes data away without changing it
    "GET /exports/<export_id>/file": Case("export.downloaded"),
    "GET /answers/<answer_id>/captions.<any(srt, vtt):format>": Case("captions.downloaded"),
    "GET /highlights/<highlight_id>/clip": Case("clip.downloaded"),
    f"GET {PROGRAM}/fairness/fairness.csv": Case("fairness.downloaded"),
    "GET /settings/audit/audit.csv": Case("audit.downloaded"),
}  # fmt: skip
DIRECT = "only where objects lie in S3; by the same verbs as /uploads"
# Addresses that write without a row of their own, and why.
EXEMPT = {
    "POST /sign-in/link": "test_a_link_that_is_asked_for_is_noted: it takes a mail server",
    "POST /uploads": "a file is noted when it is whole, by PATCH",
    "DELETE /r/<code>/submission/uploads/<position>": "ends what isn't whole, and so was not noted",
    "POST /direct": DIRECT,
    "POST /direct/<upload_id>/parts": "hands out addresses and changes nothing",
    "POST /direct/<upload_id>/complete": DIRECT,
    "DELETE /direct/<upload_id>": DIRECT,
}
CASES = {**CUSTOMERS, **VISITORS, **STAFF}
ACTORS = (("customer", CUSTOMERS), ("visitor", VISITORS), ("member", STAFF))


def test_every_address_that_writes_is_listed() -> None:
    """A new one fails until it is above."""
    writing = {row for row in MAY if WRITES.match(row)}
    assert writing - set(EXEMPT) == {row for row in CASES if WRITES.match(row)}


def test_each_of_them_says_who_did_what_and_never_what_was_said(app: Flask) -> None:
    world = worlds.build("Ours")
    ids = {
        name: value.id
        for name in World.__dataclass_fields__
        if isinstance(value := getattr(world, name), Base)
    }
    kept = runtime.settings().data / "kept.db"
    database = runtime.settings().data / "heard.db"
    addresses = {row: rest for row, *rest in worlds.addresses(app, world)}
    db.session.remove()
    db.engine.dispose()
    shutil.copy(database, kept)
    wrong = []
    for kind, cases in ACTORS:
        for row, case in cases.items():
            here = {name: db.session.get_one(type(getattr(world, name)), ids[name]) for name in ids}
            said = _send(app, replace(world, **here), kind, case, *addresses[row])
            if said:
                wrong.append(f"{row}: {said}")
            db.session.remove()
            db.engine.dispose()
            shutil.copy(kept, database)
            audit_heads.file().unlink(missing_ok=True)
    assert wrong == []


def _send(app: Flask, world: World, kind: str, case: Case, method: str, address: str) -> str:
    case.before(world)
    db.session.commit()
    before = db.session.scalar(select(func.count()).select_from(AuditEntry))
    owner = f"member:{world.owner.id}"
    client = app.test_client()
    if kind == "member":
        sign_in(client, world.owner)
    given = {
        name: value(world) if callable(value) else value
        for name, value in (("data", case.form), ("json", case.json), ("headers", case.head))
        if value is not None
    }
    if isinstance(given.get("json"), bytes):
        given["data"] = given.pop("json")
    answer = client.open(address, method=method, **given)
    answer.close()
    db.session.remove()
    rows = list(db.session.scalars(select(AuditEntry).where(AuditEntry.seq > before)))
    found = [each for each in rows if each.action == case.action]
    if not found:
        return f"{answer.status_code}, {[each.action for each in rows]}"
    actor = {"customer": "customer", "visitor": owner, "member": owner}[kind]
    if found[-1].actor != actor or not (found[-1].subject_id or case.action in NO_SUBJECT):
        return f"{found[-1].actor} did {found[-1].action} to {found[-1].subject_id}"
    told = json.dumps([[each.details, each.subject_id, each.actor] for each in rows])
    return "the log holds what was said" if SECRET in told else ""


NO_SUBJECT = ("workspace.renamed", "audit.downloaded")
