"""Words are parted and folded alike on both databases, in what was said and in what is asked."""

from __future__ import annotations

import unicodedata

import pytest
from flask import Flask
from sqlalchemy import text

from app.domain import masks
from app.domain.folding import folded
from app.domain.search import by_words
from app.extensions import db
from app.models import Workspace
from tests import factories

SAID = {
    "It cost 3.50 more, which is -7 or 1,250.00 too much.": ("3.50", "50", "7", "1,250", "3 50"),
    "Write to a.bee@cedar.example, please.": ("cedar", "bee", "a.bee@cedar.example", "exampl"),
    "A well-known shop, state-of-the-art.": ("known", "well known", "art", "well-known", "stat"),
    "See https://shop.example.com/returns/how?id=7&x=2.": ("returns", "shop", "how", "com", "id"),
    "In /usr/local/lib or C:\\boxes it is.": ("local", "usr", "boxes", "/usr/local"),
    "Version 2.10.3-beta1 of snake_case & ~home.": ("beta1", "10", "snake", "case", "home"),
    "The 9–5 shift’s ‘late’ … “parcel”—again.": ("5", "shift", "late", "parcel", "again"),
    "¿Llegó «tarde»? ¡Sí!": ("llego", "tarde", "si"),
    "Η παραγγελία άργησε, Ελλάδα": ("παραγγελια", "αργησε", "ΑΡΓΗΣΕ", "ελλαδα", "ΠΑΡΑΓΓΕΛΊΑ"),
    "Και οι λόγοι μας": ("λογοι", "μας", "ΜΑΣ", "λόγ"),
    "Мой заказ ещё не пришёл": ("мои", "МОЙ", "еще", "пришел", "пришёл"),
    "배송이 늦었어요": ("배송이",),
    "がっこう, ガッコウ": ("がっこう",),
    "Ｆｕｌｌ ｗｉｄｔｈ, x² and ½": ("full", "width", "x2", "½", "1/2"),
    "شركة التوصيل، متأخرة؟": ("التوصيل", "متأخرة"),
    "डिलीवरी बहुत देर। से": ("देर", "डिलीवरी"),
    "Straße, STRASSE, ﬁne and İzmir": ("strasse", "STRAẞE", "fine", "izmir"),
    "tea🙂coffee": ("tea", "coffee"),
}
UNSAID = ("wellknown", "350", "cedarexample", "λογος", "лог", "usrlocal", "teacoffee", "लीवर")


@pytest.fixture
def workspace_that_said(workspace: Workspace) -> Workspace:
    answer = factories.answer(factories.submission(factories.program(workspace)))
    transcript = factories.transcript(answer, *SAID)
    masks.look(transcript)
    db.session.commit()
    return workspace


def found(workspace: Workspace, query: str, masked: bool = False) -> list[str]:
    return [hit.segment.text for hit in by_words(workspace.id, query, masked=masked).hits]


def test_a_word_is_found_whatever_stands_around_it(workspace_that_said: Workspace) -> None:
    for sentence, queries in SAID.items():
        for query in queries:
            assert sentence in found(workspace_that_said, query), query
    for query in UNSAID:
        assert found(workspace_that_said, query) == [], query


def test_beside_masks_as_well(workspace_that_said: Workspace) -> None:
    assert found(workspace_that_said, "αργησε", masked=True)
    assert found(workspace_that_said, "usr", masked=True)
    assert found(workspace_that_said, "write", masked=True)
    assert found(workspace_that_said, "cedar", masked=True) == []


@pytest.mark.parametrize("change", ["UPDATE segments SET text = 'άλλα'", "DELETE FROM segments"])
def test_the_index_follows(workspace_that_said: Workspace, change: str) -> None:
    db.session.execute(text(change))
    db.session.commit()
    assert found(workspace_that_said, "αργησε") == []
    assert bool(found(workspace_that_said, "αλλα")) == change.startswith("UPDATE")
    if db.engine.dialect.name == "sqlite":
        for index in ("segment_search", "masked_search"):
            look = f"INSERT INTO {index}({index}, rank) VALUES ('integrity-check', 1)"
            db.session.execute(text(look))


@pytest.mark.postgresql
def test_postgresql_folds_as_sqlite_does(app: Flask) -> None:
    parting = [
        chr(each)
        for each in (*range(0x20, 0xD800), *range(0xF900, 0x1FAFF))
        if unicodedata.category(chr(each))[0] in "PSZ"
    ]
    texts = [*SAID, *UNSAID, *(f"well{each}known" for each in parting)]
    asked = text(
        """SELECT said, tsvector_to_array(to_tsvector('simple', heard_folded(said)))
        FROM unnest(CAST(:texts AS text[])) AS said"""
    )
    rows = db.session.execute(asked, {"texts": texts}).all()
    assert {row[0]: set(row[1]) for row in rows} == {
        each: {*folded(each).split()} for each in texts
    }
