"""`./heard understand`: what can't be read is named by its line, the rest is done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.domain.errors import Invalid
from workers.commands import LONGEST_LINE, understand

pytestmark = pytest.mark.slow

GOOD = '{"id": 1, "text": "It came nine days late and the box was torn open."}'
SURROGATE = '{"id": "\\ud800", "text": "half \\ud83d of a face"}'


def _run(stdin: bytes, *arguments: str) -> tuple[Result, list[dict[str, object]]]:
    result = CliRunner().invoke(understand, arguments, input=stdin)
    return result, [json.loads(line) for line in result.stdout.splitlines() if line[:1] == "{"]


def test_lines_that_cannot_be_read_are_named_and_the_rest_is_done() -> None:
    lines = [
        GOOD.encode(),
        b"not json",
        b'{"id": 2}',
        b'{"id": 3, "text": 4}',
        b"[1, 2]",
        b'{"id": NaN, "text": "x"}',
        b'{"id": 1e999, "text": "x"}',
        b'{"id": {"n": [-1e999]}, "text": "x"}',
        b'{"id": ' + b"9" * 6000 + b', "text": "x"}',
        b"[" * 200_000,
        b'{"id": 4, "text": "\xff\xfe"}',
        b'{"id": 5, "text": "' + b"a" * LONGEST_LINE + b'"}',
        b"",
        SURROGATE.encode(),
        GOOD.replace("1", "6", 1).encode(),
    ]
    result, rows = _run(b"\n".join(lines))
    assert [row["id"] for row in rows] == [1, "\ud800", 6]
    for number in range(2, 13):
        assert f"Line {number} " in result.stderr, number
    assert "Traceback" not in result.output
    assert isinstance(result.exception, Invalid)
    assert result.exception.sentence == "11 of the lines could not be read; the others were."


def test_texts_without_words_that_can_be_read_are_neutral_without_confidence() -> None:
    texts = ["", "  ", "😀😀", "12:30", "包裹晚了九天", "Посылка пришла поздно", "\u200b\x00"]
    stdin = "\n".join(json.dumps({"id": i, "text": text}) for i, text in enumerate(texts))
    result, rows = _run(stdin.encode())
    assert result.exit_code == 0 and len(rows) == len(texts)
    for row in rows:
        feeling = row["sentiment"]
        assert isinstance(feeling, dict)
        assert (feeling["label"], feeling["confidence"]) == ("neutral", 0.0)
        assert (row["emotions"], row["themes"]) == ([], [])


def test_an_enormous_and_a_mixed_text_are_read() -> None:
    texts = [json.loads(GOOD)["text"] + " word" * 500_000, "The delivery 配送 was very late 😀"]
    stdin = "\n".join(json.dumps({"id": i, "text": text}) for i, text in enumerate(texts))
    result, rows = _run(stdin.encode())
    assert result.exit_code == 0
    assert [row["sentiment"]["label"] for row in rows] == ["negative", "negative"]  # type: ignore[index]


def test_a_codebook_in_which_every_theme_is_off_is_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "codebook.csv"
    path.write_text("name,description,active\nDelivery,Late or lost deliveries,no\n")
    result, rows = _run(GOOD.encode(), "--codebook", str(path))
    assert result.exit_code == 0 and rows[0]["themes"] == []
    said = f"No theme of the codebook {path} is active, so none will be heard.\n"
    assert said in result.stderr
    path.write_text("name,description\nDelivery,Late or lost deliveries\n")
    assert "active" not in _run(GOOD.encode(), "--codebook", str(path))[0].stderr


def test_no_lines_at_all() -> None:
    result, rows = _run(b"")
    assert (result.exit_code, rows) == (0, [])


@pytest.mark.parametrize(
    ("csv_text", "sentence"),
    [
        ("name\nPool\n", "the column “description” is missing"),
        ("name,description\nPool,\n", "“Pool” needs a description"),
        ("name,description\nPool,Swimming\npool,Water\n", "is already in row 2"),
        ("name,description,parent\nA,x,B\nB,y,A\n", "is its own parent in the end"),
        ("name,description,parent\nA,x,Z\n", "is not a theme here"),
        ("", "The codebook is empty"),
        (
            "name,description\n" + "".join(f"T{i},About {i}\n" for i in range(501)),
            "more than 500 themes",
        ),
    ],
)
def test_a_codebook_that_cannot_be_used_is_refused(
    tmp_path: Path, csv_text: str, sentence: str
) -> None:
    book = tmp_path / "book.csv"
    book.write_text(csv_text, encoding="utf-8")
    result, rows = _run(GOOD.encode(), "--codebook", str(book))
    assert isinstance(result.exception, Invalid) and sentence in result.exception.sentence
    assert rows == []


def test_themes_that_are_not_active_are_not_heard(tmp_path: Path) -> None:
    book = tmp_path / "book.csv"
    found = []
    for active in ("yes", "no"):
        book.write_text(
            "name,description,parent,active\n"
            f"Delivery,When the box comes and in what state,,{active}\n"
            "Courier,The person who brings the box,Delivery,yes\n"
            "Staff,How people in a shop behave,,yes\n"
        )
        result, rows = _run(GOOD.encode(), "--codebook", str(book))
        assert result.exit_code == 0
        found.append([theme["name"] for theme in rows[0]["themes"]])  # type: ignore[attr-defined]
    assert "Delivery" in found[0] and "Delivery" not in found[1]


def test_a_folder_is_no_codebook_and_500_themes_are(tmp_path: Path) -> None:
    result, _ = _run(GOOD.encode(), "--codebook", str(tmp_path))
    assert isinstance(result.exception, Invalid)
    assert "can't be read" in result.exception.sentence
    book = tmp_path / "book.csv"
    many = "".join(f"T{i},Things of the kind {i}\n" for i in range(499))
    book.write_text("name,description\nDelivery,When the box comes and in what state\n" + many)
    result, rows = _run(GOOD.encode(), "--codebook", str(book))
    assert result.exit_code == 0
    assert rows[0]["themes"][0]["name"] == "Delivery"  # type: ignore[index]
