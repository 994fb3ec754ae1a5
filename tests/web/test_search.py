"""The search page: words at once, meaning behind them, and no error whatever is typed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from flask.testing import FlaskClient

from app.extensions import db
from app.models import Answer, Member, Workspace
from tests.conftest import ROOT, sign_in
from tests.domain.search.test_meaning import LATE, RUDE, said
from tests.test_house_rules import HEAVY


def test_words_are_there_at_once_and_meaning_is_asked_for(
    client: FlaskClient, workspace: Workspace, owner: Member
) -> None:
    said(workspace, LATE, RUDE)
    sign_in(client, owner)
    page = client.get("/search?q=parcel&period=week").text
    assert "Says it" in page and "1 passage says it." in page
    assert 'hx-get="/search/both?q=parcel&amp;period=week"' in page
    part = client.get("/search/both?q=late+delivery").text
    assert "<html" not in part and "Near in meaning" in part and LATE in part
    assert "No passage says it in these words, 1 is near in meaning." in part
    whole = client.get("/search?q=late+delivery&by=meaning").text
    assert "Near in meaning" in whole and "hx-get" not in whole.partition('id="found"')[2]


def test_nothing_is_said_of_meaning_where_it_was_not_looked_for(
    client: FlaskClient, workspace: Workspace, owner: Member
) -> None:
    said(workspace, LATE)
    sign_in(client, owner)
    part = client.get("/search/both?q=Priya+Natarajan").text
    assert "Only words are looked for here" in part and "near in meaning" not in part
    nothing = client.get("/search/both?q=late+delivery&sentiment=positive").text
    assert "the machine finds none that is near in meaning" in nothing


def test_filters_have_addresses(client: FlaskClient, workspace: Workspace, owner: Member) -> None:
    first = said(workspace, LATE)
    said(workspace, "A parcel elsewhere.", name="Another program")
    page = sign_in(client, owner).get("/search?q=parcel").text
    assert "Another program" in page and "Time" in page and "anger" in page
    program = first.segments[0].transcript  # only that it is there
    assert program.segments
    narrowed = client.get("/search?q=parcel&sentiment=positive").text
    assert "Nothing in these words" in narrowed and "Search without filters" in narrowed
    for unknown in ("period=yesterday", "program=x", "language=%F0%9F%99%82"):
        assert client.get(f"/search?q=parcel&{unknown}").status_code == 200


def test_an_unknown_choice_is_left_out_and_said_so(
    client: FlaskClient, workspace: Workspace, owner: Member
) -> None:
    said(workspace, LATE)
    elsewhere = said(workspace, "A parcel elsewhere.", name="Another program")
    sign_in(client, owner)
    page = client.get("/search?q=parcel&sentiment=bogus&theme=x&period=week").text
    assert "there is no such choice here: theme, sentiment." in page
    assert "2 passages say it." in page and "bogus" not in page
    assert "period=week" in page.partition('hx-get="/search/both')[2][:60]
    assert "no such choice" not in client.get("/search?q=parcel&sentiment=negative").text
    answer = db.session.get_one(Answer, elsewhere.answer_id)
    theme = answer.submission.program.themes[0]
    page = client.get(f"/search?q=parcel&theme={theme.id}").text  # its program isn't in the address
    assert f"Theme: </span>{theme.name}" in page and "no such choice" not in page


def test_a_masked_name_finds_nothing_by_either(
    client: FlaskClient, workspace: Workspace, teammate: Member, owner: Member
) -> None:
    said(workspace, "My name is Oluwaseun Adeyemi and the driver was kind.")
    for path in ("/search?q=Oluwaseun", "/search/both?q=Oluwaseun", "/search?q=adeyemi+kind"):
        part = sign_in(client, teammate).get(path).text
        assert "driver was" not in part and "Nothing " in part
    assert "says it" in sign_in(client, owner).get("/search/both?q=Oluwaseun").text
    kind = sign_in(client, teammate).get("/search/both?q=the+driver+was+kind").text
    assert "[name]" in kind and "Oluwaseun" not in kind


@pytest.mark.parametrize("where", ["/search", "/search/both"])
def test_nothing_typed_breaks_the_page(
    client: FlaskClient, workspace: Workspace, owner: Member, where: str
) -> None:
    said(workspace, LATE)
    sign_in(client, owner)
    for query in ("", "x" * 10_000, "🙂", '"late', "وصل الطرد", "NEAR(", "%", "\u202e"):
        answer = client.get(where, query_string={"q": query})
        assert answer.status_code == 200, query
    page = client.get("/search", query_string={"q": "late " * 2000}).text
    assert "Only the first 200 characters were searched for." in page


def test_words_beyond_the_twelfth_are_said_to_be_left_out(
    client: FlaskClient, workspace: Workspace, owner: Member
) -> None:
    twelve = "one two three four five six seven eight nine ten eleven twelve"
    said(workspace, f"{twelve} parcels came late.")
    sign_in(client, owner)
    told = "Only the first 12 words were searched for as words."
    whole = client.get("/search", query_string={"q": f"{twelve}, “…”"}).text
    assert "1 passage says it." in whole and told not in whole
    cut = client.get("/search", query_string={"q": f"{twelve} unicorn"}).text
    assert "1 passage says it." in cut and told in cut
    both = client.get("/search", query_string={"q": "late " * 2000}).text
    assert told in both and "Only the first 200 characters" in both


@pytest.mark.slow
def test_a_search_by_meaning_needs_no_torch(client: FlaskClient) -> None:
    code = (
        "import sys, wsgi\n"
        "from app.domain.search import encoder\n"
        "print(encoder.model().embed('late parcel').shape)\n"
        f"print(*[name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "HEARD_DATA": client.application.extensions["heard"].settings.data},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split("\n")[:2] == ["(384,)", ""]
