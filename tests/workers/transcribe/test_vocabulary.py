"""A program's names in the basic engine: more of them are right, and nothing else is worse."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.domain.timeline import Span
from bench import accuracy_names
from bench.accuracy_names import Sentence, names_in
from workers.__main__ import main as machine
from workers.transcribe.base import Engine, Transcription
from workers.transcribe.entries import MOST_WAYS, Entry, entries
from workers.transcribe.errors import edits, plain_words
from workers.transcribe.pocketsphinx_engine import PocketSphinxEngine

HARD = ("Aurora Mini", "Bluebell Saver", "Pebble Phone", "Falcon Desk")
# With "card", "kettle", "phone", "lamp", "desk" in them.
NAMELESS = ("unnamed-13", "unnamed-14", "unnamed-15")
MARGIN = 3  # of four names that the engine doesn't know


@pytest.fixture(scope="module")
def engine() -> Engine:
    return PocketSphinxEngine()


@pytest.fixture(scope="module")
def said() -> list[Sentence]:
    return [
        *accuracy_names.sentences(lambda row: row["name"] in HARD),
        *accuracy_names.sentences(lambda row: row["file"][:10] in NAMELESS),
    ]


@pytest.fixture(scope="module")
def told(said: list[Sentence]) -> tuple[str, ...]:
    return accuracy_names.vocabulary(said, accuracy_names.MANY)


@pytest.fixture(scope="module")
def plain(engine: Engine, said: list[Sentence]) -> list[Transcription]:
    return [engine.transcribe(each.samples) for each in said]


@pytest.fixture(scope="module")
def heard(engine: Engine, said: list[Sentence], told: tuple[str, ...]) -> list[Transcription]:
    return [engine.transcribe(each.samples, vocabulary=told) for each in said]


def right(said: list[Sentence], heard: list[Transcription]) -> int:
    return sum(
        each.name in names_in(one.text, HARD)
        for each, one in zip(said, heard, strict=True)
        if each.name
    )


@pytest.mark.slow
def test_more_names_are_right_and_none_is_heard_that_nobody_said(
    said: list[Sentence],
    told: tuple[str, ...],
    plain: list[Transcription],
    heard: list[Transcription],
) -> None:
    assert right(said, heard) >= right(said, plain) + MARGIN, [each.text for each in heard]
    for each, one in zip(said, heard, strict=True):
        named = names_in(one.text, told)
        assert set(named) <= {each.name}, one.text
        assert all(name in one.text for name in named), "as its owner wrote it"
    nameless = [at for at, each in enumerate(said) if not each.name]
    wrong = [
        sum(edits(plain_words(said[at].text), plain_words(by[at].text)) for at in nameless)
        for by in (plain, heard)
    ]
    assert len(nameless) == 3 and wrong[1] <= wrong[0]


@pytest.mark.slow
def test_a_name_is_in_its_words_each_with_its_time(heard: list[Transcription]) -> None:
    found = 0
    for one in heard:
        words = one.words
        assert all(0 <= word.start < word.end <= one.duration_s for word in words)
        assert all(a.end <= b.start + 1e-9 for a, b in pairwise(words))
        assert one.text.split() == [word.text for word in words], "else nobody knows their times"
        for first, second in pairwise(words):
            if f"{first.text} {second.text}" in HARD:
                found += 1
                assert first.end == pytest.approx(second.start)
                assert all(0.15 < each.end - each.start < 1.0 for each in (first, second))
                assert first.confidence == second.confidence
    assert found >= MARGIN


@pytest.mark.slow
def test_one_programs_names_are_not_heard_for_another(
    engine: Engine,
    said: list[Sentence],
    plain: list[Transcription],
    heard: list[Transcription],
    told: tuple[str, ...],
) -> None:
    """A worker keeps one engine. Names that are common words are heard and written as ever."""
    at = next(at for at, each in enumerate(said) if each.name == "Pebble Phone")
    samples = said[at].samples
    assert engine.transcribe(samples, vocabulary=("Send", "Please", "Łódź Bank")) == plain[at]
    assert engine.transcribe(samples, vocabulary=told) == heard[at]
    assert engine.transcribe(samples) == plain[at] != heard[at]


@pytest.fixture(scope="module")
def phones() -> dict[str, str]:
    """The engine's own dictionary."""
    from pocketsphinx import get_model_path

    lines = Path(get_model_path("en-us/cmudict-en-us.dict")).read_text().splitlines()
    return dict(line.split(maxsplit=1) for line in lines if line.strip())


@pytest.mark.parametrize(
    ("name", "shown", "said"),
    [
        ("Aurora Mini", "Aurora Mini", "aurora mini"),
        ("Café Noir", "Café Noir", "cafe noir"),
        ("X-ray", "X-ray", "x-ray"),
        ("Pebble-Phone", "Pebble-Phone", "pebble phone"),
        ("Salt & Stone", "Salt & Stone", "salt and stone"),
        ("Aurora — Mini", "Aurora Mini", "aurora mini"),
        ("Harbor+", "Harbor+", "harbor plus"),
        ("McDonald’s", "McDonald’s", "mcdonald's"),
        ("Route 66", "Route 66", "route sixty six"),
        ("Pebble3", "Pebble3", "pebble three"),
        ("Desk 365", "Desk 365", "desk three six five"),
        ("Line 20", "Line 20", "line twenty"),
        ("QRXB", "QRXB", "q. r. x. b."),
        ("IBM Desk", "IBM Desk", "ibm desk"),
        ("Desk & Sons, Inc.", "Desk & Sons Inc", "desk and sons inc"),
        ("Pebble! (new)", "Pebble (new)", "pebble new"),
        ("<sil> Desk", "<sil> Desk", "sil desk"),
    ],
)
def test_a_name_is_said_as_its_words_are(
    name: str, shown: str, said: str, phones: dict[str, str]
) -> None:
    (entry,) = entries([name], phones.get)
    assert (" ".join(entry.shown), " ".join(entry.said)) == (shown, said)
    assert entry.ways and all(len(way) == len(entry.shown) for way in entry.ways)


@pytest.mark.parametrize("name", ["Zyrtec", "Aurora Zyrtec", "Łódź", "銀行", "²", "—", "'", ""])
def test_a_name_that_nobody_can_say_is_passed_over(name: str, phones: dict[str, str]) -> None:
    assert entries([name], phones.get) == []


@pytest.mark.slow
def test_a_command_listens_for_names_and_says_which_it_cannot(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HEARD_DATA", str(tmp_path))
    names, sound = tmp_path / "names.txt", accuracy_names.FOLDER / "named-06-slt.ogg"
    names.write_text("Pebble Phone\nZyrtec, Łódź\n", "utf-8")
    of = ["transcribe", str(sound), "--engine", "pocketsphinx"]
    said = CliRunner().invoke(machine, [*of, "--names", str(names)])
    assert (said.exit_code, "Pebble Phone" in said.stdout) == (0, True), said.output
    assert "pocketsphinx passes over Zyrtec, Łódź." in said.stderr
    assert "Pebble Phone" not in CliRunner().invoke(machine, of).stdout
    names.write_text("&&&")
    refused = CliRunner().invoke(machine, [*of, "--names", str(names)])
    assert (refused.exit_code, refused.stdout) == (
        1,
        "",
    ) and "no name to listen for" in refused.output
    refused = CliRunner().invoke(machine, [*of, "--names", str(tmp_path)])
    assert "The list of names" in refused.output and "can't be read" in refused.output


def test_ways_of_saying_it_are_few_and_the_likeliest_first(phones: dict[str, str]) -> None:
    (entry,) = entries(["Read Live Lead Record Use Close Present Object"], phones.get)
    assert len(set(entry.ways)) == MOST_WAYS
    assert entry.ways[0] == tuple(phones[each] for each in entry.said)


def test_a_names_words_share_its_time_by_their_phones() -> None:
    entry = Entry(("A", "Bee"), ("a", "bee"), (("AH", "B IY"), ("EY EY EY", "B")))
    words = list(entry.timed(0, Span(1.0, 1.6), 0.5))
    assert [(w.text, round(w.start, 3), round(w.end, 3)) for w in words] == [
        ("A", 1.0, 1.2), ("Bee", 1.2, 1.6),
    ]  # fmt: skip
    assert [round(w.end - w.start, 3) for w in entry.timed(1, Span(0.0, 0.4), 0.5)] == [0.3, 0.1]
