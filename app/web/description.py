"""What programs may ask Heard for: the one source of its OpenAPI 3.1 description.

A line for each operation. Pages and their forms are for people and aren't here; a test compares
this with the routes, and others send what it allows, and what it doesn't, to the application.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]
ANYONE, CUSTOMER, STAFF = "anyone", "customer", "staff"
BYTES = "application/offset+octet-stream"

TEXT: Schema = {"type": "string"}
BINARY: Schema = {"type": "string", "format": "binary"}
NUMBER: Schema = {"type": "integer", "minimum": 0}
ID: Schema = {"type": "string", "pattern": "^[0-9abcdefghjkmnpqrstvwxyz]{26}$"}
TOKEN: Schema = {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}
TEXTS: Schema = {"type": "object", "additionalProperties": TEXT}
BY_QUESTION: Schema = {**TEXTS, "propertyNames": {"pattern": "^[0-9]{1,3}$"}}


def record(**fields: Schema) -> Schema:
    """A JSON object with exactly these fields."""
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


STATE: Schema = {"type": "string", "enum": ["draft", "received", "withdrawn"]}
KEPT = record(state=STATE, mine={"type": "string", "format": "uri"})
CONSENT = record(
    consent_text=ID,
    purposes={"type": "array", "items": {"enum": ["internal", "shared", "public"]}},
)
CLOSING: Schema = {
    "type": "object",
    "properties": {
        "score": {"type": ["integer", "null"], "minimum": 0, "maximum": 10},
        "fields": TEXTS,
        "name": {"type": "string", "maxLength": 200},
        "reference": {"type": "string", "maxLength": 200},
        "written": BY_QUESTION,
        "hashes": BY_QUESTION,
        "camera": {"type": "string"},
    },
}
BEGUN: Schema = {
    "type": "object",
    "properties": {
        "position": {"type": ["integer", "string"]},
        "kind": {"enum": ["video", "audio"]},
        "filetype": TEXT,
        "filename": TEXT,
        "length": {"type": ["integer", "null"], "minimum": 1},
    },
}
CONTACT: Schema = {
    "type": "object",
    "properties": {"contact": TEXT, "note": TEXT},
    "required": ["contact"],
}
PATH: Mapping[str, Schema] = {
    "code": {"type": "string", "pattern": "^[A-Za-z0-9]{4,16}$"},
    "token": TOKEN,
    "position": {"type": "integer", "minimum": 0, "maximum": 999},
    "part": {"enum": ["playable", "poster"]},
    "kind": {"enum": ["vtt", "srt"]},
    "format": {"enum": ["vtt", "srt"]},
}


@dataclass(frozen=True, slots=True)
class Operation:
    """`answers`: status to media type and schema; an empty media type has no body. `heads` and
    `query`: names to schemas, those in `needed` must be there. `body`: media type and schema."""

    method: str
    path: str
    does: str
    who: str
    answers: Mapping[int, tuple[str, Schema]]
    body: tuple[str, Schema] | None = None
    heads: Mapping[str, Schema] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    query: Mapping[str, Schema] = field(default_factory=dict)


TUS: Mapping[str, Schema] = {"Tus-Resumable": {"const": "1.0.0"}}
DECLARED = {
    **TUS,
    "Upload-Length": NUMBER,
    "Upload-Defer-Length": {"const": "1"},
    "Upload-Metadata": TEXT,
    "Upload-Checksum": TEXT,
}
APPENDED = {**TUS, "Upload-Offset": NUMBER, "Upload-Length": NUMBER, "Upload-Checksum": TEXT}
NOTHING = ("", {})
RANGE: Mapping[str, Schema] = {"Range": TEXT, "If-None-Match": TEXT, "If-Range": TEXT}
FILE = {200: ("*/*", TEXT), 206: ("*/*", TEXT), 304: NOTHING, 416: NOTHING}
CAPTIONS = {200: ("text/vtt", TEXT)}
EITHER = {200: ("*/*", TEXT)}
DOWNLOAD: Mapping[str, Schema] = {"download": TEXT}


def _file(path: str, does: str, who: str, **more: Any) -> Operation:
    return Operation("get", path, does, who, FILE, heads=RANGE, **more)


def _captions(path: str, does: str, who: str, **more: Any) -> Operation:
    return Operation("get", path, does, who, more.pop("answers", CAPTIONS), **more)


SUBMISSION, DIRECT = "/r/{code}/submission", "/direct"
OF_MINE = "/mine/{token}/recordings/{recording_id}"
OF_STAFF = "/media/recordings/{recording_id}"
OPERATIONS = (
    Operation("get", "/openapi.json", "This description", ANYONE,
              {200: ("application/json", {"type": "object", "required": ["openapi", "paths"]})}),
    Operation("get", "/healthz", "Whether Heard answers, and its work is done", ANYONE,
              {200: ("application/json", {"type": "object", "required": ["status"]})}),
    Operation("get", "/r/{code}/qr.svg", "A recording link as a QR code", ANYONE,
              {200: ("image/svg+xml", TEXT)}),
    Operation("put", SUBMISSION, "Begins a submission, under a token that the sender made",
              CUSTOMER, {201: ("application/json", KEPT)}, ("application/json", CONSENT)),
    Operation("post", f"{SUBMISSION}/sending", "Sends it; the same again has one effect", CUSTOMER,
              {200: ("application/json", KEPT)}, ("application/json", CLOSING)),
    Operation("delete", SUBMISSION, "Drops what was begun and not sent", CUSTOMER,
              {200: ("application/json", record(state=STATE))}),
    Operation("delete", SUBMISSION + "/uploads/{position}", "Ends what is on its way to a question",
              CUSTOMER, {200: ("application/json", record(state=STATE))}),
    Operation("post", "/r/{code}/help", "Asks for a person", CUSTOMER,
              {201: ("application/json", record(asked={"type": "boolean"})), 303: NOTHING},
              ("application/x-www-form-urlencoded", CONTACT)),
    Operation("options", "/uploads", "What this tus server can do", ANYONE, {204: NOTHING}),
    Operation("options", "/uploads/{upload_id}", "The same", ANYONE, {204: NOTHING}),
    Operation("post", "/uploads", "Declares a recording (tus creation)", CUSTOMER, {201: NOTHING},
              (BYTES, BINARY), DECLARED, ("Tus-Resumable",)),
    Operation("head", "/uploads/{upload_id}", "How far it has come", CUSTOMER, {200: NOTHING},
              heads=TUS, needed=("Tus-Resumable",)),
    Operation("patch", "/uploads/{upload_id}", "The next bytes of it", CUSTOMER, {204: NOTHING},
              (BYTES, BINARY), APPENDED, ("Tus-Resumable", "Upload-Offset")),
    Operation("delete", "/uploads/{upload_id}", "Drops it (tus termination)", CUSTOMER,
              {204: NOTHING}, heads=TUS, needed=("Tus-Resumable",)),
    Operation("post", DIRECT, "Declares a recording that goes straight to the bucket", CUSTOMER,
              {201: ("application/json", record(id=ID, partSize=NUMBER))},
              ("application/json", BEGUN)),
    Operation("get", DIRECT + "/{upload_id}", "What the bucket has of it", CUSTOMER,
              {200: ("application/json", {"type": "object", "required": ["state", "parts"]})}),
    Operation("post", DIRECT + "/{upload_id}/parts", "An address that takes one part", CUSTOMER,
              {200: ("application/json", record(url=TEXT, seconds=NUMBER))},
              ("application/json", record(number=NUMBER, size=NUMBER))),
    Operation("post", DIRECT + "/{upload_id}/complete", "All parts are there", CUSTOMER,
              {200: ("application/json", record(state=STATE, sha256=TEXT))},
              ("application/json", record(length=NUMBER))),
    Operation("delete", DIRECT + "/{upload_id}", "Drops it", CUSTOMER, {204: NOTHING}),
    _file(OF_MINE + "/{part}", "A customer's own recording", ANYONE),
    _captions(OF_MINE + "/captions.vtt", "Its words", ANYONE),
    _file("/s/{token}/clip", "A shared moment", ANYONE),
    _file("/s/{token}/poster", "Its picture", ANYONE),
    _captions("/s/{token}/captions.vtt", "Its words", ANYONE),
    _file(OF_STAFF + "/playable", "A recording, as who asks may hear it", STAFF, query=DOWNLOAD),
    _file(OF_STAFF + "/poster", "Its picture", STAFF),
    _captions(OF_STAFF + "/captions.{kind}", "Its words", STAFF, answers=EITHER, query=DOWNLOAD),
    _captions("/answers/{answer_id}/captions.{format}", "An answer's words", STAFF, answers=EITHER),
    _file("/highlights/{highlight_id}/clip", "A moment as a file, or the page that orders it",
          STAFF, query={"kind": {"enum": ["plain", "captioned"]}, "wait": TEXT}),
    _captions("/highlights/{highlight_id}/clip/captions.vtt", "A moment's words", STAFF,
              query=DOWNLOAD),
    _file("/exports/{export_id}/file", "A finished export", STAFF),
    Operation("get", "/settings/audit/audit.csv", "The audit log", STAFF,
              {200: ("text/csv", TEXT)}),
    Operation("get", "/settings/programs/{program_id}/codebook/codebook.csv", "A codebook", STAFF,
              {200: ("text/csv", TEXT)}),
    Operation("get", "/settings/programs/{program_id}/fairness/fairness.csv", "A fairness audit",
              STAFF, {200: ("text/csv", TEXT)}),
)  # fmt: skip
