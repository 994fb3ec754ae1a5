"""A workspace with one of everything that an address can name, and the addresses themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask, url_for

from app import runtime
from app.domain import clerk, masks, sharing, signing_in
from app.domain.codebook import changes, entries
from app.domain.corrections import deciding, kinds
from app.domain.fairness import tables
from app.extensions import db
from app.models import (
    Channel,
    Clip,
    Delivery,
    Export,
    FairnessAudit,
    Field,
    FollowUp,
    Highlight,
    Invitation,
    Member,
    Program,
    ProposedPassage,
    Recording,
    Run,
    Step,
    Submission,
    Subscription,
    ThemeProposal,
    Upload,
    Workspace,
    new_id,
    now,
)
from storage import keys
from tests import factories

SECRET = "the-secret-of"  # stands in whatever this workspace's pages and files show
# Values that are words and not names of rows.
WORDS = {"format": "srt", "kind": "vtt", "part": "poster", "what": "hide", "position": "0"}
WORDS |= {"field": "branch", "place": "0"}
SKIP = frozenset({"static"})


@dataclass(frozen=True, slots=True)
class World:
    """`named` holds one value for each variable of an address, by endpoint where two differ."""

    workspace: Workspace
    program: Program
    invitation: Invitation
    submission: Submission
    highlight: Highlight
    recording: Recording
    upload: Upload
    owner: Member
    personal: str  # the customer's token
    drafting: str  # the token of a submission that isn't sent yet
    named: Mapping[str, str]

    def values(self, endpoint: str, arguments: Mapping[str, str] | set[str]) -> dict[str, str]:
        return {
            name: self.named.get(f"{endpoint}.{name}") or self.named.get(name) or WORDS[name]
            for name in arguments
        }


def build(name: str = "Tern Home") -> World:
    """Commits. Every text that a customer or a member gave holds `SECRET` and the name."""
    said = f"{SECRET} {name}"
    workspace = factories.workspace(name)
    owner = factories.member(workspace, "owner")
    program = factories.program(workspace, name=f"Program {said}")
    program.fields = [Field(key="branch", label="Branch", choices=["North"], position=0)]
    invitation = factories.invitation(program)
    submission = factories.submission(program, display_name=said, invitation_id=invitation.id)
    personal, drafting = clerk.new_token(), clerk.new_token()
    submission.token_hash = clerk.token_hash(personal)
    answer = factories.answer(submission)
    transcript = factories.transcript(answer, f"It came late, {said}.")
    highlight = factories.highlight(answer, transcript, themes=[program.themes[0]])
    masks.hide(transcript, "came late", "other", owner)
    mark = masks.of(transcript)[0].row
    here = deciding.passage(submission, transcript.segments[0].id)
    why = kinds.why("context", "case", said)
    saw = deciding.seen(here, "emotion")
    corrected = deciding.correct(here, "emotion", ["anger"], why, saw, owner)
    draft = factories.submission(
        program, state="draft", received_at=None, invitation_id=invitation.id
    )
    draft.token_hash = clerk.token_hash(drafting)
    upload = Upload(submission_id=draft.id, length=10, expires_at=now() + timedelta(hours=1))
    db.session.add(upload)
    recording = _files(answer.recording, highlight, said)
    run = Run(answer_id=answer.id, steps=[Step(name="transcribe", position=2, state="dead")])
    export = Export(
        workspace_id=workspace.id, program_id=program.id, format="csv", level="segments",
        key="", filename="segments.csv", size=1, rows=1,
    )  # fmt: skip
    case = FollowUp(
        workspace_id=workspace.id, program_id=program.id, submission_id=submission.id,
        source="asked", reason=said, contact=said, due_at=now(),
    )  # fmt: skip
    mail = {"url": "https://127.0.0.1/in", "secret": "whsec_AAAA"}
    channel = Channel(workspace_id=workspace.id, kind="webhook", name=said, settings=mail)
    factories.save(run, export, case, channel, _audit(program))
    export.key = keys.export(export.id, "segments.csv")
    runtime.storage().put(export.key, said.encode())
    subscription = Subscription(
        workspace_id=workspace.id, program_id=program.id, member_id=owner.id, channel_id=channel.id
    )
    factories.save(subscription)
    delivery = factories.save(
        Delivery(channel_id=channel.id, subscription_id=subscription.id, kind="test", state="dead")
    )
    wanted = entries.replace(entries.of(program.themes[0]), description=said)
    change = changes.plan(program, changes.EDIT, [wanted], owner, scope=[wanted.id])
    proposal = ThemeProposal(program_id=program.id, words=["late"], voices=5)
    proposal.passages = [ProposedPassage(segment_id=transcript.segments[0].id, place=0)]
    factories.save(change, proposal)
    link, share = sharing.create(highlight, owner)
    sign_in = signing_in.new_link(owner).rpartition("/")[2]
    db.session.commit()
    return World(
        workspace, program, invitation, submission, highlight, recording, upload, owner,
        personal, drafting,
        {
            "program_id": program.id, "submission_id": submission.id, "answer_id": answer.id,
            "recording_id": recording.id, "highlight_id": highlight.id, "link_id": link.id,
            "case_id": case.id, "export_id": export.id, "channel_id": channel.id,
            "subscription_id": subscription.id, "delivery_id": delivery.id,
            "member_id": owner.id, "invitation_id": invitation.id, "mark_id": mark.id,
            "segment_id": str(transcript.segments[0].id), "correction_id": corrected.id,
            "step_id": run.steps[0].id,
            "theme_id": program.themes[0].id, "change_id": change.id, "proposal_id": proposal.id,
            "upload_id": upload.id, "code": invitation.code,
            "program_parts.change_touchpoint.row_id": program.touchpoints[0].id,
            "program_parts.change_prompt.row_id": program.prompts[0].id,
            "program_parts.change_field.row_id": program.fields[0].id,
            "auth.show_link.token": sign_in, "auth.use_link.token": sign_in,
            **{f"shared.{each}.token": share
               for each in ("show", "player", "clip", "poster", "captions")},
            "token": personal,
        },
    )  # fmt: skip


def _audit(program: Program) -> FairnessAudit:
    """A fairness audit in which a group is large enough to be listed."""
    cell = tables.Cell("North", True, 12, 0.5, 0.25, 0.75)
    table = tables.Table("branch", "Branch", "corrected", (cell,), None, "2026-01-01T00:00:00")
    return FairnessAudit(
        workspace_id=program.workspace_id, program_id=program.id, made_by="clock", minimum=10,
        verdict="thin", tables=[table.as_row()],
    )  # fmt: skip


def made_up(world: World) -> World:
    """The same shapes, naming nothing that exists."""
    fields = {each: getattr(world, each) for each in World.__dataclass_fields__}
    named = {key: new_id() if len(value) == 26 else "nothing" for key, value in world.named.items()}
    return World(**{**fields, "named": named})


def addresses(app: Flask, world: World) -> Iterator[tuple[str, str, str]]:
    """Row of the table (`GET /voices/<submission_id>`), method, address."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint in SKIP:
            continue
        with app.test_request_context():
            address = url_for(rule.endpoint, **world.values(rule.endpoint, rule.arguments))
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield f"{method} {rule.rule}", method, address


def _files(recording: Recording | None, highlight: Highlight, said: str) -> Recording:
    assert recording is not None
    storage, attempt = runtime.storage(), new_id()
    recording.playable_key = keys.playable(recording.id, attempt, "mp4")
    recording.playable_type = "video/mp4"
    recording.poster_key = keys.poster(recording.id, attempt)
    clip = Clip(highlight_id=highlight.id)
    factories.cut(clip, keys.clip(highlight.id, attempt, "plain"))
    for key in (recording.playable_key, recording.poster_key, clip.key):
        storage.put(str(key), said.encode())
    db.session.commit()
    factories.muted_recording(recording, said.encode())
    return recording
