"""Every table, one file per area. Import from here: `from app.models import Submission`."""

from app.models.audit import AuditEntry, AuditHead
from app.models.base import Base, new_id, now
from app.models.codebook import (
    ChangedMention,
    CodebookChange,
    FollowedCorrection,
    Lesson,
    ProposedPassage,
    ThemeProposal,
)
from app.models.correction import Correction
from app.models.erasure import ErasedSource, Erasure, RetentionRule
from app.models.export import Export
from app.models.fairness import (
    CaptureEvent,
    FairnessAudit,
    FairnessCounted,
    FairnessStop,
    FairnessWatch,
    PauseCheck,
)
from app.models.follow_up import FollowUp, FollowUpNote
from app.models.highlight import Clip, Highlight, ShareLink, highlight_themes
from app.models.personal_data import PersonalData, PersonalLook
from app.models.program import (
    ConsentText,
    Field,
    Invitation,
    Program,
    Prompt,
    Theme,
    Touchpoint,
)
from app.models.run import Run, Step
from app.models.sending import Channel, Delivery, GoneOut, Notice, Subscription
from app.models.submission import Answer, Consent, Recording, Submission, Upload
from app.models.transcript import Label, Mention, Segment, Transcript, TranscriptEdit
from app.models.vector import Vectors
from app.models.workspace import Member, SignInLink, Workspace

__all__ = [
    "Answer",
    "AuditEntry",
    "AuditHead",
    "Base",
    "CaptureEvent",
    "ChangedMention",
    "Channel",
    "Clip",
    "CodebookChange",
    "Consent",
    "ConsentText",
    "Correction",
    "Delivery",
    "ErasedSource",
    "Erasure",
    "Export",
    "FairnessAudit",
    "FairnessCounted",
    "FairnessStop",
    "FairnessWatch",
    "Field",
    "FollowUp",
    "FollowUpNote",
    "FollowedCorrection",
    "GoneOut",
    "Highlight",
    "Invitation",
    "Label",
    "Lesson",
    "Member",
    "Mention",
    "Notice",
    "PauseCheck",
    "PersonalData",
    "PersonalLook",
    "Program",
    "Prompt",
    "ProposedPassage",
    "Recording",
    "RetentionRule",
    "Run",
    "Segment",
    "ShareLink",
    "SignInLink",
    "Step",
    "Submission",
    "Subscription",
    "Theme",
    "ThemeProposal",
    "Touchpoint",
    "Transcript",
    "TranscriptEdit",
    "Upload",
    "Vectors",
    "Workspace",
    "highlight_themes",
    "new_id",
    "now",
]
