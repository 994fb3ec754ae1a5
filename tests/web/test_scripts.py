"""A transcript is shown as its languages are written."""

from __future__ import annotations

import re
from dataclasses import replace

from flask.testing import FlaskClient

from app.domain import transcripts
from app.domain.timeline import Word, into_segments
from app.extensions import db
from app.models import Member
from tests import factories
from tests.conftest import sign_in

SAID = (("ar", "iPhone لا يعمل."), ("ja", "箱 が 遅れ た。"), ("en", "It came late."))


def test_each_passage_has_its_direction_language_and_spaces(
    client: FlaskClient, owner: Member
) -> None:
    answer = factories.answer(factories.submission(factories.program(owner.workspace)))
    segments = [
        replace(segment, language=language)
        for number, (language, text) in enumerate(SAID)
        for segment in into_segments(
            [Word(word, number * 9 + at, number * 9 + at + 0.4, 0.9)
             for at, word in enumerate(text.split())]
        )
    ]  # fmt: skip
    transcripts.publish(
        answer, engine="whisper", model="base", version="1", language="ar", duration_s=30.0,
        segments=segments,
    )  # fmt: skip
    db.session.commit()
    page = sign_in(client, owner).get(f"/voices/{answer.submission_id}").get_data(as_text=True)
    shown = re.findall(r'<p class="segment-text"([^>]*)>(.*?)</p>', page, re.S)
    assert [
        (about.strip(), re.sub(r"<[^>]*>", "", text).strip()) for about, text in shown
    ] == [
        ('dir="rtl"', "iPhone لا يعمل."),
        ('dir="auto" lang="ja"', "箱が遅れた。"),
        ('dir="auto" lang="en"', "It came late."),
    ]  # fmt: skip
