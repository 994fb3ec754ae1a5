"""Thousands of requests that nobody would think of, against what the description says.

What is asked: no answer of 500 or above, and what is answered is what the description promises.
The normal suite asks each operation a share; `-m chaos` asks 10,000 in all.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import schemathesis
from flask import Flask, g
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.domain import capture, uploads
from app.domain.clerk import new_token
from app.extensions import db
from app.web.api import described
from app.web.description import BYTES, CUSTOMER, OPERATIONS, STAFF, Operation
from tests.conftest import sign_in
from tests.web.world import World

CHECKS = [response_schema_conformance, status_code_conformance, content_type_conformance]
NEEDS_A_BUCKET = "/direct"  # tests/domain/test_uploads_direct.py has one
IN_ALL = 10_000
SHARE = 30  # of each operation, in the normal suite
ALL = -(-IN_ALL // len(OPERATIONS))


@schemathesis.serializer(BYTES)
def as_they_are(_context: Any, value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    return value.data if hasattr(value, "data") else str(value).encode("utf-8", "replace")


SCHEMA = schemathesis.openapi.from_dict(described())


def named(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def cases(operation: Operation) -> st.SearchStrategy[Case]:
    """As the description allows, and as it doesn't."""
    found = SCHEMA[operation.path][operation.method.upper()]
    return st.one_of(
        found.as_strategy(generation_mode=GenerationMode.POSITIVE),
        found.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )


# What a request needs besides, to come all the way through.
WHOLE: dict[str, dict[str, Any]] = {
    "put /r/{code}/submission": {"body": {"purposes": ["internal"]}},
    "post /r/{code}/submission/sending": {
        "body": {"written": {"0": "It came late"}, "score": None, "fields": {}, "hashes": {}}
    },
    "post /r/{code}/help": {"body": {"contact": "ana@example.com", "note": "Please call"}},
    "post /uploads": {
        "head": {"Upload-Length": "10", "Upload-Metadata": ""},
        "without": ("Upload-Defer-Length", "Upload-Checksum"),
    },
    "patch /uploads/{upload_id}": {
        "head": {"Upload-Offset": "0"},
        "without": ("Upload-Length", "Upload-Checksum"),
    },
}


def make_whole(case: Case, operation: Operation) -> None:
    more = WHOLE.get(named(operation), {})
    if "body" in more:
        case.body = {**(case.body if isinstance(case.body, dict) else {}), **more["body"]}
        if operation.method == "put":
            case.body["consent_text"] = "here"
    for name, value in more.get("head", {}).items():
        case.headers[name] = value
    for name in more.get("without", ()):
        case.headers.pop(name, None)
    if operation.body and operation.body[0] == BYTES:
        case.body = b"OggS456789"


def true_to_life(case: Case, world: World, operation: Operation) -> None:
    """Puts real names and secrets in, so that a request comes beyond the door."""
    names = dict(world.named)
    if operation.path.startswith("/s/"):
        names["token"] = world.named["shared.show.token"]
    if operation.who == CUSTOMER:
        token, names["upload_id"] = draft(world, uploading="/uploads" in operation.path)
        case.headers["Authorization"] = f"Bearer {token}"
        if isinstance(case.body, dict) and "consent_text" in case.body:
            case.body["consent_text"] = world.program.consent_texts[-1].id
    for name in case.path_parameters or {}:
        case.path_parameters[name] = names.get(name, case.path_parameters[name])


def draft(world: World, *, uploading: bool) -> tuple[str, str]:
    """The token of a submission that isn't sent yet, and the id of an upload on its way to it."""
    token = new_token()
    opened = capture.open_submission(
        db.session.merge(world.invitation),
        language="en",
        consent_text=world.program.consent_texts[-1],
        purposes=["internal"],
        token=token,
    )
    declared = uploads.Declared(length=10)
    upload_id = uploads.declare(opened.submission, declared).id if uploading else ""
    db.session.commit()
    return token, upload_id


def ask(quick: Flask, world: World, operation: Operation, times: int) -> None:
    seen: Counter[int] = Counter()
    for how, share in (("made up", 0.25), ("named", 0.5), ("whole", 0.25)):
        ask_so(quick, world, operation, how, round(times * share), seen)
    print(operation.method, operation.path, dict(seen))
    reached = set(seen) & set(operation.answers) or operation.path.startswith(NEEDS_A_BUCKET)
    assert reached, "no request came beyond the door"


def ask_so(
    quick: Flask, world: World, operation: Operation, how: str, times: int, seen: Counter[int]
) -> None:
    """`how`: see `make_whole` and `true_to_life`; what is made up has neither."""

    @settings(
        max_examples=times,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases(operation))
    def each(case: Case) -> None:
        if how == "whole":
            make_whole(case, operation)
        if how != "made up":
            true_to_life(case, world, operation)
            if operation.who == STAFF:
                case.cookies.update(session_of(quick, world))
        case.headers.setdefault("Accept", "application/json")
        for name in list(g):  # the test holds the context: who asked before would still be here
            g.pop(name)
        response = case.call(app=quick)
        db.session.rollback()
        assert response.status_code < 500 or response.status_code in (503, 507), (
            case.as_curl_command()
        )
        case.validate_response(response, checks=CHECKS)
        seen[response.status_code] += 1

    each()


_sessions: dict[int, dict[str, str]] = {}


def session_of(quick: Flask, world: World) -> dict[str, str]:
    """The owner's cookie."""
    if id(quick) not in _sessions:
        client = sign_in(quick.test_client(), world.owner)
        cookie: Any = client.get_cookie("heard")
        _sessions[id(quick)] = {"heard": cookie.value}
    return _sessions[id(quick)]


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
def test_a_share(quick: Flask, ours: World, operation: Operation) -> None:
    ask(quick, ours, operation, SHARE)


@pytest.mark.chaos
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
def test_ten_thousand(quick: Flask, ours: World, operation: Operation) -> None:
    ask(quick, ours, operation, ALL)
