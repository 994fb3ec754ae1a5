"""Every address with things that really exist: who sees them, and who learns that they are there.

`test_roles.py` says which role may come to which address, with made-up ids; here the ids are
real, and a stranger's answer must be the one that a made-up id gets.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.domain import consent, sharing, signing_in
from app.extensions import db
from app.models import AuditEntry, Invitation, ShareLink, SignInLink, now
from app.models.workspace import ROLES
from tests import factories
from tests.conftest import sign_in
from tests.web import world as worlds
from tests.web.pages import lasting
from tests.web.test_roles import MAY, OUTSIDE_TOO, listed
from tests.web.world import SECRET, World

OPEN_TO_ALL = {row for row, roles in MAY.items() if roles == OUTSIDE_TOO}
TUS = {"Tus-Resumable": "1.0.0"}
OVERRIDING = {"X-HTTP-Method-Override": "DELETE"}
pytestmark = pytest.mark.slow


def seen(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, lasting(answer.get_data(as_text=True))


@pytest.fixture
def ours(app: Flask) -> World:
    return worlds.build("Ours")


@pytest.fixture
def theirs(app: Flask) -> World:
    return worlds.build("Theirs")


def test_every_address_is_in_the_matrix(app: Flask, ours: World) -> None:
    """A new one fails until it is in the table of roles and its variables are in the world."""
    rows = {row for row, _, _ in worlds.addresses(app, ours)}
    assert rows == set(MAY) - {"GET /static/<path:filename>"}


def test_what_is_ours_is_there(app: Flask, ours: World) -> None:
    """Without this, a world of wrong ids would pass every other test here."""
    client = sign_in(app.test_client(), ours.owner)
    gone = [
        row
        for row, method, address in worlds.addresses(app, ours)
        if method == "GET" and client.get(address).status_code not in (200, 302)
    ]
    assert gone == [
        "GET /direct/<upload_id>",  # asked with the customer's own key, and where there is a bucket
        "GET /settings/sample/remove",  # there is no sample in this workspace
    ]


@pytest.mark.parametrize("role", ROLES)
def test_a_stranger_learns_nothing(app: Flask, theirs: World, role: str) -> None:
    """Whoever is signed in elsewhere gets the answer that an id of nothing gets."""
    member = factories.member(factories.workspace("Elsewhere"), role)
    nothing = {row: address for row, _, address in worlds.addresses(app, worlds.made_up(theirs))}
    told = []
    for row, method, address in worlds.addresses(app, theirs):
        if row in OPEN_TO_ALL or "<" not in row:
            continue
        client = sign_in(app.test_client(), member)
        real, made_up = (
            client.open(address, method=method),
            client.open(nothing[row], method=method),
        )
        if seen(real) != seen(made_up) or real.status_code != 404 or SECRET in real.text:
            told.append(f"{row}: {real.status_code}, {made_up.status_code}")
    assert told == []


def test_lists_hold_nothing_of_strangers(app: Flask, theirs: World, ours: World) -> None:
    client = sign_in(app.test_client(), ours.owner)
    for row, method, address in worlds.addresses(app, ours):
        if method == "GET":
            assert f"{SECRET} Theirs" not in client.get(address).text, row


def test_a_visitor_is_asked_to_sign_in(app: Flask, theirs: World) -> None:
    for row, method, address in worlds.addresses(app, theirs):
        if row in OPEN_TO_ALL:
            continue
        answer = app.test_client().open(address, method=method)
        assert answer.status_code == 302 and "/sign-in" in answer.location, row
        as_program = {"Accept": "application/json"}
        answer = app.test_client().open(address, method=method, headers=as_program)
        assert answer.status_code == 401 and SECRET not in answer.text, row


@dataclass(frozen=True, slots=True)
class Mixed:
    """Our own address with something of theirs in it. `expected` where it isn't a plain 404."""

    method: str
    address: Callable[[World, World], str]
    form: Callable[[World], dict[str, str]] = lambda _: {}
    expected: int = 404


def our_program(rest: str) -> Callable[[World, World], str]:
    return lambda o, t: f"/settings/programs/{o.program.id}/{rest.format(t=t.named)}"


def our_voice(rest: str) -> Callable[[World, World], str]:
    return lambda o, t: f"/voices/{o.submission.id}/{rest.format(t=t.named)}"


def at(address: str) -> Callable[[World, World], str]:
    return lambda o, t: address.format(t=t.named, theme=t.program.themes[0].id,
                                       touchpoint=t.program.touchpoints[0].id)  # fmt: skip


MIXED = {
    "a touchpoint in the path": Mixed(
        "POST", our_program("journey/{t[program_parts.change_touchpoint.row_id]}")
    ),
    "a prompt in the path": Mixed(
        "POST", our_program("prompts/{t[program_parts.change_prompt.row_id]}")
    ),
    "a field in the path": Mixed(
        "POST", our_program("fields/{t[program_parts.change_field.row_id]}")
    ),
    "a theme in the path": Mixed("POST", our_program("codebook/{t[theme_id]}")),
    "a theme to merge": Mixed("POST", our_program("codebook/{t[theme_id]}/merge")),
    "a theme to merge into": Mixed(
        "POST",
        lambda o, _: f"/settings/programs/{o.program.id}/codebook/{o.program.themes[0].id}/merge",
        lambda t: {"into": t.program.themes[1].id},
    ),
    "a change in the path": Mixed("POST", our_program("codebook/changes/{t[change_id]}")),
    "a proposal in the path": Mixed("POST", our_program("codebook/proposed/{t[proposal_id]}")),
    "a link in the path": Mixed("POST", our_program("links/{t[invitation_id]}/close")),
    "a step in the path": Mixed("POST", our_voice("steps/{t[step_id]}/again")),
    "an answer in the path": Mixed("POST", our_voice("answers/{t[answer_id]}/again")),
    "a moment in the path": Mixed("POST", our_voice("moments/{t[highlight_id]}/hide")),
    "an export's program": Mixed(
        "POST", at("/exports"), lambda t: {"program": t.program.id, "format": "csv"}
    ),
    "a followed program": Mixed(
        "POST", at("/following"),
        lambda t: {"what": f"program:{t.program.id}", "channel": "own"}, 422,
    ),
    "a followed theme": Mixed(
        "POST", at("/following"),
        lambda t: {"what": f"theme:{t.program.themes[0].id}", "channel": "own"}, 422,
    ),
    "a followed touchpoint": Mixed(
        "POST", at("/following"),
        lambda t: {"what": f"touchpoint:{t.program.touchpoints[0].id}", "channel": "own"}, 422,
    ),
    "a case's owner": Mixed(
        "POST", lambda o, _: f"/follow-ups/{o.named['case_id']}/owner",
        lambda t: {"owner": t.owner.id},
    ),
    "a link's touchpoint": Mixed(
        "POST", our_program("links"),
        lambda t: {"name": "A", "touchpoint": t.program.touchpoints[0].id},
    ),
    "the board's program": Mixed("GET", at("/?program={t[program_id]}")),
}  # fmt: skip
# These pass over what they don't know, as they do with nonsense: nothing of it is shown.
SIFTED = (
    "/?theme={theme}",
    "/?touchpoint={touchpoint}",
    "/voices?program={t[program_id]}",
    "/voices?theme={theme}",
    "/voices?touchpoint={touchpoint}",
    "/voices?after={t[submission_id]}",
    "/search?q=late&program={t[program_id]}",
    "/following?theme={theme}",
)


@pytest.mark.parametrize("case", MIXED.values(), ids=MIXED.keys())
def test_nothing_of_theirs_goes_into_ours(
    app: Flask, ours: World, theirs: World, case: Mixed
) -> None:
    client = sign_in(app.test_client(), ours.owner)
    nothing = worlds.made_up(theirs)
    answer = client.open(case.address(ours, theirs), method=case.method, data=case.form(theirs))
    assert answer.status_code == case.expected
    assert f"{SECRET} Theirs" not in answer.text
    if case.expected == 404:
        made_up = client.open(case.address(ours, nothing), method=case.method)
        assert seen(made_up) == seen(answer) or case.form(theirs)
    kept = db.session.query(AuditEntry).filter_by(action="access.refused").all()
    assert {(row.workspace_id, row.actor) for row in kept} == {
        (ours.workspace.id, f"member:{ours.owner.id}")
    }


@pytest.mark.parametrize("address", SIFTED)
def test_nothing_of_theirs_is_found_by_ours(
    app: Flask, ours: World, theirs: World, address: str
) -> None:
    client = sign_in(app.test_client(), ours.owner)
    answer = client.get(at(address)(ours, theirs))
    assert answer.status_code == 200
    assert f"{SECRET} Theirs" not in answer.text


def test_one_customer_sees_nothing_of_another(app: Flask, ours: World, theirs: World) -> None:
    for part in ("playable", "poster", "captions.vtt"):
        mine = f"/mine/{ours.personal}/recordings/"
        client = app.test_client()
        assert client.get(f"{mine}{ours.recording.id}/{part}").status_code == 200
        foreign = client.get(f"{mine}{theirs.recording.id}/{part}")
        assert foreign.status_code == 404
        assert seen(foreign) == seen(client.get(f"{mine}{'0' * 26}/{part}"))


def test_one_sender_touches_no_upload_of_another(app: Flask, ours: World, theirs: World) -> None:
    client = app.test_client()
    for method in ("HEAD", "PATCH", "DELETE", "POST"):
        for token in (ours.drafting, "x" * 43, theirs.personal, "", theirs.drafting[:-1]):
            head = {**TUS, **OVERRIDING, "Authorization": f"Bearer {token}", "Upload-Offset": "0",
                    "Content-Type": "application/offset+octet-stream"}  # fmt: skip
            foreign = client.open(f"/uploads/{theirs.upload.id}", method=method, headers=head)
            nothing = client.open(f"/uploads/{'0' * 26}", method=method, headers=head)
            assert foreign.status_code == 404, (method, token)
            assert seen(foreign) == seen(nothing)
    db.session.refresh(theirs.upload)
    assert theirs.upload.state == "open"


# Dead links. Each row's answer after each kind of death; a row with a token that isn't here fails.
SHARE = """
GET /s/<token> | GET /s/<token>/captions.vtt | GET /s/<token>/clip | GET /s/<token>/player
GET /s/<token>/poster
"""
MINE = """
POST /mine/<token>/purposes
GET /mine/<token>/answers/<answer_id>/words | POST /mine/<token>/answers/<answer_id>/words
GET /mine/<token>/recordings/<recording_id>/captions.vtt
GET /mine/<token>/recordings/<recording_id>/<any(playable, poster):part>
"""
# Says that it was taken back; a person can be asked for all the same.
MINE_STAYS = "GET /mine/<token> | POST /mine/<token>/withdrawal | POST /mine/<token>/help"
SIGN_IN_LINK = "GET /sign-in/link/<token> | POST /sign-in/link/<token>"
RECORD = "GET /r/<code> | GET /r/<code>/form"
BY_TOKEN = {row for row in MAY if "<token>" in row}


def link_of(world: World) -> ShareLink:
    return db.session.get_one(ShareLink, world.named["link_id"])


def revoked(world: World) -> None:
    sharing.revoke(link_of(world))


def expired(world: World) -> None:
    link_of(world).expires_at = now() - timedelta(seconds=1)


def hidden(world: World) -> None:
    world.highlight.hidden = True


def narrowed(world: World) -> None:
    consent.change(world.submission, ["internal"])


def withdrawn(world: World) -> None:
    consent.withdraw(world.submission)


def used(world: World) -> None:
    signing_in.use_link(world.named["auth.show_link.token"])


def too_old(world: World) -> None:
    db.session.query(SignInLink).update({"expires_at": now() - timedelta(seconds=1)})


def deactivated(world: World) -> None:
    world.owner.active = False


def closed(world: World) -> None:
    db.session.get_one(Invitation, world.invitation.id).closes_at = now() - timedelta(seconds=1)


def full(world: World) -> None:
    world.invitation.quota = world.invitation.received = 1


DEATHS: tuple[tuple[Callable[[World], None], str, int], ...] = (
    (revoked, SHARE, 404), (expired, SHARE, 404), (hidden, SHARE, 404),
    (narrowed, SHARE, 404), (withdrawn, SHARE, 404), (withdrawn, MINE, 0),
    (used, SIGN_IN_LINK, 410), (too_old, SIGN_IN_LINK, 410), (deactivated, SIGN_IN_LINK, 410),
    (closed, RECORD, 410), (full, RECORD, 410),
)  # fmt: skip


def test_every_address_with_a_token_has_its_deaths() -> None:
    dying = {row for _, rows, _ in DEATHS for row in listed(rows, ())}
    assert BY_TOKEN - dying == set(listed(MINE_STAYS, ()))


@pytest.mark.parametrize(
    ("death", "rows", "status"), DEATHS, ids=[f"{d.__name__}-{s or 'mine'}" for d, _, s in DEATHS]
)
def test_a_dead_link_shows_nothing(
    app: Flask, ours: World, death: Callable[[World], None], rows: str, status: int
) -> None:
    dying, living = listed(rows, ()), list(worlds.addresses(app, ours))
    old = [each for each in living if each[0] in dying]
    before = {
        row: app.test_client().get(address) for row, method, address in old if method == "GET"
    }
    assert all(answer.status_code == 200 for answer in before.values())
    death(ours)
    db.session.commit()
    for row, method, address in old:
        head = {"Range": "bytes=0-3"}
        if row in before and "ETag" in before[row].headers:
            head["If-None-Match"] = before[row].headers["ETag"]
        answer = app.test_client().open(address, method=method, headers=head)
        assert answer.status_code in ({status} if status else {404, 410}), row
        assert SECRET not in answer.text, row
        assert not answer.headers.get("Content-Type", "").startswith(("video", "image")), row


def test_what_stays_of_a_withdrawn_voice_says_so_only(app: Flask, ours: World) -> None:
    consent.withdraw(ours.submission)
    db.session.commit()
    page = app.test_client().get(f"/mine/{ours.personal}")
    assert page.status_code == 200 and SECRET not in page.text
    again = app.test_client().post(
        f"/mine/{ours.personal}/withdrawal", data={"confirmation": "withdraw"}
    )
    assert again.status_code == 303


@pytest.fixture
def checked(app: Flask) -> Flask:
    app.config["WTF_CSRF_ENABLED"] = True
    return app


# Programs that carry a secret in their head: there is nothing here for a foreign page to ride on.
def bears(row: str) -> bool:
    return row.partition(" ")[2].startswith(("/uploads", "/direct", "/r/<code>/submission"))


@pytest.mark.parametrize("token", ["none", "nonsense", "another session's"])
def test_a_foreign_page_sends_nothing(checked: Flask, ours: World, token: str) -> None:
    """The browser of the owner, who is signed in, posts what another site's page made."""
    client = sign_in(checked.test_client(), ours.owner)
    stolen = token_of(checked.test_client()) if token.startswith("another") else token
    form = {} if token == "none" else {"csrf_token": stolen}
    for row, method, address in worlds.addresses(checked, ours):
        if method == "GET":
            continue
        answer = client.open(address, method=method, data=form, headers=TUS)
        expected = (404, 405) if bears(row) else (403,)
        assert answer.status_code in expected, row


def test_over_https_a_foreign_page_is_known_by_its_address(checked: Flask, ours: World) -> None:
    client = sign_in(checked.test_client(), ours.owner)
    mine = token_of(client)
    for row, method, address in worlds.addresses(checked, ours):
        if method == "GET" or bears(row) or "/mine/" in row:
            continue
        for referrer in ("https://evil.example/", "http://localhost/", None):
            answer = client.open(
                address,
                method=method,
                data={"csrf_token": mine},
                base_url="https://localhost",
                headers={"Referer": referrer} if referrer else {},
            )
            assert answer.status_code == 403, (row, referrer)


def token_of(client: FlaskClient) -> str:
    page = client.get("/account" if client.get("/account").status_code == 200 else "/sign-in")
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found
    return found[1]
