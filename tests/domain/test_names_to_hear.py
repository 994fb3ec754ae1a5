from __future__ import annotations

from app.domain.vocabulary import names_to_hear
from app.models import Program, Prompt, Theme


def program(**said: object) -> Program:
    return Program(
        **{"name": "After delivery", "question": "How was it?", "vocabulary": [], **said}
    )


def test_names_come_from_questions_themes_and_the_program_in_this_order() -> None:
    found = names_to_hear(
        program(
            question="What do you think of the Aurora Mini 2?",
            prompts=[Prompt(text="How do you get on with Łódź Bank, and I mean its Ärzte-Portal?")],
            themes=[Theme(name="Billing", active=True), Theme(name="Old", active=False)],
        )
    )
    assert found == ("Aurora Mini 2", "Ärzte-Portal", "Billing", "After delivery")


def test_a_name_is_told_once_and_a_plain_question_holds_none() -> None:
    found = names_to_hear(
        program(
            name="billing",
            question="Did what I said help? I'd like to know, and I'm listening. Tell us.",
            themes=[Theme(name="Billing", active=True)],
        )
    )
    assert found == ("Billing",)


def test_what_an_owner_wrote_down_comes_first_as_they_wrote_it() -> None:
    found = names_to_hear(
        program(
            vocabulary=["Bluebell Saver", "aurora mini"],
            question="What do you think of the Aurora Mini?",
            themes=[],
        )
    )
    assert found == ("Bluebell Saver", "aurora mini", "After delivery")
