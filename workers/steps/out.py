"""Steps that carry things out of the house."""

from __future__ import annotations

from app.domain import exports
from app.domain.wording import count
from app.extensions import db
from app.models import Export
from storage import keys
from workers.perform import Publish, Work
from workers.steps.given import answer_of


def notify(work: Work) -> Publish:
    from app.domain import alerts

    answer = answer_of(work)

    def publish() -> str:
        told = alerts.announce(answer.id)
        return count(told, "notice") if told else "Nobody follows this yet"

    return publish


def export(work: Work) -> Publish:
    row = db.session.get_one(Export, work.run.export_id)
    path = work.folder / "export"
    rows = exports.write(row, path, on_progress=work.report)
    stored = work.put_file(keys.export(row.id, f"{work.claim.fence}/{row.filename}"), path)

    def publish() -> str:
        row.key, row.size, row.rows = stored.key, stored.size, rows
        return count(rows, "row")

    return publish
