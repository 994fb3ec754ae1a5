"""Every page that a person can look at, with its address. A GET route that is neither here nor in
NOT_PAGES fails a test, so that no page escapes the eye.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.domain import clerk, sharing, signing_in
from app.domain.codebook import reshaping
from app.extensions import db
from app.models import (
    FollowUp,
    Highlight,
    Invitation,
    Member,
    Program,
    Recording,
    Submission,
    Transcript,
)


@dataclass(frozen=True, slots=True)
class Page:
    """`who` looks at it: staff, customer, or anyone who isn't signed in."""

    name: str
    endpoint: str
    path: str
    who: str = "staff"


PAGES = (
    Page("board", "board.index", "/"),
    Page("voices", "voices.index", "/voices"),
    Page("voice", "voices.show", "/voices/{submission}"),
    Page("words", "words.edit", "/voices/{submission}/answers/{answer}/words"),
    Page("replace", "words.find", "/voices/{submission}/answers/{answer}/words/replace?find=it"),
    Page("versions", "words.versions", "/voices/{submission}/answers/{answer}/words/versions"),
    Page("labels", "corrections.show", "/voices/{submission}/passages/{segment}/labels"),
    Page("search", "search.find", "/search?q=the"),
    Page("accuracy", "accuracy.show", "/accuracy"),
    Page("follow-ups", "follow_ups.index", "/follow-ups"),
    Page("follow-up", "follow_ups.show", "/follow-ups/{case}"),
    Page("following", "alerts.show", "/following"),
    Page("channels", "channels.show", "/following/channels"),
    Page("shared", "shared.everything", "/shared"),
    Page("exports", "exports.index", "/exports"),
    Page("settings", "settings.home", "/settings"),
    Page("audit", "audit.show", "/settings/audit"),
    Page("members", "settings.show_members", "/settings/members"),
    Page("remove-sample", "settings.ask_remove_sample", "/settings/sample/remove"),
    Page("programs", "programs.index", "/settings/programs"),
    Page("new-program", "programs.new", "/settings/programs/new"),
    Page("program", "programs.show", "/settings/programs/{program}"),
    Page("describe", "programs.describe", "/settings/programs/{program}/describe"),
    Page("journey", "program_parts.journey", "/settings/programs/{program}/journey"),
    Page("questions", "program_parts.questions", "/settings/programs/{program}/questions"),
    Page("consent", "program_parts.consent", "/settings/programs/{program}/consent"),
    Page("retention", "erasures.rules", "/settings/programs/{program}/retention"),
    Page("fairness", "fairness.show", "/settings/programs/{program}/fairness"),
    Page("fairness-past", "fairness.past", "/settings/programs/{program}/fairness/history"),
    Page("fairness-voices", "fairness.voices", "/settings/programs/{program}/fairness/accent/0"),
    Page("erase", "erasures.ask", "/voices/{submission}/erase"),
    Page("erased", "erasures.show", "/settings/erased"),
    Page("codebook", "codebooks.show", "/settings/programs/{program}/codebook"),
    Page("corrections", "agreement.show", "/settings/programs/{program}/corrections"),
    Page("theme", "codebooks.edit", "/settings/programs/{program}/codebook/{theme}"),
    Page(
        "merge", "codebook_changes.ask_merge", "/settings/programs/{program}/codebook/{theme}/merge"
    ),
    Page(
        "split", "codebook_changes.ask_split", "/settings/programs/{program}/codebook/{theme}/split"
    ),
    Page(
        "delete",
        "codebook_changes.ask_delete",
        "/settings/programs/{program}/codebook/{theme}/delete",
    ),
    Page(
        "change", "codebook_changes.show", "/settings/programs/{program}/codebook/changes/{change}"
    ),
    Page("proposed", "proposals.show", "/settings/programs/{program}/codebook/proposed"),
    Page("clip", "clips.download", "/highlights/{highlight}/clip"),
    Page("account", "auth.account", "/account"),
    Page("welcome", "auth.welcome", "/welcome"),
    Page("missing", "", "/nowhere"),
    Page("record", "capture.show", "/r/{code}", "customer"),
    Page("record-form", "capture.form", "/r/{code}/form", "customer"),
    Page("record-help", "capture.help_page", "/r/{code}/help", "customer"),
    Page("mine", "mine.show", "/mine/{token}", "customer"),
    Page("mine-words", "mine_words.words", "/mine/{token}/answers/{answer}/words", "customer"),
    Page("share", "shared.show", "/s/{share}", "anyone"),
    Page("sign-in", "auth.sign_in", "/sign-in", "anyone"),
    Page("sign-in-link", "auth.show_link", "/sign-in/link/{sign_in}", "anyone"),
)
# Files, fragments of the pages above, and answers for programs.
NOT_PAGES = frozenset(
    {
        "static",
        "audit.download",
        "health.healthz",
        "api.openapi",
        "board.card",
        "capture.qr",
        "clips.progress",
        "clips.vtt",
        "codebooks.download",
        "direct.show",
        "exports.captions",
        "exports.file",
        "exports.listed",
        "fairness.download",
        "search.both",
        "media.captions_file",
        "media.playable",
        "media.poster",
        "mine.captions_file",
        "mine.recording",
        "shared.captions",
        "shared.clip",
        "shared.links",
        "shared.player",
        "shared.poster",
        "voices.progress",
    }
)


def addresses(member: Member) -> dict[str, str]:
    """One of each thing that the paths name, in this member's workspace. Commits: it makes a
    personal link, a share link and a sign-in link, whose tokens only exist now."""
    telling = (
        select(Highlight)
        .where(Highlight.workspace_id == member.workspace_id, Highlight.end > 0)
        .order_by(Highlight.score.desc())
    )
    faces = telling.join(Recording, Recording.answer_id == Highlight.answer_id).where(
        Recording.poster_key.is_not(None)
    )
    highlight = next(
        (each for query in (faces, telling) for each in db.session.scalars(query) if _shown(each)),
        None,
    )
    assert highlight is not None, "there is no highlight to look at"
    submission = db.session.get_one(Submission, highlight.submission_id)
    token = clerk.new_token()
    submission.token_hash = clerk.token_hash(token)
    _, share = sharing.create(highlight, member, 14)
    sign_in = signing_in.new_link(member)
    program = db.session.get_one(Program, submission.program_id)
    invitation = db.session.scalars(
        select(Invitation).where(Invitation.program_id == program.id)
    ).first()
    case = db.session.scalars(select(FollowUp).where(FollowUp.program_id == program.id)).first()
    theme, other = program.themes[:2]
    change = reshaping.plan_merge(program, theme, other, member)
    found = {
        "theme": theme.id,
        "change": change.id,
        "submission": submission.id,
        "answer": highlight.answer_id,
        "segment": str(_passage(highlight)),
        "program": program.id,
        "highlight": highlight.id,
        "case": case.id if case else "none",
        "code": invitation.code if invitation else "none",
        "token": token,
        "share": share,
        "sign_in": sign_in.rpartition("/")[2],
    }
    db.session.commit()
    return found


def _shown(highlight: Highlight) -> bool:
    """Whether a share link can be made for it."""
    return sharing.may_leave(highlight.submission) and not highlight.hidden


def _passage(highlight: Highlight) -> int:
    """Its first passage, whose labels can be put right."""
    transcript = db.session.get_one(Transcript, highlight.transcript_id)
    return transcript.segments[highlight.first_position].id
