"""Which answer each refusal to a customer is, on their pages and to what sends for them."""

from __future__ import annotations

from app.domain import appending, arrivals, containers, parts, uploads
from app.domain.errors import Conflict, HeardError
from app.domain.wording import mark
from app.web.errors import STATUS
from app.web.upload_heads import BadRequest


class Stale(Conflict):
    sentence = mark("This page was open for too long. Go back, reload it and try again.")


STATUSES: dict[type[HeardError], int] = {
    **STATUS,
    parts.Locked: 423,
    parts.NoRoom: 507,
    parts.Unwritable: 503,
    appending.WrongOffset: 409,
    appending.Damaged: 460,
    uploads.UnknownType: 415,
    uploads.Over: 410,
    uploads.TooOld: 410,
    containers.NotMedia: 415,
    arrivals.NotKept: 503,
    BadRequest: 400,
    Stale: 403,
}
