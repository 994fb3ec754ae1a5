"""Words that say by themselves that a person is needed."""

from __future__ import annotations

import unicodedata

import pytest

from workers.understand.encoder import Encoder
from workers.understand.hand_off import REASONS, hand_offs
from workers.understand.plain_words import spanish_said, words_said
from workers.understand.wording import read_as


def test_in_english() -> None:
    assert words_said("I'll see my lawyer, and please CALL ME BACK") == {
        "leaving": ("my lawyer",),
        "person": ("CALL ME BACK",),
    }
    assert words_said("I can’t cope") == {"distress": ("can’t cope",)}
    assert words_said("He said he knows where I live") == {"safety": ("knows where I live",)}
    assert words_said("The parcel came on Tuesday.") == {}


SPANISH = {
    "Ya no quiero vivir más, me quiero morir.": ("distress", "no quiero vivir", "quiero morir"),
    "no aguanto mas, pienso en suicidarme": ("distress", "no aguanto mas", "suicidarme"),
    "Huele a gas en toda la cocina.": ("safety", "Huele a gas"),
    "El repartidor me amenazó en la puerta.": ("safety", "me amenazó"),
    "Tengo miedo, mi ex me quiere matar.": ("safety", "me quiere matar"),
    "Mi marido me pega y nos ha amenazado.": ("safety", "marido me pega", "nos ha amenazado"),
    "Me van a desahuciar el viernes.": ("money", "desahuciar"),
    "Mi marido falleció en marzo y siguen llegando cartas.": ("bereavement", "falleció"),
    "Mi madre va en silla de ruedas.": ("vulnerable", "silla de ruedas"),
    "Voy a hablar con mi abogado.": ("leaving", "abogado"),
    "Quiero hablar con una persona, por favor.": ("person", "hablar con una persona"),
}
CALM = (
    "Todo muy bien, el técnico fue muy amable y llegó a la hora.",
    "La caja llegó rota. Sin embargo, me la cambiaron al día siguiente.",
    "Se me quemó la pizza, culpa mía.",
    "Me encanta, ya saben dónde comprar.",
    "No puedo más que agradecer a todo el equipo.",
    "Con este calor no aguanto más de diez minutos.",
    "No quiero morir, quiero vivir.",
    "Nunca he pensado en hacerme daño.",
    "No quiero vivir sin esta aplicación.",
    "No huele a gas.",
    "Nadie me amenazó, todos muy amables.",
    "No voy a demandar a nadie.",
)


@pytest.mark.parametrize("text", SPANISH)
def test_in_spanish_with_accents_or_without(text: str) -> None:
    reason, *words = SPANISH[text]
    assert spanish_said(text) == {reason: tuple(words)}


def test_in_spanish_however_it_is_written() -> None:
    apart = unicodedata.normalize("NFD", "Ya no puedo más, quiero hacerme daño.")
    said = spanish_said(apart)["distress"]
    assert [unicodedata.normalize("NFC", each) for each in said] == ["no puedo más", "hacerme daño"]
    assert spanish_said("me quiero  morir") == {"distress": ("quiero  morir",)}
    assert spanish_said("no puedo y quiero morir") == {"distress": ("quiero morir",)}
    assert spanish_said("no\xa0quiero\nvivir") == {"distress": ("no\xa0quiero\nvivir",)}


@pytest.mark.slow
def test_spanish_words_decide_alone_where_the_head_reads_nothing() -> None:
    texts = [*SPANISH, *CALM]
    found = hand_offs(texts, Encoder().encode([read_as(text) for text in texts]))
    wanted = [REASONS[reason] for reason, *_ in SPANISH.values()]
    assert [each.reason for each in found] == [*wanted, *[None] * len(CALM)]
    assert [each.words for each in found[: len(SPANISH)]] == [
        tuple(words) for _, *words in SPANISH.values()
    ]
