"""Every address and who may come to it. An address that isn't listed here fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, url_for

from app.domain.errors import Forbidden
from app.models import Member, Workspace
from app.models.workspace import ROLES
from tests import factories
from tests.conftest import sign_in

EVERYONE, OUTSIDE_TOO = ROLES, (*ROLES, "a visitor")
SHARERS, EDITORS, OWNERS = ROLES[:3], ROLES[:2], ROLES[:1]
OVERRIDERS = ("owner", "analyst", "frontline")
PROGRAM = "/settings/programs/<program_id>"
VOICE = "/voices/<submission_id>"
WORDS = f"{VOICE}/answers/<answer_id>/words"

# A visitor shows a token or a code instead, or has nothing to be kept from.
OPEN = """
GET /healthz | GET /openapi.json | GET /static/<path:filename>
GET /sign-in | POST /sign-in | POST /sign-in/link
GET /sign-in/link/<token> | POST /sign-in/link/<token> | POST /sign-out
GET /r/<code> | GET /r/<code>/form | POST /r/<code>/form | GET /r/<code>/help | POST /r/<code>/help
GET /r/<code>/qr.svg | PUT /r/<code>/submission | POST /r/<code>/submission/sending
DELETE /r/<code>/submission | DELETE /r/<code>/submission/uploads/<position>
GET /mine/<token> | POST /mine/<token>/help | POST /mine/<token>/purposes
POST /mine/<token>/withdrawal | GET /mine/<token>/recordings/<recording_id>/captions.vtt
GET /mine/<token>/recordings/<recording_id>/<any(playable, poster):part>
GET /mine/<token>/answers/<answer_id>/words | POST /mine/<token>/answers/<answer_id>/words
GET /s/<token> | GET /s/<token>/captions.vtt | GET /s/<token>/clip | GET /s/<token>/player
GET /s/<token>/poster
POST /direct | GET /direct/<upload_id> | POST /direct/<upload_id>/parts
POST /direct/<upload_id>/complete | DELETE /direct/<upload_id>
POST /uploads | PATCH /uploads/<upload_id> | DELETE /uploads/<upload_id>
"""
FOR_EVERYONE = f"""
GET {VOICE}/passages/<segment_id>/labels | GET /highlights/<highlight_id>/card
GET / | GET /voices | GET {VOICE} | GET {VOICE}/progress | GET /search | GET /search/both
GET /accuracy | GET /account | POST /account | POST /account/password | GET /welcome | POST /welcome
POST /account/sign-out-everywhere
GET /media/recordings/<recording_id>/playable | GET /media/recordings/<recording_id>/poster
GET /media/recordings/<recording_id>/captions.<kind>
GET /answers/<answer_id>/captions.<any(srt, vtt):format>
GET /highlights/<highlight_id>/clip | POST /highlights/<highlight_id>/clip
GET /highlights/<highlight_id>/clip/progress | GET /highlights/<highlight_id>/clip/captions.vtt
GET /follow-ups | GET /follow-ups/<case_id> | POST /follow-ups/<case_id>/done
POST /follow-ups/<case_id>/notes | POST /follow-ups/<case_id>/owner
POST /follow-ups/<case_id>/reopen
GET /following | POST /following | POST /following/<subscription_id>/stop
POST /following/deliveries/<delivery_id>/again
GET /settings | GET /settings/members | GET /settings/programs | GET {PROGRAM}
"""
FOR_SHARERS = f"""
GET /shared | POST /shared/<link_id>/revoke
GET /highlights/<highlight_id>/links | POST /highlights/<highlight_id>/links
POST {VOICE}/answers/<answer_id>/again | POST {VOICE}/steps/<step_id>/again
"""
FOR_OVERRIDERS = f"""
POST {VOICE}/passages/<segment_id>/hand-off | POST {VOICE}/corrections/<correction_id>/withdraw
"""
FOR_EDITORS = f"""
POST {VOICE}/passages/<segment_id>/labels | POST {VOICE}/passages/<segment_id>/right
POST {VOICE}/moments/<highlight_id>/<any(hide, show):what>
GET {WORDS} | POST {WORDS} | GET {WORDS}/replace | POST {WORDS}/replace
GET {WORDS}/versions | POST {WORDS}/versions
POST {VOICE}/answers/<answer_id>/masks
POST {VOICE}/answers/<answer_id>/masks/<mark_id>/<any(hide, show):what>
GET {VOICE}/erase | POST {VOICE}/erase | GET /settings/erased
GET {PROGRAM}/retention | POST {PROGRAM}/retention
GET {PROGRAM}/fairness | POST {PROGRAM}/fairness | GET {PROGRAM}/fairness/history
GET {PROGRAM}/fairness/fairness.csv | GET {PROGRAM}/fairness/<field>/<int:place>
GET /exports | POST /exports | GET /exports/list | GET /exports/<export_id>/file
GET /following/channels | POST /following/channels | POST /following/channels/<channel_id>/delete
POST /following/channels/<channel_id>/enable | POST /following/channels/<channel_id>/replay
POST /following/channels/<channel_id>/secret | POST /following/channels/<channel_id>/test
POST /settings/programs | GET /settings/programs/new | POST {PROGRAM}/close | POST {PROGRAM}/reopen
GET {PROGRAM}/describe | POST {PROGRAM}/describe | GET {PROGRAM}/consent | POST {PROGRAM}/consent
GET {PROGRAM}/corrections | POST {PROGRAM}/corrections/teach
GET {PROGRAM}/codebook | POST {PROGRAM}/codebook | POST {PROGRAM}/codebook/<theme_id>
GET {PROGRAM}/codebook/codebook.csv | POST {PROGRAM}/codebook/file
GET {PROGRAM}/codebook/<theme_id> | POST {PROGRAM}/codebook/again
GET {PROGRAM}/codebook/changes/<change_id> | POST {PROGRAM}/codebook/changes/<change_id>
GET {PROGRAM}/codebook/<theme_id>/merge | POST {PROGRAM}/codebook/<theme_id>/merge
GET {PROGRAM}/codebook/<theme_id>/split | POST {PROGRAM}/codebook/<theme_id>/split
GET {PROGRAM}/codebook/<theme_id>/delete | POST {PROGRAM}/codebook/<theme_id>/delete
GET {PROGRAM}/codebook/proposed | POST {PROGRAM}/codebook/proposed
POST {PROGRAM}/codebook/proposed/<proposal_id>
POST {PROGRAM}/fields | POST {PROGRAM}/fields/<row_id> | GET {PROGRAM}/questions
GET {PROGRAM}/journey | POST {PROGRAM}/journey | POST {PROGRAM}/journey/<row_id>
POST {PROGRAM}/links | POST {PROGRAM}/links/<invitation_id>/close
POST {PROGRAM}/links/<invitation_id>/reopen
POST {PROGRAM}/prompts | POST {PROGRAM}/prompts/<row_id>
GET /settings/sample/remove | POST /settings/sample/remove | POST /settings/write-again
"""
FOR_OWNERS = f"""
POST {PROGRAM}/fairness/go
POST /settings/members | POST /settings/members/<member_id>/activate
POST /settings/members/<member_id>/deactivate | POST /settings/members/<member_id>/link
POST /settings/members/<member_id>/role | POST /settings/workspace
GET /settings/audit | GET /settings/audit/audit.csv
"""


def listed(text: str, roles: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    rows = [each.strip() for line in text.strip().splitlines() for each in line.split(" | ")]
    assert len(rows) == len(set(rows))
    return dict.fromkeys(rows, roles)


MAY = {
    **listed(OPEN, OUTSIDE_TOO),
    **listed(FOR_EVERYONE, EVERYONE),
    **listed(FOR_SHARERS, SHARERS),
    **listed(FOR_OVERRIDERS, OVERRIDERS),
    **listed(FOR_EDITORS, EDITORS),
    **listed(FOR_OWNERS, OWNERS),
}


def addresses(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Row of the table, method, an address with made-up values."""
    for rule in app.url_map.iter_rules():
        made_up = {"format": "srt", "part": "poster", "what": "hide", "place": 0}
        values = {name: made_up.get(name, "nothing") for name in rule.arguments}
        with app.test_request_context():
            address = url_for(rule.endpoint, **values)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield f"{method} {rule.rule}", method, address


def test_every_address_is_in_the_table(app: Flask) -> None:
    assert {row for row, _, _ in addresses(app)} == set(MAY)


@pytest.mark.parametrize("role", OUTSIDE_TOO)
def test_only_they_come_in(
    app: Flask, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    """Made-up values get a 404 from everyone; whether the door or the room gave it is told apart
    by what was raised."""
    raised: list[type[Exception]] = []
    handle = app.handle_user_exception

    def noted(error: Exception) -> object:
        raised.append(type(error))
        return handle(error)

    monkeypatch.setattr(app, "handle_user_exception", noted)
    person: Member | None = None if role == "a visitor" else factories.member(workspace, role)
    wrong = []
    for row, method, address in addresses(app):
        raised.clear()
        client = app.test_client()
        answer = (sign_in(client, person) if person else client).open(address, method=method)
        answer.close()  # one that is still being sent keeps its request
        asked_to_sign_in = answer.status_code == 302 and "/sign-in?" in answer.location
        let_in = Forbidden not in raised and not asked_to_sign_in
        if let_in != (role in MAY[row]) or (not let_in and answer.status_code not in (302, 404)):
            wrong.append(f"{row}: {answer.status_code}, {'in' if let_in else 'out'}")
    assert wrong == []


def test_a_page_offers_no_button_that_leads_nowhere(app: Flask, workspace: Workspace) -> None:
    answer = factories.answer(factories.submission(factories.program(workspace)))
    factories.highlight(answer, factories.transcript(answer, "It came late."))
    pages = {
        role: sign_in(app.test_client(), factories.member(workspace, role))
        .get(f"/voices/{answer.submission_id}")
        .text
        for role in ("leader", "frontline")
    }
    for button in ("Transcribe again", "/links"):
        assert button in pages["leader"]
        assert button not in pages["frontline"]
