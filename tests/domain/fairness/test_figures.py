"""Figures, intervals and the ratio between groups."""

from __future__ import annotations

import random
from math import inf

import pytest

from app.domain.errors import Invalid
from app.domain.fairness import figures, words
from app.domain.fairness.measures import read_limits


def levenshtein(a: list[str], b: list[str]) -> int:
    """The whole table, as the textbooks have it."""
    rows = [list(range(len(b) + 1))]
    for i, word in enumerate(a, 1):
        rows.append([i])
        for j, other in enumerate(b, 1):
            rows[i].append(
                min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (word != other))
            )
    return rows[-1][-1]


def test_the_band_gives_what_the_whole_table_gives() -> None:
    draws = random.Random(0)
    for _ in range(150):
        said = [draws.choice("abcd") for _ in range(draws.randint(0, 40))]
        heard = [w for w in said if draws.random() < 0.8]
        for _ in range(draws.randint(0, 25)):
            heard.insert(draws.randint(0, len(heard)), draws.choice("abcde"))
        found = words.compare(said, heard)
        assert found.edits == levenshtein(said, heard)
        assert found.inserted >= max(0, len(heard) - len(said))


@pytest.mark.parametrize(
    ("said", "heard", "edits", "inserted"),
    [
        ("It came late.", "it came LATE", 0, 0),
        ("It came late.", "it never came late", 1, 1),
        ("It came late.", "it came", 1, 0),
        ("It came late.", "it was late", 1, 0),
        ("", "thank you for watching", 4, 4),
        ("东西坏了", "东西坏", 1, 0),  # no spaces: sign by sign
        ("don’t", "don't", 0, 0),
    ],
)
def test_words_are_compared_without_marks(said: str, heard: str, edits: int, inserted: int) -> None:
    found = words.compare(words.plain(said), words.plain(heard))
    assert (found.edits, found.inserted) == (edits, inserted)


def test_a_share_has_wilsons_interval() -> None:
    """Wilson 1927, as in Newcombe 1998, table I: 81 of 263, and 0 of 20."""
    found = figures.share([(1, 1)] * 81 + [(0, 1)] * 182)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)
    none = figures.share([(0, 1)] * 20)
    assert (none.value, none.low, round(none.high, 4)) == (0, 0, 0.1611)


def test_a_rate_is_drawn_by_respondent_and_the_same_each_time() -> None:
    facts = [(float(i % 4), 20.0) for i in range(40)]
    found = figures.rate(facts)
    assert found == figures.rate(facts)
    assert found.low < found.value == 0.075 < found.high
    # The same words by a quarter of the people say less.
    fewer = [(4 * wrong, 4 * of) for wrong, of in facts[::4]] + [(6.0, 80.0)]
    assert figures.rate([*fewer]).n == 11
    spread = figures.rate([(0.0, 80.0), (12.0, 80.0)] * 5)
    assert spread.high - spread.low > 1.5 * (found.high - found.low)


def test_chance_alone_rarely_makes_a_gap() -> None:
    """Groups drawn alike: with all pairs counted, one draw in twenty at most shows a gap."""
    draws, alarms = random.Random(3), 0
    for _ in range(120):
        groups = [
            (name, figures.share([(draws.random() < 0.4, 1) for _ in range(30)]))
            for name in "abcdef"
        ]
        found = figures.ratio(groups, more_is_worse=True, pairs=15, kind="share")
        alarms += bool(found and found.beyond_chance)
    assert alarms <= 10  # 6 expected at most; 10 or more by chance in one of 20 such tests


def test_the_worst_is_the_group_that_fares_worst() -> None:
    low, high = (
        figures.share([(1, 1)] * 10 + [(0, 1)] * 90),
        figures.share([(1, 1)] * 60 + [(0, 1)] * 40),
    )
    more = figures.ratio([("a", low), ("b", high)], more_is_worse=True, pairs=1, kind="share")
    less = figures.ratio([("a", low), ("b", high)], more_is_worse=False, pairs=1, kind="share")
    assert more is not None and less is not None
    assert (more.worst, more.best, less.worst, less.best) == ("b", "a", "a", "b")
    assert more.value == less.value > more.low > 3


def test_nothing_wrong_anywhere_is_no_gap() -> None:
    none = figures.rate([(0.0, 30.0)] * 12)
    found = figures.ratio([("a", none), ("b", none)], more_is_worse=True, pairs=1, kind="rate")
    assert found is not None and found.value == 1 and not found.beyond_chance
    assert figures.ratio([("a", none)], more_is_worse=True, pairs=0, kind="rate") is None
    assert figures.rate([(1.0, 2.0)]).log_error == inf


def test_students_quantile() -> None:
    """Against printed tables: t(0.975; 10), t(0.999; 30), t(0.995; 11)."""
    assert abs(figures.quantile(0.975, 10) - 2.2281) < 0.002
    assert abs(figures.quantile(0.999, 30) - 3.3852) < 0.003
    assert abs(figures.quantile(0.995, 11) - 3.1058) < 0.004


@pytest.mark.parametrize("text", ["word_error", "word_error=0.9", "height=2", "word_error=x"])
def test_a_limit_that_is_none_is_refused(text: str) -> None:
    assert read_limits("word_error=1.4, highlighted=1.3") == {"word_error": 1.4, "highlighted": 1.3}
    with pytest.raises(Invalid):
        read_limits(text)


def test_a_ratio_of_shares_at_the_ends() -> None:
    """0 of 12 against 68 of 68 is no chance, 0 of 12 against 1 of 12 is; none at all is alike."""

    def of(yes: int, n: int) -> figures.Estimate:
        return figures.share([(1, 1)] * yes + [(0, 1)] * (n - yes))

    def gap(a: figures.Estimate, b: figures.Estimate) -> figures.Ratio:
        found = figures.ratio([("a", a), ("b", b)], more_is_worse=False, pairs=5, kind="share")
        assert found is not None and found.low <= found.value <= found.high <= figures.HIGHEST
        return found

    assert gap(of(0, 12), of(68, 68)).low > 2
    assert not gap(of(0, 12), of(1, 12)).beyond_chance
    assert not gap(of(0, 12), of(0, 40)).beyond_chance
    assert not gap(of(12, 12), of(40, 40)).beyond_chance
    known = figures.ratio(
        [("a", of(56, 70)), ("b", of(48, 80))], more_is_worse=True, pairs=1, kind="share"
    )  # Newcombe's example of 0.8 and 0.6: about 1.07 to 1.67 by any sound method
    assert known is not None and 1.05 < known.low < 1.1 and 1.6 < known.high < 1.7
