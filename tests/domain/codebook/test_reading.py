"""A codebook is read whole, or refused with the row that is wrong."""

from __future__ import annotations

import pytest

from app.domain.codebook.book import MOST_KEPT, MOST_THEMES, Theme, key
from app.domain.codebook.reading import default_codebook, read_codebook
from app.domain.errors import Invalid


def test_names_descriptions_examples_and_parents() -> None:
    book = read_codebook(
        "Name,description,examples,parent\n"
        'Delivery,"Parcels, couriers",It came late. | In pieces.,\n'
        "\n"
        "Courier,Who brings it,,delivery\n"
    )
    assert book.themes == (
        Theme("Delivery", "Parcels, couriers", ("It came late.", "In pieces.")),
        Theme("Courier", "Who brings it", (), "delivery"),
    )


def test_what_spreadsheets_write_is_read() -> None:
    assert read_codebook("\ufeffname;description\r\nPrix;Ce que ça coûte\r\n").names == ("Prix",)
    assert read_codebook("name\tdescription\nPrice\tWhat it costs, in all\n").names == ("Price",)
    assert read_codebook("\n \t\n\tname\tdescription\n1\tPrice\tCosts\n").names == ("Price",)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("first", ["", "sep=;", '"sep=;"', "SEP=;;;"])
def test_lines_end_and_cells_part_as_the_file_says(end: str, first: str) -> None:
    lines = [first, "name;description", "A;One, two", "", "B;b"]
    book = read_codebook(end.join(lines if first else lines[1:]))
    assert [(each.name, each.description) for each in book.themes] == [
        ("A", "One, two"),
        ("B", "b"),
    ]


def test_the_row_is_the_one_that_a_spreadsheet_shows() -> None:
    with pytest.raises(Invalid, match=r"^Row 3: the theme has no name"):
        read_codebook("sep=;\rname;description\rA;a\r;b\r")


def test_empty_cells_at_the_end_part_nothing() -> None:
    assert read_codebook("name,description,,\nA,a,,,,\nB,b\n").names == ("A", "B")


def test_colours_and_whether_it_is_listened_for() -> None:
    book = read_codebook("name,description,colour,active\nA,a,Teal,\nB,b,,No\nC,c,rose,YES\n")
    assert [(t.colour, t.active) for t in book.themes] == [
        ("teal", True), ("", False), ("rose", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The codebook is empty: it needs a row for each theme."),
        ("name,description\n", "The codebook has no themes: it needs a row for each one."),
        ("name\nPrice\n", "Row 1: the column “description” is missing"),
        ("description\nPrice\n", "Row 1: the column “name” is missing"),
        ("name,description\nA,a\n,b\n", "Row 3: the theme has no name."),
        ("name,description\nA,\n", "Row 2: “A” needs a description of one line."),
        ("name,description\nA,a\nB,b\na,c\n", "Row 4: the name “a” is already in row 2."),
        (f"name,description\n{'A' * 81},a\n", "Row 2: the name is longer than 80 characters."),
        ("name,description,parent\nA,a,B\n", "Row 2: the parent “B” is not a theme here."),
        ("name,description,parent\nA,a,B\nB,b,A\n", "Row 2: “A” is its own parent in the end:"),
        ("name,description,parent\nA,a,A\n", "Row 2: “A” is its own parent in the end:"),
        (
            "name,description,parent\nA,a,B\nB,b,C\nC,c,b\n",
            "Row 2: “A” stands in a ring: “A” under “B” under “C” under “B”.",
        ),
        (
            "name,description,parent\nA,a,\nB,b,A\nC,c,B\nD,d,C\n",
            "Row 5: “D” would be on a fourth level. There are three levels at most: a theme, "
            "themes under it, and themes under those.",
        ),
        ("name,description\nＡ,a\na,b\n", "Row 3: the name “a” is already in row 2."),
        ("name,description\nStraße,a\nSTRASSE,b\n", "Row 3: the name “STRASSE” is already in"),
        ("name,description,colour\nA,a,mauve\n", "Row 2: the colour “mauve” isn't one of rose"),
        ("name,description,active\nA,a,perhaps\n", "Row 2: active is yes or no, not “perhaps”"),
        ("name,description,name\nA,a,B\n", "Row 1: the column “name” stands there twice."),
        (
            "name,description\nDelivery,Late parcels, broken boxes, rude couriers\n",
            "Row 2 has 4 cells and the header 2: put quotes round a text with commas.",
        ),
        ("name,description,,\n\nA,a,b,,\n", "Row 3 has 3 cells and the header 2: put quotes"),
        ("name;description\nA;a;b\n", "Row 2 has 3 cells and the header 2: put quotes round a tex"),
        ("sep=|\nname|description\n", "Row 1: “sep=” names a comma, a semicolon or a tab"),
        ("sep=;\n", "Row 1: the column “name” is missing"),
        ("\x00\x01", "The codebook isn't a CSV file."),
        ('name,description\nA,"a\x00"\n', "The codebook isn't a CSV file."),
        ("name,description\nA," + "a" * 200_000, "Row 2: this isn't readable CSV"),
    ],
)
def test_what_is_wrong_is_said_with_its_row(text: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_codebook(text)
    assert refusal.value.sentence.startswith(sentence)


def test_rows_are_counted_as_a_spreadsheet_counts_them() -> None:
    with pytest.raises(Invalid, match="Row 5: the name “A” is already in row 3"):
        read_codebook("name,description\n\nA,a\n\nA,b\n")


def test_as_many_themes_as_allowed_and_not_one_more() -> None:
    rows = "".join(f"Theme {i},About {i}\n" for i in range(MOST_THEMES))
    assert len(read_codebook("name,description\n" + rows).themes) == MOST_THEMES
    with pytest.raises(Invalid, match=r"^Row 502: the codebook has more than 500 themes"):
        read_codebook("name,description\n" + rows + "One more,x\n")


def test_those_that_are_off_come_back_as_well() -> None:
    header = "name,description,active\n"
    rows = "".join(f"Theme {i},About {i},{'no' if i % 4 else 'yes'}\n" for i in range(MOST_KEPT))
    assert len(read_codebook(header + rows).themes) == MOST_KEPT
    with pytest.raises(Invalid, match=r"^Row 2002: the codebook has more than 2,000 themes"):
        read_codebook(header + rows + "One more,x,no\n")


def test_the_default_codebook_speaks_as_customers_do() -> None:
    book = default_codebook()
    assert len(book.themes) == 14
    assert all(3 <= len(theme.examples) <= 5 for theme in book.themes)


def test_a_quote_that_is_never_closed_swallows_no_rows() -> None:
    with pytest.raises(Invalid, match=r"^Row 3: .*quote"):
        read_codebook(
            'name,description\nPrice,Dear\nDelivery,"Late parcels\nStaff,Rude\nApp,Slow\n'
        )


@pytest.mark.parametrize("unseen", ["A\u200b", "\u2060A", "A\u202a", "A\x07", "\ufeffA"])
def test_names_that_look_the_same_are_twins(unseen: str) -> None:
    assert key(unseen) == key("a")
    with pytest.raises(Invalid, match="Row 3"):
        read_codebook(f"name,description\nA,one\n{unseen},other\n")
