"""What keeps invented words out, without a model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app.domain.timeline import Word
from workers.transcribe.guards import best, echoes, is_phantom, without_phantoms
from workers.transcribe.vocabulary import left_out, prompt


@dataclass(frozen=True)
class Try:
    text: str
    avg_logprob: float = -0.2
    no_speech_prob: float = 0.0
    compression_ratio: float = 1.2


def words(text: str) -> list[Word]:
    return [Word(word, at, at + 0.5, 0.9) for at, word in enumerate(text.split())]


def test_no_more_is_tried_than_it_takes() -> None:
    asked = []

    def tries() -> Iterator[Try]:
        for each in (Try("no no no", compression_ratio=3.0), Try("sound"), Try("never asked")):
            asked.append(each.text)
            yield each

    found = best(tries())
    assert found is not None
    assert (found.text, asked) == ("sound", ["no no no", "sound"])


def test_silence_needs_no_second_try() -> None:
    silent = Try("hm", avg_logprob=-1.5, no_speech_prob=0.9)
    assert best(iter([silent, Try("sound")])) is silent


def test_the_likeliest_guess_that_does_not_repeat_itself() -> None:
    guesses = [Try("a", -1.8), Try("b", -1.2), Try("c c c", -0.1, compression_ratio=2.5)]
    found = best(guesses)
    assert found is not None
    assert found.text == "b"
    assert best(guesses[2:]) is None


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for watching!",
        "Subtitles by the Amara.org community",
        "Untertitel im Auftrag des ZDF für funk, 2017",
        "Sous-titrage ST' 501",
        "Subtítulos realizados por la comunidad de Amara.org",
        "Субтитры сделал DimaTorzok",
        "ご視聴ありがとうございました。",
        "请不吝点赞 订阅 转发",
        "시청해주셔서 감사합니다.",
        "ترجمة نانسي قنقر",
    ],
)
def test_known_phantoms_in_many_languages(text: str) -> None:
    assert is_phantom(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The box came nine days late and nobody answered my calls.",
        "You sent me a mail with thanks for watching your launch, and then the lamp never arrived.",
        "Subscribing was easy.",
    ],
)
def test_customers_words_are_no_phantoms(text: str) -> None:
    assert not is_phantom(text)


def test_only_the_invented_sentence_goes() -> None:
    kept = without_phantoms(words("The box was late. Thanks for watching! I want a refund."))
    assert " ".join(word.text for word in kept) == "The box was late. I want a refund."


def test_a_model_that_repeats_its_prompt_is_found_out() -> None:
    names = ("Aurora Mini", "Billing", "Delivery", "Tone of voice")
    assert echoes("aurora mini, billing, delivery.", names)
    assert echoes("Yes. Billing, Delivery, Tone of voice", names)
    assert not echoes("My Aurora Mini came late and billing was wrong, the delivery too.", names)
    assert not echoes("billing delivery", names[:2])
    assert not echoes("", ())


def test_a_prompt_holds_whole_names_only() -> None:
    assert prompt([]) == ""
    assert prompt(["Aurora Mini", "Billing"]) == "Aurora Mini, Billing."
    many = [f"Product number {n}" for n in range(200)]
    long = prompt(many)
    assert 380 < len(long) <= 401
    assert [*long[:-1].split(", "), *left_out(many)] == many
    assert left_out(many[:3]) == ()
    assert long.endswith(".")
    assert long.startswith("Product number 0, Product number 1,")
