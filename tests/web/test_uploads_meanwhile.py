"""What happens to an upload while something else happens."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.domain import appending, parts
from app.domain.clerk import new_token
from app.extensions import db
from app.models import Prompt, Upload, Workspace
from tests import factories

DATA = b"\x1aE\xdf\xa3567890"
BYTES = "application/offset+octet-stream"


class Sender:
    def __init__(self, client: FlaskClient, workspace: Workspace) -> None:
        program = factories.program(workspace)
        program.prompts.append(Prompt(text="And then?", position=1))
        db.session.commit()
        self.client, self.program = client, program
        self.code = factories.invitation(program).code
        self.head = {"Authorization": f"Bearer {new_token()}", "Tus-Resumable": "1.0.0"}
        agreed = {"consent_text": program.consent_texts[0].id, "purposes": ["internal"]}
        client.put(f"/r/{self.code}/submission", json=agreed, headers=self.head)

    def begin(self, position: bytes) -> str:
        said = {"Upload-Length": str(len(DATA)), "Upload-Metadata": f"position {position.decode()}"}
        return self.client.post("/uploads", headers={**self.head, **said}).headers["Location"]

    def send(self, where: str, at: int, data: bytes) -> int:
        head = {**self.head, "Upload-Offset": str(at)}
        return self.client.patch(where, data=data, headers=head, content_type=BYTES).status_code

    def ask(self, where: str) -> int:
        return self.client.head(where, headers=self.head).status_code


@pytest.fixture
def sender(client: FlaskClient, workspace: Workspace) -> Sender:
    return Sender(client, workspace)


def test_a_question_that_goes_takes_its_upload_along(sender: Sender) -> None:
    where = sender.begin(b"MQ==")
    assert sender.send(where, 0, DATA[:5]) == 204
    db.session.delete(sender.program.prompts[1])
    db.session.commit()
    assert sender.send(where, 5, DATA[5:]) == 422
    assert sender.ask(where) == 404
    assert db.session.scalars(select(Upload.state)).all() == ["ended"]
    written = {"written": {"0": "It came late."}}
    sent = sender.client.post(
        f"/r/{sender.code}/submission/sending", json=written, headers=sender.head
    )
    assert sent.status_code == 200


def test_asking_while_another_request_ends_it(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All is counted, and another request makes it an answer between our looks at row and file."""
    where = sender.begin(b"MA==")
    with monkeypatch.context() as patch:
        patch.setattr(appending.arrivals, "make_answer", lambda *_: None)
        assert sender.send(where, 0, DATA) == 204
    held = parts.held

    def meanwhile(upload_id: str) -> object:
        monkeypatch.setattr(parts, "held", held)
        appending.settle(db.session.get_one(Upload, upload_id))
        return held(upload_id)

    monkeypatch.setattr(parts, "held", meanwhile)
    assert sender.ask(where) == 200
