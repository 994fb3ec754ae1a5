"""Words that say plainly that a person is needed, in English and in Spanish."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_ENGLISH = {
    "distress": r"end it all|kill myself|take my own life|suicid\w*|ca(?:n ?no|n')t (?:cope|go on)"
    r"|(?:end|ending) my life|harm myself|not to wake up|better off without me"
    r"|better if I (?:wasn't|weren't|was not) (?:around|here)|panic attack"
    r"|don't want to (?:be here|live) any ?more",
    "safety": r"smell(?:s|ed|t)? (?:of )?gas|electric shock|carbon monoxide|caught fire"
    r"|on fire|allergic reaction|threatened (?:me|us)|knows where (?:I|we) live",
    "money": r"bailiffs?|evict\w*|repossess\w*|food bank|loan shark",
    "bereavement": r"passed away|death certificate|probate|my late (?:husband|wife|mother|father"
    r"|mum|mom|dad|son|daughter|brother|sister)|funeral|executor",
    "vulnerable": r"dementia|alzheimer\w*|dialysis|wheelchair|domestic (?:abuse|violence)",
    "leaving": r"ombudsman|solicitor|(?:my|a) lawyer|small claims|sue (?:you|them)"
    r"|trading standards|see (?:you|them|each other) in court|tak(?:e|ing) (?:you|them|it) to court"
    r"|tak(?:e|ing) my (?:business|custom|money) elsewhere",
    "person": r"(?:speak|talk) (?:to|with) (?:a |an |the |some|any)?(?:real |actual |living )?"
    r"(?:person|human(?: being)?|adviser|advisor|agent|manager|someone|somebody|anyone)"
    r"|(?:call|ring|phone) me(?: back)?\b",
}
# Without accents, as some engines and many people write.
_SPANISH = {
    "distress": r"quier[oa] morir(?:me)?|no quier[oa] (?:seguir )?vivi(?:r|endo)\b(?! sin)"
    r"|suicid(?:ar\w*|io)|matarme|me quiero (?:matar|hacer dano)|quitarme la vida"
    r"|acabar con (?:todo|mi vida)|(?:no tengo|sin) ganas de vivir|hacerme dano"
    r"|no (?:aguanto|puedo) mas\b(?! que | de \w+ (?:minutos|horas|dias))"
    r"|mejor muert[oa]|ataques? de panico",
    "safety": r"(?:huele|olor|olia|fuga) (?:a|de) gas|monoxido|descarga electrica|calambrazo"
    r"|(?:echa|echaba|salia|sale) (?:humo|chispas)|se (?:incendio|prendio fuego)|hay fuego"
    r"|(?:se|me|nos) (?:quemo|queme|quemamos) (?:con|la mano|el brazo|la cara)"
    r"|reaccion alergica|(?:me|nos) (?:ha[ns]? )?amenaz\w+|no (?:puede )?respirar?\b"
    r"|me (?:quieren?|intento|intentaron) matar\b|miedo (?:a|de) que (?:me|nos) mate"
    r"|(?:marido|mujer|espos[oa]|pareja|novi[oa]|padre|madre|hij[oa]|herman[oa]) (?:me|nos)"
    r" (?:pega|pego|golpea|golpeo|ha (?:pegado|golpeado))\b",
    "money": r"desahuci\w+|orden de embargo|me (?:van a )?embarga\w*|banco de alimentos"
    r"|no (?:tengo|tenemos|me queda|nos queda)(?: dinero)?(?: ni)? para (?:comer|comida|el alquiler"
    r"|la renta|la luz|las medicinas)|quedar(?:me|nos) en la calle",
    "bereavement": r"falleci\w+|difunt[oa]|entierro|velorio|certificado de defuncion"
    r"|mi (?:marido|mujer|espos[oa]|madre|padre|hij[oa]|herman[oa]) (?:se )?murio"
    r"|(?:se )?murio mi (?:marido|mujer|espos[oa]|madre|padre|hij[oa]|herman[oa])",
    "vulnerable": r"demencia|(?:tiene|con|de) alzheimer|dialisis|silla de ruedas"
    r"|maltrat(?:a|o|aba|ador)|violencia (?:de genero|domestica|machista)",
    "leaving": r"abogad[oa]s?|(?:voy a |vamos a )?(?:denunci|demand)ar(?:l[oae]s?)?"
    r"|hoja de reclamaciones|oficina del consumidor|dar(?:me|nos) de baja|me doy de baja"
    r"|(?:voy|vamos|cambio|cambiamos) (?:a|con) (?:la competencia|otra (?:compania|empresa))",
    "person": r"hablar con (?:una? |algun[oa]? |el |la )?(?:persona|humano|agente|asesora?|alguien"
    r"|operadora?|responsable|encargad[oa])|(?:que me |me pueden )llam(?:en|e|ar)|llam(?:en|e|a)me",
}
# Before words of these reasons, in the same breath: "nunca he pensado en hacerme daño".
_DENIED = re.compile(
    r"\b(?:no|nadie|nunca|jamas|ni|tampoco)\s+(?:(?!(?:y|o|pero|que|porque|si)\b)\w+\s+){0,3}$",
    re.IGNORECASE,
)
_DENIABLE = frozenset(("distress", "safety", "leaving"))


def _spaced(pattern: str) -> str:
    return pattern.replace(" ", r"\s+")


def _compiled(said: Mapping[str, str]) -> dict[str, re.Pattern[str]]:
    return {
        reason: re.compile(rf"\b(?:{_spaced(each)})", re.IGNORECASE)
        for reason, each in said.items()
    }


_IN_ENGLISH, _IN_SPANISH = _compiled(_ENGLISH), _compiled(_SPANISH)


def words_said(text: str) -> dict[str, tuple[str, ...]]:
    """Reasons whose plain English words are in the text, with those words as they were said."""
    read = text.replace("’", "'")
    found = {
        reason: tuple(text[slice(*match.span())] for match in pattern.finditer(read))
        for reason, pattern in _IN_ENGLISH.items()
    }
    return {reason: words for reason, words in found.items() if words}


def spanish_said(text: str) -> dict[str, tuple[str, ...]]:
    """The same of plain Spanish words, with their accents or without, however these are encoded;
    not where they are denied."""
    letters = [(unicodedata.normalize("NFD", each)[0], at) for at, each in enumerate(text)]
    letters = [(each, at) for each, at in letters if not unicodedata.combining(each)]
    read = "".join(each for each, _ in letters)
    places = [*(at for _, at in letters), len(text)]
    found = {
        reason: tuple(
            text[places[match.start()] : places[match.end()]]
            for match in pattern.finditer(read)
            if reason not in _DENIABLE or not _DENIED.search(read[: match.start()][-80:])
        )
        for reason, pattern in _IN_SPANISH.items()
    }
    return {reason: words for reason, words in found.items() if words}
