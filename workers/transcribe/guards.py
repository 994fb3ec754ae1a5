"""What keeps words out of a transcript that nobody said. The same for every engine that guesses.

The thresholds are those that Whisper's authors chose (`transcribe` in openai-whisper, described
in Radford et al., 2022, section 4.5): text that packs better than 2.4 times repeats itself, below
a mean log-probability of −1 it is guessed, and above a no-speech probability of 0.6 the window is
probably silent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from app.domain.timeline import SENTENCE_END, Word
from workers.transcribe.errors import plain_words

REPEATS = 2.4
UNLIKELY = -1.0
SILENT = 0.6
# What Whisper is known to say where nobody speaks, learnt from subtitles of films and videos.
PHANTOMS = (
    "thanks for watching", "thank you for watching", "thank you so much for watching",
    "please subscribe", "like and subscribe", "subscribe to my channel", "subtitles by",
    "subtitled by", "captions by", "amara.org", "transcription by castingwords", "opensubtitles",
    "see you in the next video", "i'll see you in the next one", "for more information visit",
    "untertitel im auftrag", "untertitelung des zdf", "untertitel von", "untertitel der",
    "vielen dank fürs zuschauen", "sous-titres réalisés", "sous-titrage", "merci d'avoir regardé",
    "subtítulos realizados por", "subtítulos por la comunidad", "gracias por ver el vídeo",
    "gracias por ver el video", "suscríbete al canal", "legendas pela comunidade",
    "obrigado por assistir", "sottotitoli creati dalla comunità", "grazie per aver guardato",
    "ondertiteld door", "ondertiteling", "bedankt voor het kijken", "napisy stworzone przez",
    "dziękuję za oglądanie", "субтитры сделал", "субтитры создавал", "редактор субтитров",
    "продолжение следует", "спасибо за просмотр", "altyazı m.k", "izlediğiniz için teşekkür",
    "ترجمة نانسي قنقر", "اشتركوا في القناة", "شكرا على المشاهدة", "ご視聴ありがとうございました",
    "チャンネル登録", "字幕by", "字幕志愿者", "请不吝点赞", "謝謝觀看", "谢谢观看",
    "시청해주셔서 감사합니다", "구독과 좋아요",
)  # fmt: skip
# A customer may well say only these: they count as invented when the model itself doubts.
MAYBE_PHANTOMS = ("thank you", "thanks", "you", "bye", "bye bye", "okay", "so", "the", "oh", "hmm")
_MARKS = " .,!?…-–—♪♫*()[]。、！？"


class Said(Protocol):
    """What an engine heard in one window, and how sure it is.

    `avg_logprob`: natural logarithm, mean over tokens. `no_speech_prob`: 0..1.
    `compression_ratio`: bytes of the text ÷ bytes of it packed by zlib.
    """

    @property
    def text(self) -> str: ...
    @property
    def avg_logprob(self) -> float: ...
    @property
    def no_speech_prob(self) -> float: ...
    @property
    def compression_ratio(self) -> float: ...


_S = TypeVar("_S", bound=Said)


def best(tries: Iterable[_S]) -> _S | None:
    """The first sound one, else the likeliest that doesn't repeat itself; None where all do.

    `tries` is asked only for as many as it takes: each is a whole decoding.
    """
    whole: list[_S] = []
    for said in tries:
        if is_sound(said) or is_silence(said):
            return said
        if said.compression_ratio <= REPEATS:
            whole.append(said)
    return max(whole, key=lambda said: said.avg_logprob, default=None)


def is_sound(said: Said) -> bool:
    return said.compression_ratio <= REPEATS and said.avg_logprob >= UNLIKELY


def is_silence(said: Said) -> bool:
    """Improbable words in what is probably silence."""
    return said.no_speech_prob > SILENT and said.avg_logprob < UNLIKELY


def is_nothing(said: Said) -> bool:
    """Whether a window's words were all made up where nobody spoke."""
    text = _plain(said.text)
    doubted = said.no_speech_prob > SILENT or said.avg_logprob < UNLIKELY
    return (
        not text
        or said.compression_ratio > REPEATS
        or is_silence(said)
        or is_phantom(text)
        or (text in MAYBE_PHANTOMS and doubted)
    )


def is_phantom(text: str) -> bool:
    """Whether a known phantom is a third of this passage or more: within much else it was said."""
    plain = _plain(text)
    return any(phantom in plain and len(phantom) * 3 >= len(plain) for phantom in PHANTOMS)


def without_phantoms(words: Sequence[Word]) -> list[Word]:
    """The words but for sentences that are known phantoms."""
    kept: list[Word] = []
    for sentence in _sentences(words):
        if not is_phantom(" ".join(word.text for word in sentence)):
            kept += sentence
    return kept


def echoes(text: str, vocabulary: Sequence[str]) -> bool:
    """Whether a model repeats the names that it was told to look out for, instead of listening.

    Three names in the order they were given, with nothing between them, nobody says by chance.
    """
    said = " ".join(plain_words(text))
    names = [" ".join(plain_words(name)) for name in vocabulary]
    runs = zip(names, names[1:], names[2:], strict=False)
    return any(" ".join(run) in said for run in runs)


def _sentences(words: Sequence[Word]) -> list[list[Word]]:
    found: list[list[Word]] = []
    for word in words:
        if not found or found[-1][-1].text.endswith(SENTENCE_END):
            found.append([])
        found[-1].append(word)
    return found


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("’", "'").split()).strip(_MARKS)
