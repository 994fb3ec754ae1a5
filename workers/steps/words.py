"""Steps that write the words down and make something of them."""

from __future__ import annotations

from app.domain import highlights, masks, processing, speakers, transcripts, vocabulary
from app.domain import understanding as findings
from app.domain.codebook import hearing, holding
from app.domain.fairness import stops
from app.domain.search import vectors
from app.domain.wording import count
from app.extensions import db
from app.models import Answer, Recording
from workers.perform import Publish, Work
from workers.steps.given import answer_of, current_of, fetched, recording_of


def transcribe(work: Work) -> Publish:
    answer = answer_of(work)
    if answer.kind == "text":
        return _publish_written(answer)
    if answer.captions:
        from workers.transcribe.captions_engine import read

        heard = read(answer.captions, duration_s=recording_of(work).duration_s or 0.0)
    else:
        heard = _listen(work, recording_of(work))

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

    answer = answer_of(work)
    transcript = current_of(answer)
    edition, segments = transcript.edition, transcripts.to_understand(transcript)
    askers = speakers.askers(transcript)
    every = [each.id for each in segments]
    feedback = [each for each in segments if each.speaker not in askers]
    ids, texts = [each.id for each in feedback], [each.text for each in feedback]
    read = vectors.texts(transcript)
    meant = [read[each].text for each in ids]
    listening = hearing.of(answer.submission.program)
    db.session.commit()
    understood = shared(*work.settings.text_models).understand(texts, listening.codebook, meant)
    by_id = dict(zip(ids, understood, strict=True))
    meanings = {key: each.vector for key, each in by_id.items() if each.vector is not None}
    found = {key: hearing.counted(finding(each), listening) for key, each in by_id.items()}
    made = [found.get(key, findings.Finding((), ())) for key in every]

    def publish() -> str:
        hearing.unchanged(answer.submission.program, listening.edition)
        transcripts.unchanged(transcript.id, edition)
        findings.publish(transcript, made, segments)
        masks.look(transcript)
        vectors.take(transcript.id, {each: read[each] for each in ids}, meanings)
        processing.hand_over(answer, transcript)
        named = {heard.theme for each in made for heard in each.themes}
        said = f"{count(len(named), 'theme')} in {count(len(texts), 'passage')}"
        return said if texts else "Nothing was said"

    return publish


def highlight(work: Work) -> Publish:
    answer = answer_of(work)
    transcript = current_of(answer)
    transcript_id, edition = transcript.id, transcript.edition
    program_id = answer.submission.program_id
    db.session.commit()  # what is read when it is published is as it is then

    def publish() -> str:
        # Each batch of a change of the codebook was before this, or sees what is written here.
        holding.book(program_id)
        transcripts.unchanged(transcript_id, edition)
        moments = highlights.chosen(answer, transcript)
        if not highlights.publish(answer, transcript, moments):
            return stops.WAITS
        return count(len(moments), "moment") if moments else "No moment stands out"

    return publish


def _listen(work: Work, recording: Recording):  # type: ignore[no-untyped-def]
    from workers.transcribe import engine_of
    from workers.transcribe.audio import load
    from workers.transcribe.base import Transcription
    from workers.transcribe.speakers import told_apart

    duration = recording.duration_s or 0.0
    settings = work.settings
    engine = engine_of(settings)
    if recording.audio_key is None:
        return Transcription(engine.name, engine.model, engine.version, "", duration, ())
    samples = load(fetched(work, recording.audio_key))
    program = recording.answer.submission.program
    names = vocabulary.names_to_hear(program, topics=engine.prompted)
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
