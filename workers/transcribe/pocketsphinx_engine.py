"""The basic engine: nothing to download, US English only, far from Whisper on free speech."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any

from app.domain.timeline import Span, Word, into_segments
from workers.transcribe import gate
from workers.transcribe.audio import pcm
from workers.transcribe.base import (
    SAMPLE_RATE,
    LoadsOnce,
    Progress,
    Samples,
    Transcription,
    unwatched,
)
from workers.transcribe.entries import Entry, entries

_FRAMES_A_SECOND = 100
_FILLER = re.compile(r"^(<.*>|\[.*\]|\+\+.*\+\+)$")  # <s>, <sil>, [NOISE], ++BREATH++
_PRONUNCIATION = re.compile(r"\((\d+)\)$")  # "was(2)" is its second pronunciation
_KEY = "name:"  # begins a name's own word in the dictionary, as no word there does
# How likely a name is against a word that the language model knows nothing of: a word of middling
# frequency. A long one of two words or more may be likelier, since little else sounds like it.
# Measured with 100 names on tests/media/names and on sentences with words alike: from 10 times on
# names of one word were heard where nobody said them, from 1000 times on the others. Of twelve
# names that weren't looked at for it, by three voices of flite, 5 were right without, 12 with it.
_ANY, _LONG = 1.0, 30.0
_LONG_PHONES = 6


class PocketSphinxEngine(LoadsOnce):
    name = "pocketsphinx"
    model = "en-us"
    prompted = False

    def __init__(self) -> None:
        super().__init__()
        self.version = version("pocketsphinx")
        self._decoder: Any = None
        self._vocabulary: tuple[str, ...] | None = None  # what the decoder listens for
        self._names: dict[str, Entry] = {}

    def _load(self) -> None:
        self._open(())

    def _listen_for(self, vocabulary: tuple[str, ...]) -> None:
        """A word can't be taken out again, so another vocabulary is another decoder: a third of a
        second. The one before goes: together they would need the memory twice. What it learnt of
        the sound of one recording is no good for the next."""
        if vocabulary != self._vocabulary:
            self._open(vocabulary)
            self._loaded = True
        self._decoder.reinit_feat()

    def _open(self, vocabulary: tuple[str, ...]) -> None:
        from pocketsphinx import Decoder, NGramModel, get_model_path

        self._decoder, self._vocabulary, self._names = None, None, {}
        decoder = Decoder(lm=None, samprate=SAMPLE_RATE, loglevel="FATAL")
        language = NGramModel(
            decoder.config, decoder.get_logmath(), get_model_path("en-us/en-us.lm.bin")
        )
        for key, entry in self._unexpected(vocabulary, decoder, language):
            for number, way in enumerate(entry.ways, 1):
                word = key if number == 1 else f"{key}({number})"
                decoder.add_word(word, " ".join(way), False)
            language.add_word(key, _weight(entry))
            self._names[key] = entry
        decoder.add_lm("words", language)
        decoder.activate_search("words")
        self._decoder, self._vocabulary = decoder, vocabulary

    def _unexpected(
        self, vocabulary: tuple[str, ...], decoder: Any, language: Any
    ) -> Iterator[tuple[str, Entry]]:
        """Those names that the language model alone expects less than it will: common words, as
        many a name is, stay what they are."""
        chance = decoder.get_logmath().exp
        language.add_word(_KEY, 1.0)  # in no dictionary, so never heard: it tells what 1 weighs
        once = chance(language.prob([_KEY]))
        for number, entry in enumerate(entries(vocabulary, decoder.lookup_word)):
            said = entry.said
            before = (said[max(0, at - 2) : at + 1][::-1] for at in range(len(said)))
            if math.prod(chance(language.prob(words)) for words in before) < once * _weight(entry):
                yield f"{_KEY}{number}", entry

    def passed_over(self, vocabulary: Sequence[str]) -> tuple[str, ...]:
        """Nobody says how they sound."""
        self.load()
        lookup = self._decoder.lookup_word
        return tuple(name for name in vocabulary if not entries([name], lookup))

    def transcribe(
        self,
        audio: Samples,
        *,
        language: str | None = None,
        vocabulary: Sequence[str] = (),
        on_progress: Progress = unwatched,
    ) -> Transcription:
        """Always as US English, whatever `language` says: it knows no other."""
        stretches = gate.windows(gate.speech(audio))
        words: list[Word] = []
        if stretches:
            self._listen_for(tuple(vocabulary))
        for done, stretch in enumerate(stretches, 1):
            words += self._words(audio, stretch)
            on_progress(done / len(stretches))
        return Transcription(
            self.name, self.model, self.version, "en" if words else "",
            len(audio) / SAMPLE_RATE, tuple(into_segments(words)),
        )  # fmt: skip

    def _words(self, audio: Samples, stretch: Span) -> list[Word]:
        part = audio[int(stretch.start * SAMPLE_RATE) : int(stretch.end * SAMPLE_RATE)]
        self._decoder.start_utt()
        self._decoder.process_raw(pcm(part), no_search=False, full_utt=True)
        self._decoder.end_utt()
        return [
            word
            for heard in self._decoder.seg() or ()
            if not _FILLER.match(heard.word)
            for word in self._shown(heard, stretch)
        ]

    def _shown(self, heard: Any, stretch: Span) -> Iterator[Word]:
        """A decoder's segment as a word on the recording's clock; a name has one or more."""
        start = stretch.start + heard.start_frame / _FRAMES_A_SECOND
        end = stretch.start + (heard.end_frame + 1) / _FRAMES_A_SECOND
        span = Span(start, min(end, stretch.end))
        sure = round(min(max(heard.prob, 0.0), 1.0), 3)
        shown = _PRONUNCIATION.sub("", heard.word)
        if shown in self._names:
            way = _PRONUNCIATION.search(heard.word)
            yield from self._names[shown].timed(int(way[1]) - 1 if way else 0, span, sure)
            return
        shown = "I" + shown[1:] if shown == "i" or shown.startswith("i'") else shown
        yield Word(shown, span.start, span.end, sure)


def _weight(entry: Entry) -> float:
    phones = len(" ".join(entry.ways[0]).split())
    return _LONG if len(entry.said) > 1 and phones >= _LONG_PHONES else _ANY
