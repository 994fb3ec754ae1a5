"""The page that says how right the machine is, and how it reads what the bench writes."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.domain import accuracy
from app.domain.accuracy import Goal, Report, Span
from app.models import Member
from bench.figures import Figure, markdown
from tests import factories
from tests.conftest import sign_in

NOT_MEASURED = "wasn’t measured here"
HEAD = (
    "# How right\n\nMeasured on 2026-01-02 with `./heard bench`.\n\n## Sentiment\n\nAs heard.\n\n"
)


def written(*figures: Figure) -> str:
    return f"{HEAD}{markdown(figures)}\n"


def test_every_row_of_the_real_page_becomes_a_figure() -> None:
    text = accuracy.PAGE.read_text(encoding="utf-8")
    report = accuracy.read(accuracy.PAGE)
    tables = re.findall(r"(?m)(?:^\|.*\n)+", text)
    assert [len(each.figures) for each in report.sections] == [
        len(table.splitlines()) - 2 for table in tables
    ]
    assert [each.title for each in report.sections] == re.findall(r"(?m)^## (.+)$", text)
    for section in report.sections:
        assert section.about
        assert sorted(map(hash, section.first + section.rest)) == sorted(map(hash, section.figures))
        assert all(each.goal is None for each in section.rest), "no goal is folded away"
    goals = [figure for section in report.sections for figure in section.figures if figure.goal]
    assert len(goals) == text.count("≥") + text.count("≤")


def test_what_the_bench_writes_is_what_is_read() -> None:
    made = Figure("recall", "customers, flagged", 5427, 0.914, 0.825, 0.96, "head 5a", "≥ 0.90")
    report = accuracy.parse(written(made))
    assert report.about == (
        (
            Span("Measured on 2026-01-02 with ", False),
            Span("./heard bench", True),
            Span(".", False),
        ),
    )
    (section,) = report.sections
    assert (section.title, section.about) == ("Sentiment", ((Span("As heard.", False),),))
    (figure,) = section.figures
    assert (figure.what, figure.data, figure.engine) == ("recall", "customers, flagged", "head 5a")
    assert figure.n.replace(" ", "").replace("\u202f", "").replace("\u00a0", "") == "5427"
    assert figure.goal == Goal(True, Decimal("0.90")) and figure.met
    assert figure.numbers == ("0.91", "0.83", "0.96")


@pytest.mark.parametrize(
    ("value", "wanted", "met", "shown"),
    [
        (0.75, "≥ 0.75", True, "0.750"),
        (0.749, "≥ 0.75", False, "0.749"),
        (0.025, "≤ 0.02", False, "0.025"),
        (0.02, "≤ 0.02", True, "0.020"),
        (0.7, "≤ 0.8", True, "0.70"),
        (1.023, "", None, "1.02"),
    ],
)
def test_a_goal_is_met_at_its_value_and_no_rounding_hides_it(
    value: float, wanted: str, met: bool | None, shown: str
) -> None:
    low, high = (value * 0.9, value * 1.1)
    report = accuracy.parse(written(Figure("it", "some", 9, value, low, high, "head", wanted)))
    (figure,) = report.sections[0].figures
    assert (figure.met, figure.numbers[0]) == (met, shown)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# How right\n\n## Sentiment\n\nSoon.\n",
        HEAD + "| what | data |\n|---|---|\n| it | nan |\n",
        HEAD + "| it | some | 9 | nan | nan - nan |  | head |\n",
        HEAD + "| it | some | 9 | 0.5 | wide |  | head |\n",
        HEAD + "| it | some | 9 | 0.5 | 0.4 - 0.6 | good | head |\n",
        HEAD + f"| it | some | 9 | {'9' * 99}.5 | 0.4 - 0.6 |  | head |\n",
        HEAD + "|||||||\n|\n||\n## \n##\n`",
    ],
)
def test_an_odd_page_has_no_figures(text: str) -> None:
    assert accuracy.parse(text) == Report()


def test_a_missing_or_unreadable_page_says_so_in_one_sentence(
    client: FlaskClient, owner: Member, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    garbled = tmp_path / "accuracy.md"
    garbled.write_bytes(b"\xff\xfe\x00")
    staff = sign_in(client, owner)
    for page in (tmp_path / "nowhere.md", tmp_path, garbled):
        monkeypatch.setattr(accuracy, "PAGE", page)
        answer = staff.get("/accuracy")
        assert answer.status_code == 200
        assert answer.text.count(NOT_MEASURED) == 1 and "part-1" not in answer.text


def test_the_page_tells_each_figure_and_what_was_missed(
    client: FlaskClient, owner: Member, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Figure("F1 <b>", "blind", 300, 0.869, 0.827, 0.905, "heard dd4d", "≥ 0.75")
    other = Figure("flips", "pairs", 200, 0.025, 0.011, 0.057, "heard dd4d", "≤ 0.02")
    folded = [Figure(f"old {n}", "older", 9, 0.5, 0.4, 0.6, "heard dd4d") for n in range(5)]
    page = tmp_path / "accuracy.md"
    page.write_text(written(made, other, *folded), encoding="utf-8")
    monkeypatch.setattr(accuracy, "PAGE", page)
    text = sign_in(client, owner).get("/accuracy").text
    plain = " ".join(re.sub(r"<[^>]+>", "", text).split())
    assert "<code>./heard bench</code>" in text and NOT_MEASURED not in text
    assert "F1 <b>" not in text and "F1 &lt;b&gt;" in text
    assert (
        "0.87, between 0.83 and 0.91; goal at least 0.75: met On blind (n = 300), by heard" in plain
    )
    assert "0.025, between 0.011 and 0.057; goal at most 0.02: missed" in plain
    at_once, more = text.split('<details class="accuracy-more">')
    assert "Flips" in at_once and "Old 0" not in at_once
    assert "5 more figures" in more and "Old 4" in more


def test_confidence_leads_to_it_for_the_lowest_role_too(client: FlaskClient, owner: Member) -> None:
    answer = factories.answer(factories.submission(factories.program(owner.workspace)))
    factories.highlight(answer, factories.transcript(answer, "It came late."))
    frontline = sign_in(client, factories.member(owner.workspace, "frontline"))
    assert 'href="/accuracy"' in frontline.get(f"/voices/{answer.submission_id}").text
    assert "How right the machine is" in frontline.get("/accuracy").text
