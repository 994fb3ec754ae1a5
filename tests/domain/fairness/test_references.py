"""A file of what was said, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from app.domain.errors import Invalid
from app.domain.fairness import audits, references
from app.models import Program, Workspace
from tests import factories
from tests.domain.fairness import crowd


@pytest.fixture
def program(app: Flask, workspace: Workspace) -> Program:
    program = crowd.program(workspace)
    for name in ("one", "two", "two"):
        factories.answer(factories.submission(program, reference=name))
    return program


def read(program: Program, tmp_path: Path, content: str | bytes) -> references.References:
    file = tmp_path / "said.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return references.read(file, program)


def test_rows_find_their_recordings(program: Program, tmp_path: Path) -> None:
    found = read(program, tmp_path, "reference,text\none,It came late.\nthree,Nobody\none2,\n")
    assert list(found.said.values()) == ["It came late."] and found.missed == [3, 4]


def test_a_file_tells_of_words_and_of_nothing_else(program: Program, tmp_path: Path) -> None:
    """Another measure's new figures, beside its kept ones, would be those of who came since."""
    crowd.voices(
        program, 40, lambda at: {"accent": "North" if at % 2 else "South"},
        reference=lambda at: f"C-{at}",
    )  # fmt: skip
    rows = "".join(f"C-{at},it came\n" for at in range(40))
    drawn = audits.look(program, read(program, tmp_path, f"reference,text\n{rows}"))
    assert [table.measure for table in drawn.tables] == ["word_error", "inserted"]
    assert [[cell.n for cell in table.cells] for table in drawn.tables] == [[20, 20]] * 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "needs a column text"),
        ("reference\none\n", "needs a column text"),
        ("text\nhello\n", "needs a column text"),
        ("reference,text\ntwo,hello\n", "Row 2: 2 recordings have the reference two."),
        ("reference,text\none,a\none,b\n", "Row 3: this recording was named in a row before."),
        ("reference,text\nnobody,a\n", "No row of"),
        (b"\xff\xfe\x00", "is no CSV file in UTF-8"),
        ("reference,text\none,\n", "No row of"),
    ],
)
def test_a_file_that_is_wrong_is_refused_in_a_sentence(
    program: Program, tmp_path: Path, content: str | bytes, sentence: str
) -> None:
    with pytest.raises(Invalid, match=r".") as refused:
        read(program, tmp_path, content)
    assert sentence in refused.value.sentence
    with pytest.raises(Invalid, match="There is no file"):
        references.read(tmp_path / "none.csv", program)
