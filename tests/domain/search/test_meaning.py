"""By meaning: near ones are found, and nothing that is masked, taken back, old or another's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app import runtime
from app.domain import consent, editing, masks
from app.domain.search import (
    Filters,
    Found,
    by_both,
    encoder,
    finding,
    meaning,
    packing,
    vectors,
    wordpiece,
)
from app.domain.search.encoder import readable
from app.domain.search.finding import fused
from app.extensions import db
from app.models import Answer, Member, Transcript, Workspace
from tests import factories
from workers.understand.encoder import Encoder

LATE = "The parcel came nine days after the day they promised."
RUDE = "The woman at the counter could not have been nicer to me."


def said(workspace: Workspace, *sentences: str, **values: object) -> Transcript:
    """With its vectors, made as the text worker makes them, but by numpy."""
    submission = factories.submission(factories.program(workspace, **values))
    transcript = factories.transcript(factories.answer(submission), *sentences)
    masks.look(transcript)
    make(transcript)
    return transcript


def make(transcript: Transcript) -> None:
    wanted = vectors.wanted(transcript.id)
    assert wanted is not None
    model = encoder.model()
    made = {i: model.embed(each.text) for i, each in wanted.texts.items() if readable(each.text)}
    assert vectors.publish(wanted, made)
    db.session.commit()


def texts(found: Found) -> list[str]:
    return [hit.segment.text for hit in found.hits]


@pytest.mark.slow
def test_numpy_gives_torchs_vectors() -> None:
    written = [
        "late parcel",
        "The courier threw the box over the fence, and it was torn!",
        "Señor Núñez llegó tarde — ¿por qué? £5+tax",
        "配送が遅い。وصل الطرد 🙂 naïve café",
        "don't [SEP] ##ing <b>\t\x00\u200d",
        "x" * 150,
        "word " * 400,
        "",
    ]
    torchs = Encoder(exact=True)
    exact = torchs.embed(written)
    # Where the processor has units for bfloat16 workers use them: the same but for rounding.
    rounded = Encoder().embed(written)
    assert (rounded * exact).sum(axis=1).min() > 0.9995
    model = encoder.model()
    for text, vector in zip(written, exact, strict=True):
        ids = torchs.tokenizer([text], truncation=True, max_length=256)["input_ids"][0]
        if "[SEP]" not in text:  # a query holds no marks of the model's own; torch's reads them
            assert wordpiece.numbers(text, model.vocabulary, encoder.LONGEST) == ids
            assert model.embed(text) == pytest.approx(vector, abs=1e-5)


def test_what_means_it_is_found_without_its_words(workspace: Workspace) -> None:
    said(workspace, LATE, RUDE, "We sat in the garden.")
    found = by_both(workspace.id, "late delivery")
    assert texts(found) == [LATE]
    assert (found.said, found.meant, found.note) == (0, 1, "")
    assert [(hit.says, hit.means) for hit in found.hits] == [(False, True)]


def test_what_says_it_and_what_means_it_stand_in_one_list(workspace: Workspace) -> None:
    other = "My order was delivered more than a week late."
    said(workspace, other, LATE, RUDE)
    found = by_both(workspace.id, "parcel came days after")
    assert texts(found) == [LATE, other]
    assert [(hit.says, hit.means) for hit in found.hits] == [(True, True), (False, True)]


def test_ranks_are_fused() -> None:
    assert fused([1, 2, 3], [3, 4]) == [3, 1, 2, 4]
    assert fused([], [5]) == [5] and fused([1], []) == [1] and fused() == []


def test_filters_hold_for_meaning_too(workspace: Workspace) -> None:
    transcript = said(workspace, LATE)
    said(workspace, LATE, name="Another program")
    answer = db.session.get_one(Answer, transcript.answer_id)
    theme = answer.submission.program.themes[0]
    factories.highlight(answer, transcript, themes=[theme])
    for filters in (
        Filters(program_id=answer.submission.program_id),
        Filters(touchpoint_id=answer.submission.touchpoint_id or ""),
        Filters(sentiment="negative"),
        Filters(theme_id=theme.id),
    ):
        found = by_both(workspace.id, "late delivery", filters)
        assert [hit.segment.transcript_id for hit in found.hits] == [transcript.id]
    for filters in (
        Filters(emotion="anger"),
        Filters(language="fr"),
        Filters(program_id="none"),
        Filters(sentiment="positive"),
    ):
        assert by_both(workspace.id, "late delivery", filters).hits == []
    assert (
        len(by_both(workspace.id, "late delivery", Filters(period="week", language="en")).hits) == 2
    )


def test_a_masked_name_is_not_found_by_meaning(workspace: Workspace) -> None:
    said(workspace, "My name is Oluwaseun Adeyemi and the driver was kind.")
    said(workspace, "My name is Margaret Hall and the driver was kind.")
    for query in ("Oluwaseun Adeyemi", "oluwaseun", "margaret hall", "Alex"):
        assert not any(hit.means for hit in by_both(workspace.id, query).hits), query
    for query in ("Oluwaseun was kind", "Margaret was kind", "the driver called Margaret"):
        vector = encoder.model().embed(meaning.said(query))
        near = packing.unpacked(meaning._near(workspace.id, vector, Filters()))
        assert len(near) == 2 and (near[0] == near[1]).all()
        # so whoever is asked for, both are found, and in the same order
        assert len(by_both(workspace.id, query, masked=True).hits) == 2


def test_what_was_masked_by_hand_is_no_longer_found_by_it(
    workspace: Workspace, owner: Member
) -> None:
    transcript = said(workspace, "It has to do with my divorce.")
    assert by_both(workspace.id, "separated from my husband").meant == 1
    masks.hide(transcript, "my divorce", "other", owner)
    db.session.commit()
    assert by_both(workspace.id, "separated from my husband").hits == []
    make(transcript)
    assert by_both(workspace.id, "separated from my husband").hits == []


def test_older_words_are_not_found_by_their_meaning(workspace: Workspace, owner: Member) -> None:
    transcript = said(workspace, LATE)
    segment = transcript.segments[0]
    editing.save(transcript, 0, editing.staff(owner), {segment.id: "We sat in the garden."})
    db.session.commit()
    assert by_both(workspace.id, "late delivery").hits == []


def test_what_was_taken_back_is_not_even_compared(workspace: Workspace) -> None:
    gone, hidden = said(workspace, LATE), said(workspace, LATE)
    old = said(workspace, LATE)
    said(factories.workspace("Elsewhere"), LATE)
    stays = said(workspace, LATE)
    consent.withdraw(db.session.get_one(Answer, gone.answer_id).submission)
    db.session.get_one(Answer, hidden.answer_id).submission.state = "withdrawn"
    old.current = False
    db.session.commit()
    compared = [each for part in meaning._stored(workspace.id, Filters()) for each in part]
    assert [each["segment"] for each in compared] == [stays.segments[0].id]
    assert [hit.segment.transcript_id for hit in by_both(workspace.id, "late delivery").hits] == [
        stays.id
    ]


def test_taken_back_between_the_looking_and_the_showing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    transcript = said(workspace, LATE)
    load = finding._rows

    def late(*args: object) -> object:
        consent.withdraw(db.session.get_one(Answer, transcript.answer_id).submission)
        db.session.commit()
        return load(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(finding, "_rows", late)
    assert by_both(workspace.id, "late delivery").hits == []


TYPED = (
    *(
        "",
        "   ",
        "…!?",
        '"',
        'late" OR "x',
        "NEAR(a b)",
        "-late",
        "text:late*",
        "🙂🙂",
        "a\0b",
        "\0",
    ),
    *("وصل الطرد متأخرا", "配送が遅い", "late " * 50, "x" * 10_000, "' ; DROP TABLE x --", "%_\\"),
    *("\u202elate\u2066", "ﷺ", "i\u0307", "l'été à Nîmes", "0800 123 456"),
)


def test_nothing_typed_is_an_error(workspace: Workspace) -> None:
    said(workspace, LATE, "وصل الطرد متأخرا جدا", "🙂")
    for query in TYPED:
        found = by_both(workspace.id, query, masked=True)
        assert len(found.hits) <= 3 and found.note in ("", finding.UNREADABLE), query


def test_it_is_said_what_cannot_be_found_by_meaning(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(workspace, LATE)
    assert by_both(workspace.id, "وصل الطرد").note == finding.UNREADABLE
    waiting = factories.transcript(
        factories.answer(factories.submission(factories.program(workspace))), LATE
    )
    masks.look(waiting)
    db.session.commit()
    assert by_both(workspace.id, "late delivery").note == finding.NOT_YET
    assert by_both(factories.workspace("Elsewhere").id, "late delivery").note == ""
    elsewhere = replace(runtime.settings(), encoder=tmp_path)
    monkeypatch.setattr(runtime, "settings", lambda: elsewhere)
    found = by_both(workspace.id, "parcel")
    assert found.note == encoder.MISSING and [hit.says for hit in found.hits] == [True, True]
    (tmp_path / "model.safetensors").write_bytes(b"another")
    assert by_both(workspace.id, "parcel").note == encoder.OTHER
