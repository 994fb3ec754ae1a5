"""The columns of each level in order, so that a table without rows has its header too."""

from __future__ import annotations

WHO = ("submission_id", "received_at", "touchpoint", "reference", "name", "language")
COLUMNS = {
    "submissions": (
        *WHO, "source", "score_kind", "score", "consent_version", "consent_purposes",
        "answers", "duration_s", "engines", "text", "edited_by",
    ),
    "segments": (
        *WHO, "answer_id", "prompt", "segment_id", "position", "start_s", "end_s",
        "text", "edited_by", "unclear", "speaker", "confidence", "engine", "model",
        "transcript_language",
        "sentiment", "sentiment_score", "sentiment_confidence", "sentiment_engine",
        "emotions", "emotions_engine", "themes", "themes_engine",
        "needs_a_person", "needs_a_person_score",
        "corrected", "sentiment_machine", "emotions_machine", "themes_machine",
        "needs_a_person_machine",
    ),
    "highlights": (
        *WHO, "highlight_id", "answer_id", "start_s", "end_s", "quote", "score", "reasons",
        "sentiment", "sentiment_score", "emotion", "themes", "engine", "model",
        "edited_by", "chosen_by",
    ),
    "corrections": (
        *WHO, "answer_id", "segment_id", "correction_id", "kind", "text", "words_changed",
        "machine", "machine_confidence", "engine", "version", "value", "agrees",
        "reason", "evidence", "note", "decided_at", "decided_by", "state",
    ),
}  # fmt: skip
