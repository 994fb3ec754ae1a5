import pytest

from app.domain import masks
from app.domain.search import EVERYTHING, Filters, Piece, by_words, pieces, terms, words
from app.extensions import db
from app.models import Answer, Theme, Workspace
from tests import factories


def said(workspace: Workspace, *sentences: str, **values: object):
    submission = factories.submission(factories.program(workspace, **values))
    return factories.transcript(factories.answer(submission), *sentences)


def found(workspace: Workspace, query: str, filters: Filters = EVERYTHING) -> list[str]:
    found = by_words(workspace.id, query, filters)
    assert found.said == len(found.hits)
    return [hit.segment.text for hit in found.hits]


def test_finds_every_word_in_any_order_and_the_last_by_its_beginning(workspace: Workspace) -> None:
    said(workspace, "The parcel was late again.", "Nobody told me.")
    assert found(workspace, "late parc") == ["The parcel was late again."]
    assert found(workspace, "parcel nobody") == []
    assert found(workspace, "lat parcel") == []


def test_accents_and_case_do_not_matter(workspace: Workspace) -> None:
    said(workspace, "El PEDIDO llegó rápido.")
    assert found(workspace, "llego Rapido") == ["El PEDIDO llegó rápido."]


TYPED = (
    ("Die Straße war heiß.", "Straße"),
    ("Die Straße war heiß.", "heiß"),
    ("Die Straße war heiß.", "HEISS"),
    ("Es war ein Missverständnis.", "Mißverständnis"),
    ("İstanbul kargo geç geldi.", "İstanbul"),
    ("İstanbul kargo geç geldi.", "istanbul"),
    ("istanbul kargo", "İSTANBUL"),
    ("It was ﬁne, and oﬀered at the oﬃce.", "fine offered office"),
    ("It was ﬁne.", "ﬁn"),
    ("It was fine, and offered at the office.", "ﬁne oﬀered oﬃce"),
    ("Το δέμα της Ελλάδας.", "Ελλάδας"),
    ("Το δέμα της Ελλάδας.", "ελλάδας δέμα"),
    ("ΟΔΟΣ", "οδος"),
    ("οδος", "ΟΔΟΣ"),
    ("डिलीवरी बहुत देर से आई", "डिलीवरी"),
    ("डिलीवरी बहुत देर से आई", "डिलीवरी बहुत"),
    ("ลูกค้าไม่พอใจ", "ลูกค้า"),
    ("بسته می‌شود", "می‌شود"),
    ("الطلب تأخر", "الطلب"),
    ("配送が遅い", "配送"),
    ("x² and ½ price", "x²"),
    ("x² and ½ price", "½"),
    ("Phở đơn ĐƠN", "phở đơn"),
)


def test_a_word_is_found_however_its_language_writes_it(workspace: Workspace) -> None:
    for sentence in dict.fromkeys(sentence for sentence, _ in TYPED):
        masks.look(said(workspace, sentence))
    db.session.commit()
    for sentence, query in TYPED:
        assert sentence in found(workspace, query), query
        beside = by_words(workspace.id, query, masked=True).hits
        assert sentence in [hit.segment.text for hit in beside], query


def test_the_found_word_is_marked_however_it_is_written() -> None:
    for text, query in TYPED:
        cut = list(pieces(text, terms(query)))
        assert "".join(piece.text for piece in cut) == text
        assert any(piece.found for piece in cut), query


def test_a_letter_more_or_less_is_another_word(workspace: Workspace) -> None:
    said(workspace, "Die Straße war heiß.", "οδος", "It was ﬁne.")
    for query in ("Strase", "heisse", "heiß war heißer", "οδο late", "fines", "́", "ͺ"):
        assert found(workspace, query) == [], query


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "'",
        "\\",
        "laté' | x",
        "late AND",
        "text:late",
        "late*",
        "NEAR(a b)",
        "-late",
        "(((",
        "'; DROP TABLE x",
        "^late",
    ],
)
def test_nothing_typed_is_an_error(workspace: Workspace, query: str) -> None:
    said(workspace, "It was late, and near the end.")
    assert by_words(workspace.id, query).said in (0, 1)


def test_the_best_of_many_are_counted_and_the_newest_of_very_many_ranked(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(workspace, *(f"Late again, for the {number}th time." for number in range(7)))
    many = by_words(workspace.id, "late", limit=5)
    assert (len(many.hits), many.said, many.more) == (5, 7, False)
    monkeypatch.setattr(words, "MOST", 6)
    most = by_words(workspace.id, "late")
    assert (len(most.hits), most.said, most.more) == (6, 6, True)
    assert "Late again, for the 0th time." not in [hit.segment.text for hit in most.hits]


def test_filters_are_held_against_the_newest_of_very_many(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    transcript = said(workspace, "Late once.", "Late twice.", "Late thrice.")
    monkeypatch.setattr(words, "WIDEST", 2)
    english, sqlite = Filters(language="en"), db.engine.dialect.name == "sqlite"
    narrowed = by_words(workspace.id, "late", english)
    assert (narrowed.said, narrowed.cut) == ((2, True) if sqlite else (3, False))
    assert transcript.segments[2].id in [hit.segment.id for hit in narrowed.hits]
    assert (by_words(workspace.id, "late").said, by_words(workspace.id, "once", english).cut) == (
        3,
        False,
    )


def test_one_or_two_letters_are_a_word_and_no_beginning(workspace: Workspace) -> None:
    said(workspace, "It was late.", "Into the blue.")
    assert found(workspace, "it") == ["It was late."]
    assert found(workspace, "i") == []
    assert found(workspace, "int") == ["Into the blue."]


def test_a_query_without_a_word_finds_nothing(workspace: Workspace) -> None:
    said(workspace, "It was late.")
    assert found(workspace, " …!? ") == []


def test_only_current_words_of_received_submissions_here(workspace: Workspace) -> None:
    old = said(workspace, "An old late reading.")
    old.current = False
    gone = said(workspace, "A late voice taken back.")
    db.session.get_one(Answer, gone.answer_id).submission.state = "withdrawn"
    db.session.commit()
    said(factories.workspace("Elsewhere"), "Late elsewhere.")
    said(workspace, "Late here.")
    assert found(workspace, "late") == ["Late here."]


def test_an_edited_passage_is_found_by_its_new_words(workspace: Workspace) -> None:
    transcript = said(workspace, "It was lade.")
    transcript.segments[0].text = "It was late."
    db.session.commit()
    assert found(workspace, "late") == ["It was late."]
    assert found(workspace, "lade") == []


def test_filters(workspace: Workspace) -> None:
    transcript = said(workspace, "It was late.")
    said(workspace, "Also late.", name="Another program")
    answer = db.session.get_one(Answer, transcript.answer_id)
    factories.highlight(answer, transcript)
    submission = answer.submission
    for filters in (
        Filters(program_id=submission.program_id),
        Filters(touchpoint_id=submission.touchpoint_id or ""),
        Filters(sentiment="negative"),
    ):
        assert found(workspace, "late", filters) == ["It was late."]
    assert found(workspace, "late", Filters(sentiment="positive")) == []


def test_who_asks_for_a_theme_means_all_that_stands_under_it(workspace: Workspace) -> None:
    """Its children, theirs, and what was merged into one of them and is still on its way."""
    program = factories.program(workspace)
    parent, other = program.themes
    child, merged = (
        Theme(name=name, description=name, program_id=program.id) for name in ("Child", "Merged")
    )
    deepest = Theme(name="Deepest", description="It", program_id=program.id)
    factories.save(child, merged, deepest)
    child.parent_id, deepest.parent_id = parent.id, child.id
    merged.merged_into_id, merged.active = deepest.id, False
    for theme in (parent, child, deepest, merged, other):
        answer = factories.answer(factories.submission(program))
        factories.highlight(
            answer, factories.transcript(answer, f"late {theme.name}"), themes=[theme]
        )

    def under(theme: Theme) -> set[str]:
        return set(found(workspace, "late", Filters(theme_id=theme.id)))

    assert under(parent) == {"late Delivery", "late Child", "late Deepest", "late Merged"}
    assert under(deepest) == {"late Deepest", "late Merged"}
    assert under(other) == {"late Staff"}


def test_marks_the_words_that_were_found_and_keeps_the_text_whole() -> None:
    text = "Llegó tarde, muy tarde-ish."
    cut = list(pieces(text, terms("llego tard")))
    assert "".join(piece.text for piece in cut) == text
    assert [piece.text for piece in cut if piece.found] == ["Llegó", "tarde", "tarde"]
    assert cut[1] == Piece(" ", False)
