"""What the recording page's scripts say, in the customer's language."""

from __future__ import annotations

from flask_babel import gettext as _


def purposes() -> dict[str, str]:
    return {
        "internal": _("The people who work on this may watch, hear and read my answer."),
        "shared": _("It may be shown to partners and others outside, for the same reason."),
        "public": _("It may be shown in public, for example on a website."),
    }


def scales() -> dict[str, tuple[str, str, str]]:
    """Question, meaning of the lowest number, meaning of the highest."""
    return {
        "nps": (
            _("How likely are you to recommend us to a friend?"),
            _("Not at all likely"),
            _("Very likely"),
        ),
        "csat": (
            _("How satisfied are you, all in all?"),
            _("Very dissatisfied"),
            _("Very satisfied"),
        ),
        "ces": (
            _("How easy did we make it for you?"),
            _("Very difficult"),
            _("Very easy"),
        ),
    }


def texts() -> dict[str, str]:
    return {
        "denied": _(
            "Your browser was told not to use the camera or microphone. You can allow it in "
            "the address bar and try again, or go on in another way."
        ),
        "missing": _("No camera was found on this device."),
        "no_microphone": _("No microphone was found on this device."),
        "busy": _(
            "The camera or microphone is in use by another program. Close that program and "
            "try again, or go on in another way."
        ),
        "unfit": _("This camera can't do what was asked of it. Choose another one, or go on."),
        "broken": _("The camera or microphone did not start. Try again, or go on in another way."),
        "insecure": _(
            "Recording works only on a secure address (https), and this page came without one. "
            "You can still upload a file or write."
        ),
        "unable": _("This browser can't record. You can still upload a file or write."),
        "no_sound": _("No sound arrives yet. Say something, or choose another microphone."),
        "sound": _("We can hear you."),
        "starting": _("Starting in %(n)s"),
        "recording": _("Recording"),
        "paused": _("Paused"),
        "pause": _("Pause"),
        "resume": _("Go on"),
        "seconds_left": _("%(time)s left"),
        "time_up": _("The time is up. Your recording has stopped."),
        "question_of": _("Question %(n)s of %(all)s"),
        "offline": _("You are offline. What you recorded is kept on this device."),
        "online": _("You are back online."),
        "sending": _("Sending: %(n)s per cent"),
        "failed": _(
            "It could not be sent yet. Everything is kept on this device, nothing is lost."
        ),
        "failed_unkept": _(
            "It could not be sent yet, and this browser can't keep it. Don't close this page; "
            "try again or save it."
        ),
        "erased": _("This had arrived and has been deleted since, so it was deleted here too."),
        "lost_device": _("The camera or microphone was unplugged. What you recorded is kept."),
        "too_large": _("This file is too large. The most that can be taken is %(size)s."),
        "not_media": _(
            "This is not a video or audio file. Choose another one, or answer in another way."
        ),
        "empty": _("This file is empty."),
        "no_file": _("Choose a file first."),
        "no_words": _("Write a few words first."),
        "no_room": _(
            "This browser has no room left to keep a recording safe. Send it without closing "
            "this page."
        ),
        "asked": _("Thank you. A person will get in touch with you."),
        "camera_number": _("Camera %(n)s"),
        "microphone_number": _("Microphone %(n)s"),
        "copied": _("Copied."),
        "start_recording": _("Start recording"),
        "go_on_recording": _("Go on recording"),
        "not_gone_on": _(
            "This recording can't be gone on with on this device. What you said before is kept."
        ),
        "answer_recorded": _("Recorded, %(time)s."),
        "interrupted": _(
            "The page went away while you were recording. What you said until then is kept, "
            "%(time)s."
        ),
        **safety(),
        "sent": _("Thank you. It has arrived."),
    }


def safety() -> dict[str, str]:
    """What is safe and what isn't yet."""
    return {
        "safe_here": _("Kept on this device. It goes to us as soon as there is a connection."),
        "safe_going": _("Kept on this device, and on its way to us: %(n)s"),
        "safe_there": _("Safe: kept on this device, and all of it has reached us."),
        "safe_refused": _("Kept on this device. We could not take it yet: %(reason)s"),
        "unkept": _("Not safe yet: this browser can't keep it. %(n)s has reached us."),
        "unkept_there": _(
            "All of it has reached us. This browser can't keep it, so send it before you close "
            "this page."
        ),
    }
