"""The form of the words, as a browser fills it in."""

from __future__ import annotations

import re

from app.extensions import db
from app.models import Answer, Transcript


def where(answer: Answer, rest: str = "") -> str:
    return f"/voices/{answer.submission_id}/answers/{answer.id}/words{rest}"


def form(page: str, **typed: str) -> dict[str, str]:
    """The fields of the page's form as a browser sends them; `typed` by the passage's number."""
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    areas = re.findall(
        r'<textarea[^>]* id="passage-(\d+)" name="([^"]+)".*?>\n(.*?)</textarea>', page, re.S
    )
    for number, name, text in areas:
        fields[name] = typed.pop(f"p{number}", text)
    return {**fields, **typed}


def said(words: Transcript) -> list[str]:
    db.session.expire_all()
    return [segment.text for segment in words.segments]
