"""Who sees personal data on the pages, and who may decide about it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.domain import follow_ups, masks, sharing
from app.domain.corrections import consequences, kinds
from app.extensions import db
from app.models import Answer, FollowUp, Highlight, Member, Workspace, now
from tests import factories
from tests.conftest import sign_in

SAID = "my name is Oluwaseun Bakare"
SECRETS = ("Oluwaseun", "Bakare")


@pytest.fixture
def answer(workspace: Workspace) -> Answer:
    answer = factories.answer(factories.submission(factories.program(workspace)))
    assert answer.recording is not None
    answer.recording.playable_key, answer.recording.playable_type = "recordings/x/y", "video/webm"
    transcript = factories.transcript(answer, SAID, "It came late.")
    factories.highlight(answer, transcript)
    masks.look(transcript)
    db.session.commit()
    return answer


@pytest.fixture
def places(answer: Answer, owner: Member) -> list[str]:
    """Every page and file that shows what was said."""
    moment = db.session.query(Highlight).one()
    submission = answer.submission
    case = factories.save(
        FollowUp(
            workspace_id=submission.workspace_id, program_id=submission.program_id,
            submission_id=submission.id, source="heard", reason="Upset", evidence=SAID,
            due_at=now(),
        )
    )  # fmt: skip
    sharing.create(moment, owner)
    db.session.commit()
    return [
        f"/?program={submission.program_id}", f"/voices/{submission.id}", "/search?q=name",
        "/follow-ups", f"/follow-ups/{case.id}", f"/highlights/{moment.id}/clip?wait=1",
        f"/media/recordings/{answer.recording.id}/captions.vtt",
        f"/highlights/{moment.id}/links", "/shared",
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["owner", "analyst", "leader", "frontline"])
def test_owners_and_analysts_see_the_words_and_nobody_else(
    client: FlaskClient, workspace: Workspace, places: list[str], role: str
) -> None:
    staff = sign_in(client, factories.member(workspace, role))
    for place in places:
        page = staff.get(place)
        if page.status_code == 404 and role == "frontline":
            continue
        assert page.status_code == 200, place
        seen = any(each in page.text for each in SECRETS)
        assert seen == (role in ("owner", "analyst")), place
        assert ("[name]" in page.text) == (not seen) or "<mark>" in page.text, place


@pytest.mark.parametrize("role", ["owner", "analyst", "leader", "frontline"])
def test_what_colleagues_write_on_a_follow_up_has_the_masks_for_all_but_its_writer(
    client: FlaskClient, workspace: Workspace, answer: Answer, owner: Member, role: str
) -> None:
    masks.hide(answer.transcripts[0], "late", "other", owner)
    case = follow_ups.from_machine(answer.submission, factories.need("Upset", "It came late.", 0.9))
    reader = factories.member(workspace, role)
    reader.name = "Emily Carter"
    follow_ups.assign(case, reader.id, owner)
    told = consequences.reason(kinds.HAND_OFFS[0], reader)
    follow_ups.from_member(answer.submission, factories.need(told, "It came late.", 0), owner)
    follow_ups.note(case, "Rang about the late one.", owner)
    follow_ups.close(case, "Rang Oluwaseun Bakare.", owner)
    by_phone = follow_ups.ask(answer.submission.program, None, "+34 600 000 000")
    follow_ups.note(by_phone, "my name is Oluwaseun Bakare", owner)
    db.session.commit()
    staff = sign_in(client, reader)
    page, other = (staff.get(f"/follow-ups/{each.id}").text for each in (case, by_phone))
    assert "Given to Emily Carter" in page and told in page, "a colleague is no customer"
    if role in ("owner", "analyst"):
        assert page.count("Rang Oluwaseun Bakare.") == 2 and "the late one" in page
        assert "Bakare" in other
    else:
        assert page.count("Rang [name].") == 2 and "the [hidden] one" in page
        assert not any(each in page + other for each in SECRETS)
        staff.post(f"/follow-ups/{case.id}/reopen")
        told = {"outcome": "Told Oluwaseun.", "seen": follow_ups.seen(case)}
        staff.post(f"/follow-ups/{case.id}/done", data=told)
        page = staff.get(f"/follow-ups/{case.id}").text
        assert page.count("Told Oluwaseun.") == 2 and page.count("Rang [name].") == 1


def test_a_share_link_and_what_leaves_the_house_have_masks(
    client: FlaskClient, answer: Answer, owner: Member
) -> None:
    moment = db.session.query(Highlight).one()
    _, token = sharing.create(moment, owner)
    db.session.commit()
    staff = sign_in(client, owner)
    for place in (
        f"/s/{token}", f"/s/{token}/captions.vtt", f"/highlights/{moment.id}/clip/captions.vtt",
        f"/answers/{answer.id}/captions.srt",
    ):  # fmt: skip
        page = staff.get(place)
        assert page.status_code == 200 and "[name]" in page.text, place
        assert not any(each in page.text for each in SECRETS), place


def test_an_analyst_masks_words_and_lifts_masks(
    client: FlaskClient, answer: Answer, workspace: Workspace, teammate: Member
) -> None:
    staff = sign_in(client, factories.member(workspace, "analyst"))
    where = f"/voices/{answer.submission_id}/answers/{answer.id}/masks"
    assert staff.post(where, data={"words": "Came, late", "kind": "other"}).status_code == 303
    page = staff.get(f"/voices/{answer.submission_id}").text
    assert "Masked in 1 place." in page and "masked by Analyst" in page
    name = masks.of(answer.transcripts[0])[0].row.id
    assert staff.post(f"{where}/{name}/show").status_code == 303
    page = staff.get(f"/voices/{answer.submission_id}").text
    assert "mask lifted by Analyst" in page and "Mask again" in page
    staff.post(where, data={"words": "nobody said this", "kind": "name"})
    assert "Nobody said these words here." in staff.get(f"/voices/{answer.submission_id}").text
    seen = sign_in(client, teammate).get(f"/voices/{answer.submission_id}").text
    assert "Bakare" in seen and "[hidden]" in seen and "late" not in seen
    assert client.post(where, data={"words": "It", "kind": "other"}).status_code == 404
