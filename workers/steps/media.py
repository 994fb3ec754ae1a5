"""Steps that look into recordings and make files of them."""

from __future__ import annotations

from app.domain import clips, muted
from app.domain.errors import StepFailed
from app.domain.wording import count
from app.extensions import db
from app.models import Clip, Recording
from storage import keys
from workers.perform import Publish, Work
from workers.steps.given import drop_later, fetched, recording_of

CHANGED = "Words or masks were changed meanwhile; this is done again."


def probe(work: Work) -> Publish:
    from workers.media.probe import probe as look

    recording = recording_of(work)
    path = fetched(work, recording.original_key)
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

    recording = recording_of(work)
    path = fetched(work, recording.original_key)
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
        drop_later(previous)
        return "Copied as it is" if made.how == "copied" else "Re-encoded for browsers"

    return publish


def clip(work: Work) -> Publish:
    from workers.media.captions import burn_in
    from workers.media.cut import cut

    clip = db.session.get_one(Clip, work.run.clip_id)
    moment = clip.highlight
    recording = moment.answer.recording
    if recording is None or recording.playable_key is None:
        raise StepFailed("This moment has no recording to cut.", permanent=True)
    wanted = clips.content(moment, clip.kind)
    source = fetched(work, recording.playable_key)
    db.session.commit()  # what is read when it is published is as it is then
    out = work.folder / "clip.mp4"
    cut(
        source,
        wanted.span,
        out,
        captions=burn_in(wanted.said) if clip.kind == "captioned" else None,
        mute=wanted.mute,
        on_progress=work.report,
    )
    key = keys.clip(moment.id, work.claim.fence, clip.kind)
    stored = work.put_file(key, out, content_type="video/mp4")
    previous = (clip.key,)

    def publish() -> str:
        clip.key, clip.media_type, clip.size = stored.key, "video/mp4", stored.size
        clip.holds = wanted.digest
        if clips.outdated(clip):
            raise StepFailed(CHANGED, permanent=False)
        drop_later(previous)
        return f"{wanted.span.length:.1f} s"

    return publish


def mute(work: Work) -> Publish:
    from workers.media.mute import mute as silence

    recording = db.session.get_one(Recording, work.run.recording_id)
    wanted = muted.content(recording)
    places = wanted.mute if wanted is not None else ()
    source = fetched(work, wanted.source) if wanted is not None and places else None
    db.session.commit()  # what is read when it is published is as it is then
    key = None
    if source is not None:
        made = silence(source, places, work.folder, on_progress=work.report)
        key = keys.muted(recording.id, work.claim.fence, made.suffix.lstrip("."))
        work.put_file(key, made)

    def publish() -> str:
        if not muted.publish(recording, wanted, key):
            raise StepFailed(CHANGED, permanent=False)
        return f"Silent in {count(len(places), 'place')}" if places else "Nothing is masked"

    return publish
