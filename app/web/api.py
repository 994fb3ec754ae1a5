"""`GET /openapi.json`: the description that programs read, made from `app.web.description`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app.extensions import limiter
from app.web.description import CUSTOMER, ID, OPERATIONS, PATH, STAFF, Operation

blueprint = Blueprint("api", __name__)

ERROR = {
    "type": "object",
    "properties": {"error": {"type": "string"}},
    "required": ["error"],
    "additionalProperties": False,
}
REFUSAL = {
    "description": "A sentence that says why; 429 says in Retry-After when to come back",
    "content": {
        "application/json": {"schema": ERROR},
        "text/html": {"schema": {"type": "string"}},
        "text/plain": {"schema": {"type": "string"}},
    },
}
SECURITY = {CUSTOMER: [{"personal": []}], STAFF: [{"session": []}]}
SCHEMES = {
    "personal": {
        "type": "http",
        "scheme": "bearer",
        "description": "256 random bits in base64url that the sender made; only a hash is kept",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "heard",
        "description": "A signed-in member's session; over https its name is __Host-heard",
    },
}


@blueprint.get("/openapi.json")
@limiter.limit("60 per minute")
def openapi() -> ResponseReturnValue:
    return jsonify(described())


@lru_cache(maxsize=1)
def described() -> dict[str, Any]:
    """The description as OpenAPI 3.1 has it (https://spec.openapis.org/oas/v3.1.1)."""
    from app import __version__

    paths: dict[str, dict[str, Any]] = {}
    for each in OPERATIONS:
        paths.setdefault(each.path, {})[each.method] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Heard", "version": __version__},
        "paths": paths,
        "components": {"securitySchemes": SCHEMES},
    }


def _operation(each: Operation) -> dict[str, Any]:
    said: dict[str, Any] = {
        "summary": each.does,
        "parameters": _parameters(each),
        "responses": {
            **{str(status): _answer(each, status) for status in each.answers},
            "4XX": REFUSAL,
            "503": REFUSAL,
        },
        "security": SECURITY.get(each.who, []),
    }
    if each.who == STAFF:
        said["responses"]["302"] = {"description": "To the page for signing in"}
    if each.body:
        media_type, schema = each.body
        said["requestBody"] = {"content": {media_type: {"schema": schema} if schema else {}}}
    return said


def _answer(each: Operation, status: int) -> dict[str, Any]:
    media_type, schema = each.answers[status]
    if not media_type:
        return {"description": "No content"}
    return {"description": each.does, "content": {media_type: {"schema": schema}}}


def _parameters(each: Operation) -> list[dict[str, Any]]:
    found = [
        {"name": name, "in": "path", "required": True, "schema": PATH.get(name, ID)}
        for name in re.findall(r"{(\w+)}", each.path)
    ]
    for place, named in (("header", each.heads), ("query", each.query)):
        for name, schema in named.items():
            needed = name in each.needed
            found.append({"name": name, "in": place, "required": needed, "schema": schema})
    return found
