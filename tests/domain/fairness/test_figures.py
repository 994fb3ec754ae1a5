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


def shares(**groups: tuple[int, int]) -> list[tuple[str, figures.Estimate]]:
    """Of each group so many of so many."""
    return [
        (name, figures.share([(1, 1)] * yes + [(0, 1)] * (n - yes)))
        for name, (yes, n) in groups.items()
    ]


def ratios(
    groups: list[tuple[str, figures.Estimate]],
    *,
    worse: bool = True,
    pairs: int = 1,
    kind: str = "share",
    limit: float = 2.0,
) -> list[figures.Ratio]:
    return figures.ratios(groups, more_is_worse=worse, pairs=pairs, kind=kind, limit=limit)


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
        alarms += any(each.beyond_chance for each in ratios(groups, pairs=15))
    assert alarms <= 10  # 6 expected at most; 10 or more by chance in one of 20 such tests


def test_the_worst_is_the_group_that_fares_worst() -> None:
    groups = shares(a=(10, 100), b=(60, 100))
    [more], [less] = ratios(groups), ratios(groups, worse=False)
    assert (more.worst, more.best, less.worst, less.best) == ("b", "a", "a", "b")
    assert more.value == less.value > more.low > 3


def test_nothing_wrong_anywhere_is_no_gap() -> None:
    none = figures.rate([(0.0, 30.0)] * 12)
    [found] = ratios([("a", none), ("b", none)], kind="rate")
    assert found.value == 1 and not found.beyond_chance
    assert ratios([("a", none)], pairs=0, kind="rate") == []
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

    def gap(a: tuple[int, int], b: tuple[int, int]) -> figures.Ratio:
        [found] = ratios(shares(a=a, b=b), worse=False, pairs=5)
        assert found.value >= 1 and found.low <= found.value <= found.high <= figures.HIGHEST
        return found

    assert gap((0, 12), (68, 68)).low > 2
    assert not gap((0, 12), (1, 12)).beyond_chance
    assert not gap((0, 12), (0, 40)).beyond_chance
    assert not gap((12, 12), (40, 40)).beyond_chance
    # Half an event is more of 12 than 30 are of 1,000: which of the two fares worse is not known
    assert gap((0, 12), (30, 1000)).value == 1
    [known] = ratios(shares(a=(56, 70), b=(48, 80)))
    # Newcombe's example of 0.8 and 0.6: about 1.07 to 1.67 by any sound method
    assert 1.05 < known.low < 1.1 and 1.6 < known.high < 1.7


@pytest.mark.parametrize("small", ["Isles", "Zetland"])
@pytest.mark.parametrize(
    ("north", "south", "isles"),
    [((250, 500), (100, 500), (1, 12)), ((61, 1000), (0, 1000), (0, 12))],
)
def test_a_small_group_hides_no_gap_between_large_ones(
    small: str, north: tuple[int, int], south: tuple[int, int], isles: tuple[int, int]
) -> None:
    """What is sure is told before what is wide, whatever the groups are called."""
    told, *rest = ratios(shares(North=north, South=south, **{small: isles}), pairs=12)
    assert (told.worst, told.best) == ("North", "South") and told.beyond(2.0)
    assert len(rest) == 2 and not any(each.beyond(2.0) for each in rest)


def test_where_no_gap_is_sure_the_widest_is_told() -> None:
    told = ratios(shares(a=(4, 12), b=(2, 12), c=(3, 12)), pairs=3)[0]
    assert (told.worst, told.best, told.value) == ("a", "b", 2)


def test_of_gaps_that_are_alike_the_one_of_more_people_is_told() -> None:
    groups = shares(a=(6, 12), b=(12, 24), c=(4, 16))
    for each in (groups, groups[::-1]):
        told, other, _ = ratios(each, pairs=12)
        assert (told.worst, told.best, told.value, other.value) == ("b", "c", 2, 2)
