"""What each step of the pipeline does: read, work, hand back how to publish it.

Nothing is written while working; the publishing function runs in the same transaction that
marks the step as done, so a step either counts whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.domain import (
    engines,
    exports,
    forgetting,
    highlights,
    masking,
    masks,
    processing,
    speakers,
    telling,
    timeline,
    transcripts,
)
from app.domain import understanding as findings
from app.domain.codebook import hearing
from app.domain.errors import StepFailed
from app.domain.fairness import stops
from app.domain.wording import count
from app.extensions import db
from app.models import Answer, Clip, Export, Recording, Transcript
from storage import keys
from workers.perform import Publish, Work


def probe(work: Work) -> Publish:
    from workers.media.probe import probe as look

    recording = _recording(work)
    path = _fetch(work, recording.original_key)
    info = look(path, longest_s=work.settings.max_duration)

    def publish() -> str:
        recording.container, recording.duration_s = info.container, info.duration_s
        recording.has_video, recording.has_audio = info.video is not None, info.audio is not None
        recording.partial = info.partial
        if info.video is None and recording.answer.kind == "video":
            recording.answer.kind = "audio"  # an import or upload doesn't say what is inside
        return info.summary()

    return publish


def normalise(work: Work) -> Publish:
    from workers.media.normalise import normalise as rebuild
    from workers.media.probe import probe as look

    recording = _recording(work)
    path = _fetch(work, recording.original_key)
    info = look(path, longest_s=work.settings.max_duration)
    made = rebuild(path, info, work.folder, on_progress=work.report)
    fence = work.claim.fence
    extension = made.playable.suffix.lstrip(".")
    playable = work.put_file(
        keys.playable(recording.id, fence, extension),
        made.playable,
        content_type=made.mime,
    )
    poster = audio = None
    if made.poster is not None:
        poster = work.put_file(
            keys.poster(recording.id, fence), made.poster, content_type="image/jpeg"
        )
    if made.audio is not None:
        audio = work.put_file(keys.audio(recording.id, fence), made.audio, content_type="audio/wav")
    previous = (recording.playable_key, recording.poster_key, recording.audio_key)

    def publish() -> str:
        recording.playable_key, recording.playable_type = playable.key, made.mime
        recording.poster_key = poster.key if poster else None
        recording.audio_key = audio.key if audio else None
        recording.waveform = list(made.waveform)
        recording.width, recording.height = made.width, made.height
        recording.duration_s, recording.prepared = made.duration_s, made.how
        recording.partial = recording.partial or made.partial
        _drop_later(previous)
        return "Copied as it is" if made.how == "copied" else "Re-encoded for browsers"

    return publish


def transcribe(work: Work) -> Publish:
    answer = _answer(work)
    if answer.kind == "text":
        return _publish_written(answer)
    if answer.captions:
        from workers.transcribe.captions_engine import read

        heard = read(answer.captions, duration_s=_recording(work).duration_s or 0.0)
    else:
        heard = _listen(work, _recording(work))

    def publish() -> str:
        made = transcripts.publish(
            answer,
            engine=heard.engine,
            model=heard.model,
            version=heard.version,
            language=heard.language,
            duration_s=heard.duration_s,
            segments=heard.segments,
        )
        words = sum(len(segment.text.split()) for segment in heard.segments)
        said = f"{count(words, 'word')} by {heard.engine} ({heard.model})" if words else "No speech"
        return f"{said}; the corrected words stay" if made.offered else said

    return publish


def understand(work: Work) -> Publish:
    from workers.understand import shared
    from workers.understand.findings import finding

    answer = _answer(work)
    transcript = _current(answer)
    edition, segments = transcript.edition, transcripts.to_understand(transcript)
    askers = speakers.askers(transcript)
    feedback = [segment.speaker not in askers for segment in segments]
    texts = [segment.text for segment, ours in zip(segments, feedback, strict=True) if ours]
    listening = hearing.of(answer.submission.program)
    db.session.commit()
    understood = shared(*work.settings.text_models).understand(texts, listening.codebook)
    found = (hearing.counted(finding(each), listening) for each in understood)
    made = [next(found) if ours else findings.Finding((), ()) for ours in feedback]

    def publish() -> str:
        transcripts.unchanged(transcript.id, edition)
        hearing.unchanged(answer.submission.program, listening.edition)
        findings.publish(transcript, made, segments)
        masks.look(transcript)
        processing.hand_over(answer, transcript)
        named = {heard.theme for each in made for heard in each.themes}
        said = f"{count(len(named), 'theme')} in {count(len(texts), 'passage')}"
        return said if texts else "Nothing was said"

    return publish


def highlight(work: Work) -> Publish:
    answer = _answer(work)
    transcript = _current(answer)
    edition = transcript.edition
    length = answer.recording.duration_s if answer.recording else None
    moments = telling.choose(highlights.passages(transcript), length)

    def publish() -> str:
        transcripts.unchanged(transcript.id, edition)
        if not highlights.publish(answer, transcript, moments):
            return stops.WAITS
        return count(len(moments), "moment") if moments else "No moment stands out"

    return publish


def notify(work: Work) -> Publish:
    from app.domain import alerts

    answer = _answer(work)

    def publish() -> str:
        told = alerts.announce(answer.id)
        return count(told, "notice") if told else "Nobody follows this yet"

    return publish


def clip(work: Work) -> Publish:
    from app.domain.captions import within
    from workers.media.captions import burn_in
    from workers.media.cut import cut

    clip = db.session.get_one(Clip, work.run.clip_id)
    moment = clip.highlight
    recording = moment.answer.recording
    if recording is None or recording.playable_key is None:
        raise StepFailed("This moment has no recording to cut.", permanent=True)
    transcript = db.session.get_one(Transcript, moment.transcript_id)
    span = timeline.Span(moment.start, moment.end)
    shown = masking.veiled(transcript).segments
    said = within([transcripts.timed(segment) for segment in shown], span)
    source = _fetch(work, recording.playable_key)
    out = work.folder / "clip.mp4"
    cut(
        source,
        span,
        out,
        captions=burn_in(said) if clip.kind == "captioned" else None,
        mute=masking.muted(transcript),
        on_progress=work.report,
    )
    key = keys.clip(moment.id, work.claim.fence, clip.kind)
    stored = work.put_file(key, out, content_type="video/mp4")
    previous = (clip.key,)

    def publish() -> str:
        clip.key, clip.media_type, clip.size = stored.key, "video/mp4", stored.size
        _drop_later(previous)
        return f"{span.length:.1f} s"

    return publish


def export(work: Work) -> Publish:
    row = db.session.get_one(Export, work.run.export_id)
    path = work.folder / "export"
    rows = exports.write(row, path, on_progress=work.report)
    stored = work.put_file(keys.export(row.id, f"{work.claim.fence}/{row.filename}"), path)

    def publish() -> str:
        row.key, row.size, row.rows = stored.key, stored.size, rows
        return count(rows, "row")

    return publish


def preview(work: Work) -> Publish:
    from workers import codebook

    return codebook.preview(work)


def retag(work: Work) -> Publish:
    from workers import codebook

    return codebook.retag(work)


def propose(work: Work) -> Publish:
    from workers import codebook

    return codebook.propose(work)


def pauses(work: Work) -> Publish:
    from workers.fairness import step

    return step(work)


STEPS: dict[str, Callable[[Work], Publish]] = {
    "probe": probe,
    "normalise": normalise,
    "transcribe": transcribe,
    "understand": understand,
    "highlight": highlight,
    "notify": notify,
    "clip": clip,
    "export": export,
    "preview": preview,
    "retag": retag,
    "propose": propose,
    "pauses": pauses,
}


def _listen(work: Work, recording: Recording):  # type: ignore[no-untyped-def]
    from workers.transcribe import choose, open_engine
    from workers.transcribe.audio import load
    from workers.transcribe.base import Transcription
    from workers.transcribe.speakers import told_apart

    duration = recording.duration_s or 0.0
    settings = work.settings
    engine = open_engine(
        choose(settings.speech_engine, settings.whisper_model, settings.models),
        model=settings.whisper_model,
        models_dir=settings.models,
    )
    if recording.audio_key is None:
        return Transcription(engine.name, engine.model, engine.version, "", duration, ())
    samples = load(_fetch(work, recording.audio_key))
    names = engines.names_to_hear(recording.answer.submission.program)
    db.session.commit()
    heard = engine.transcribe(
        samples,
        vocabulary=names,
        on_progress=lambda share: work.report(share, "Listening"),
    )
    return told_apart(samples, heard)


def _publish_written(answer: Answer) -> Publish:
    def publish() -> str:
        transcripts.publish(
            answer,
            engine=transcripts.WRITTEN,
            model="",
            version="",
            language=answer.submission.language,
            duration_s=0.0,
            segments=transcripts.sentences(answer.written_text),
        )
        return "Written by the customer"

    return publish


def _answer(work: Work) -> Answer:
    return db.session.get_one(Answer, work.run.answer_id)


def _recording(work: Work) -> Recording:
    recording = _answer(work).recording
    if recording is None:
        raise StepFailed("This answer has no recording.", permanent=True)
    return recording


def _current(answer: Answer) -> Transcript:
    transcript = transcripts.current(answer)
    if transcript is None:
        raise StepFailed("There is no transcript to work on yet.", permanent=True)
    return transcript


def _fetch(work: Work, key: str) -> Path:
    path = work.folder / Path(key).name
    work.storage.fetch(key, path)
    return path


def _drop_later(previous: tuple[str | None, ...]) -> None:
    """What an earlier try made goes once the new one counts."""
    forgetting.objects([key for key in previous if key])
