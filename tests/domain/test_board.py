from datetime import timedelta

from app.domain import board
from app.domain.board import Filters, grouped
from app.extensions import db
from app.models import Highlight, Program, Workspace, now
from tests import factories


def moment(program: Program, quote: str = "It came late.", **values: object) -> Highlight:
    received = values.pop("received_at", now())
    submission = factories.submission(program, received_at=received)
    answer = factories.answer(submission)
    transcript = factories.transcript(answer, quote)
    return factories.highlight(answer, transcript, **values)


def test_groups_by_the_most_mentioned_theme_and_shows_nothing_twice() -> None:
    by_theme = {
        "a": ["1", "2"],
        "b": ["1", "3", "4", "5"],
        None: ["6"],
        "c": ["1", "7", "8", "9", "10"],
    }
    assert grouped(by_theme, {"a": 1, "b": 9, "c": 5}) == {
        "b": ["1", "3", "4", "5"],
        "c": ["7", "8", "9"],
        "a": ["2"],
        None: ["6"],
    }


def test_sections_count_voices_not_moments(workspace: Workspace) -> None:
    program = factories.program(workspace)
    delivery, staff = program.themes
    first = moment(program, themes=[delivery])
    factories.highlight(
        first.answer, factories.transcript(first.answer, "Late again.", current=False)
    )
    moment(program, themes=[delivery], score=0.9)
    silent = factories.submission(program)
    factories.answer(silent)

    (section,) = board.sections(program, Filters())

    assert section.theme is delivery
    assert section.heard_by == 2
    assert board.voices(program, Filters()) == 3
    assert [each.score for each in section.moments] == [0.9, 0.8]
    assert staff.id not in board.heard_by(program, Filters())


def test_a_moment_without_a_theme_is_still_shown(workspace: Workspace) -> None:
    program = factories.program(workspace)
    moment(program, themes=[program.themes[0]])
    plain = moment(program)
    last = board.sections(program, Filters())[-1]
    assert last.theme is None
    assert last.moments == (plain,)


def test_low_and_high_feeling_stand_by_the_same_rule(workspace: Workspace) -> None:
    program = factories.program(workspace)
    bad = moment(program, sentiment="negative", sentiment_score=-0.9, score=0.7)
    good = moment(program, sentiment="positive", sentiment_score=0.9, score=0.7)
    assert set(board.page(program, Filters()).moments) == {bad, good}


def test_filters(workspace: Workspace) -> None:
    program = factories.program(workspace)
    delivery, staff = program.themes
    found = moment(
        program,
        themes=[delivery],
        emotion="joy",
        sentiment="positive",
        received_at=now() - timedelta(days=8),
    )
    moment(program, themes=[staff])
    for filters in (
        Filters(theme=delivery.id),
        Filters(emotion="joy"),
        Filters(sentiment="positive"),
    ):
        assert board.page(program, filters).moments == (found,)
    assert found not in board.page(program, Filters(period="week")).moments
    assert found in board.page(program, Filters(period="month")).moments
    assert board.page(program, Filters(touchpoint=program.touchpoints[1].id)).moments == ()
    assert board.emotions(program) == ["anger", "joy"]


def test_what_is_hidden_withdrawn_outdated_or_elsewhere_is_not_shown(workspace: Workspace) -> None:
    program = factories.program(workspace)
    moment(factories.program(workspace, name="Another"))
    moment(program, hidden=True)
    withdrawn = moment(program)
    withdrawn.submission.state = "withdrawn"
    outdated = moment(program)
    factories.transcript(outdated.answer, "Again.")
    outdated_transcript = outdated.answer.transcripts[0]
    outdated_transcript.current = False
    db.session.commit()
    assert board.page(program, Filters()).moments == ()


def test_pages_follow_one_another_without_gaps_or_repeats(workspace: Workspace) -> None:
    program = factories.program(workspace)
    for number in range(7):
        moment(program, score=0.5 + (number % 3) / 10)
    for sort in board.SORTS:
        seen: list[str] = []
        after = ""
        while True:
            page = board.page(program, Filters(), sort, after, size=3)
            seen += [each.id for each in page.moments]
            if page.next is None:
                break
            after = page.next
        assert len(seen) == len(set(seen)) == 7


def test_the_shortest_period_with_something_to_show(workspace: Workspace) -> None:
    program = factories.program(workspace)
    assert board.fullest_recent(program, Filters()) == "all"
    moment(program, received_at=now() - timedelta(days=20))
    assert board.fullest_recent(program, Filters()) == "month"
    moment(program)
    assert board.fullest_recent(program, Filters()) == "week"


def test_own_programs_come_before_the_sample(workspace: Workspace) -> None:
    own = factories.program(workspace)
    factories.program(workspace, is_sample=True)
    factories.program(factories.workspace("Elsewhere"))
    assert [each.is_sample for each in board.programs(workspace.id)] == [False, True]
    assert board.programs(workspace.id)[0] is own
