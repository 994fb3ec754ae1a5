"""The description of what programs may ask for names every such route, and is well formed."""

from __future__ import annotations

import re

from flask import Flask
from jsonschema import Draft202012Validator

from app.extensions import csrf
from app.web.api import described
from tests.conftest import sign_in
from tests.web import world as worlds

PAGES_TOO = {"POST /r/{code}/help"}  # a form of a page that programs send as well


def path_of(rule: str) -> str:
    """`<any(srt, vtt):format>` → `{format}`."""
    return re.sub(r"<(?:[^<>:]+:)?(\w+)>", r"{\1}", rule)


def routed(app: Flask) -> dict[str, str]:
    """Row to endpoint, with HEAD and OPTIONS where a view was written for them."""
    rows = {}
    for rule in app.url_map.iter_rules():
        methods = set(rule.methods or ()) - ({"HEAD"} if "GET" in (rule.methods or ()) else set())
        if rule.provide_automatic_options:
            methods -= {"OPTIONS"}
        rows.update({f"{method} {path_of(rule.rule)}": rule.endpoint for method in methods})
    return rows


def told() -> set[str]:
    paths = described()["paths"]
    return {f"{method.upper()} {path}" for path, item in paths.items() for method in item}


def exempt(app: Flask, endpoint: str) -> bool:
    """Whether no form's token is asked for, other than where the page asks for it by itself."""
    view = app.view_functions[endpoint]
    name = f"{view.__module__}.{view.__name__}"
    blueprint = app.blueprints.get(endpoint.partition(".")[0])
    by_blueprint = blueprint in csrf._exempt_blueprints or (
        blueprint is not None and blueprint.name in csrf._exempt_blueprints
    )
    if endpoint == "capture.take_form":
        return False
    return name in csrf._exempt_views or (
        by_blueprint and blueprint.name not in ("mine", "mine_words")
    )


def test_it_tells_of_nothing_that_is_not_there(app: Flask) -> None:
    assert told() - set(routed(app)) == set()


def test_every_route_that_takes_no_form_is_told_of(app: Flask) -> None:
    rows = {row for row, endpoint in routed(app).items() if exempt(app, endpoint)}
    assert len(rows) > 5
    assert rows - told() == set()
    verbs = {row for row in routed(app) if row.split(" ")[0] not in ("GET", "POST")}
    assert verbs - told() == set()


def test_every_route_that_answers_with_more_than_a_page_is_told_of(app: Flask) -> None:
    ours = worlds.build()
    client = sign_in(app.test_client(), ours.owner)
    told_of, untold = told(), []
    for row, method, address in worlds.addresses(app, ours):
        if method == "GET":
            answer = client.get(address)
            assert answer.status_code < 500
            if answer.mimetype != "text/html" and path_of(row) not in told_of:
                untold.append(f"{row}: {answer.mimetype}")
    assert untold == []


def test_every_schema_in_it_is_one() -> None:
    for path, item in described()["paths"].items():
        for method, each in item.items():
            schemas = [parameter["schema"] for parameter in each["parameters"]]
            for answer in (*each["responses"].values(), each.get("requestBody", {})):
                schemas += [kind.get("schema", {}) for kind in answer.get("content", {}).values()]
            for schema in schemas:
                Draft202012Validator.check_schema(schema)
            names = {(each["in"], each["name"]) for each in each["parameters"]}
            assert {("path", name) for name in re.findall(r"{(\w+)}", path)} <= names, method


def test_it_is_served(app: Flask) -> None:
    answer = app.test_client().get("/openapi.json")
    assert answer.status_code == 200 and answer.json == described()
