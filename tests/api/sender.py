"""A sender that does anything in any order, and a model of what must come of it.

Bytes are few and everything is in memory: what is tried is the order of things.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field

from flask import Flask
from flask.testing import FlaskClient
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from werkzeug.test import TestResponse

from app import runtime
from app.domain import containers
from app.domain.clerk import new_token, token_hash
from app.extensions import db
from app.models import Answer, Run, Submission, Upload
from tests.web.world import World

TUS = {"Tus-Resumable": "1.0.0"}
BYTES = "application/offset+octet-stream"
GONE = (404, 410)
POSITIONS = st.integers(0, 1)
PIECES = st.binary(max_size=12) | st.binary(max_size=9).map(lambda rest: b"ID3" + rest)


def is_media(data: bytes) -> bool:
    try:
        containers.classify(data)
    except containers.NotMedia:
        return False
    return True


@dataclass
class Sent:
    """An upload as its sender remembers it. state: open, received, ended."""

    id: str
    position: int
    length: int | None
    data: bytes = b""
    state: str = "open"


@dataclass
class Model:
    """`answers`: by position what must be kept there: an upload, or words."""

    state: str = "draft"
    uploads: list[Sent] = field(default_factory=list)
    answers: dict[int, Sent | str] = field(default_factory=dict)
    closing: dict[str, str] = field(default_factory=dict)

    def end_open(self, position: int) -> None:
        for each in self.uploads:
            if each.position == position and each.state == "open":
                each.state = "ended"

    def complete(self, upload: Sent) -> None:
        upload.state = "received"
        self.answers[upload.position] = upload

    def withdraw(self) -> None:
        self.state, self.answers = "withdrawn", {}
        for each in self.uploads:
            each.state = "ended"


class Sender(RuleBasedStateMachine):
    app: Flask
    world: World

    @initialize()
    def begin(self) -> None:
        self.client: FlaskClient = self.app.test_client()
        self.token, self.model = new_token(), Model()
        self.code, self.text = self.world.named["code"], self.world.named["consent_text"]
        self.expect(self.open(), 201)

    def open(self) -> TestResponse:
        opening = {"consent_text": self.text, "purposes": ["internal"]}
        where = f"/r/{self.code}/submission"
        return self.client.put(where, json=opening, headers=self.head())

    def head(self, **more: str) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        bearer = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        return {**TUS, **bearer, **named}

    def expect(self, answer: TestResponse, *statuses: int) -> int:
        assert answer.status_code in statuses, (answer.status_code, statuses, answer.text)
        return answer.status_code

    @rule(position=POSITIONS, length=st.none() | st.integers(0, 20), first=st.none() | PIECES)
    def declare(self, position: int, length: int | None, first: bytes | None) -> None:
        said = f"position {base64.b64encode(str(position).encode()).decode()}"
        size = {"Upload_Defer_Length": "1"} if length is None else {"Upload_Length": str(length)}
        head = self.head(Upload_Metadata=said, **size)
        if first is None:
            answer = self.client.post("/uploads", headers=head)
        else:
            answer = self.client.post("/uploads", headers=head, data=first, content_type=BYTES)
        if self.model.state == "withdrawn":
            self.expect(answer, *GONE)
            return
        if self.expect(answer, 201, 409, 413, 415, 422) != 201:
            too_much = length is not None and len(first or b"") > length
            if answer.status_code == 415:
                assert length == len(first or b"") and not is_media(first or b"")
                self.model.end_open(position)
                return
            assert self.model.state == "received" or length == 0 or too_much, answer.text
            return
        assert self.model.state == "draft" and length != 0
        self.model.end_open(position)
        upload = Sent(answer.location.rpartition("/")[2], position, length, first or b"")
        self.model.uploads.append(upload)
        if len(upload.data) == length:
            self.model.complete(upload)

    @precondition(lambda self: self.model.uploads)
    @rule(
        which=st.integers(0, 9),
        piece=PIECES,
        off=st.sampled_from((0, 0, 0, 1, -1, 7)),
        check=st.sampled_from(("none", "right", "wrong")),
        rest=st.booleans(),
        length=st.none() | st.integers(0, 20),
    )
    def append(
        self, which: int, piece: bytes, off: int, check: str, rest: bool, length: int | None
    ) -> None:
        upload = self.pick(which)
        if rest and upload.length is not None:
            piece = (b"" if upload.data else b"ID3") + bytes(upload.length - len(upload.data))
            piece = piece[: upload.length - len(upload.data)]
        offset = max(0, len(upload.data) + off)
        head = self.head(Upload_Offset=str(offset))
        if check != "none":
            digest = hashlib.sha256(piece + (b"?" if check == "wrong" else b"")).digest()
            head["Upload-Checksum"] = f"sha256 {base64.b64encode(digest).decode()}"
        if length is not None:
            head["Upload-Length"] = str(length)
        answer = self.client.patch(
            f"/uploads/{upload.id}", data=piece, headers=head, content_type=BYTES
        )
        if upload.state == "ended":
            self.expect(answer, *GONE)
        elif upload.state == "received":
            # The end said once more, its answer having got lost, is the end; all else is refused.
            again = not piece and offset == len(upload.data) and length in (None, upload.length)
            self.expect(answer, *((204,) if again else (404, 409)))
        elif offset != len(upload.data):
            self.expect(answer, 409)
            assert int(answer.headers["Upload-Offset"]) == len(upload.data)
        elif length is not None and not self.takes_length(upload, length):
            self.expect(answer, 409, 413, 422)
        elif len(upload.data) + len(piece) > (upload.length or length or 10**9):
            self.expect(answer, 413)
        else:
            upload.length = upload.length or length
            if check == "wrong":
                self.expect(answer, 460)
                return
            upload.data += piece
            if len(upload.data) == upload.length and not is_media(upload.data):
                self.expect(answer, 415)
                upload.state = "ended"
                return
            self.expect(answer, 204)
            assert int(answer.headers["Upload-Offset"]) == len(upload.data)
            if len(upload.data) == upload.length:
                self.model.complete(upload)

    @staticmethod
    def takes_length(upload: Sent, length: int) -> bool:
        """Once, or the same again; not less than what is here."""
        if upload.length is None:
            return length >= max(1, len(upload.data))
        return upload.length == length

    @precondition(lambda self: self.model.uploads)
    @rule(which=st.integers(0, 9))
    def look(self, which: int) -> None:
        upload = self.pick(which)
        answer = self.client.head(f"/uploads/{upload.id}", headers=self.head())
        if upload.state == "ended":
            self.expect(answer, *GONE)
        else:
            self.expect(answer, 200)
            assert int(answer.headers["Upload-Offset"]) == len(upload.data)

    @precondition(lambda self: self.model.uploads)
    @rule(which=st.integers(0, 9))
    def terminate(self, which: int) -> None:
        upload = self.pick(which)
        answer = self.client.delete(f"/uploads/{upload.id}", headers=self.head())
        if upload.state == "ended":
            self.expect(answer, *GONE)
        elif upload.state == "received" and self.model.state == "received":
            self.expect(answer, 409)
        else:
            self.expect(answer, 204)
            upload.state = "ended"
            if self.model.answers.get(upload.position) is upload:
                del self.model.answers[upload.position]

    @rule(position=POSITIONS)
    def retake(self, position: int) -> None:
        where = f"/r/{self.code}/submission/uploads/{position}"
        answer = self.client.delete(where, headers=self.head())
        if self.model.state == "draft":
            self.expect(answer, 200)
            self.model.end_open(position)
        else:
            self.expect(answer, 409, *GONE)

    @rule(written=st.dictionaries(st.sampled_from(("0", "1")), st.sampled_from(("Late", "Fine"))))
    def send(self, written: dict[str, str]) -> None:
        where = f"/r/{self.code}/submission/sending"
        answer = self.client.post(where, json={"written": written}, headers=self.head())
        model = self.model
        if model.state == "withdrawn":
            self.expect(answer, *GONE)
        elif model.state == "received":
            self.expect(answer, *((200,) if written == model.closing else (200, 422)))
        elif any(u.state == "open" and str(u.position) not in written for u in model.uploads):
            self.expect(answer, 409)
        elif not written and not model.answers:
            self.expect(answer, 422)
        else:
            self.expect(answer, 200)
            model.state, model.closing = "received", written
            for position, words in written.items():
                model.end_open(int(position))
                model.answers[int(position)] = words

    @rule()
    def abandon(self) -> None:
        answer = self.client.delete(f"/r/{self.code}/submission", headers=self.head())
        if self.model.state == "received":
            self.expect(answer, 409)
        else:
            self.expect(answer, 200, *GONE)
            self.model.withdraw()

    @precondition(lambda self: self.model.state == "received")
    @rule(right=st.booleans())
    def withdraw(self, right: bool) -> None:
        said = {"confirmation": "withdraw" if right else "no"}
        answer = self.client.post(f"/mine/{self.token}/withdrawal", data=said)
        self.expect(answer, 303 if right else 422)
        if right:
            self.model.withdraw()

    @rule()
    def open_again(self) -> None:
        """The same token again finds the same submission."""
        self.expect(self.open(), 201, *(GONE if self.model.state == "withdrawn" else ()))

    def pick(self, which: int) -> Sent:
        return self.model.uploads[which % len(self.model.uploads)]

    @invariant()
    def what_is_kept_is_what_was_sent(self) -> None:
        db.session.rollback()
        submission = db.session.query(Submission).filter_by(token_hash=token_hash(self.token)).one()
        assert submission.state == self.model.state
        kept: dict[int, Sent | str] = {}
        answers = db.session.query(Answer).filter_by(submission_id=submission.id).all()
        for answer in answers:
            assert answer.position not in kept
            kept[answer.position] = answer.written_text
            if answer.recording:
                kept[answer.position] = self.by_id(answer.recording.id)
                with runtime.storage().open(answer.recording.original_key) as file:
                    assert file.read() == self.by_id(answer.recording.id).data
        assert kept == self.model.answers
        runs = db.session.query(Run).filter(Run.answer_id.in_([each.id for each in answers]))
        assert runs.count() == (len(answers) if submission.state == "received" else 0)
        for upload in db.session.query(Upload).filter_by(submission_id=submission.id):
            told = next((each for each in self.model.uploads if each.id == upload.id), None)
            assert upload.state == (told.state if told else "ended")
            if told and told.state == "open":
                assert (upload.offset, upload.length) == (len(told.data), told.length)

    def by_id(self, upload_id: str) -> Sent:
        return next(each for each in self.model.uploads if each.id == upload_id)
