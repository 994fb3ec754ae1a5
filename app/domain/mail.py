"""Letters: written from templates/emails, sent by real SMTP."""

from __future__ import annotations

import functools
import ipaddress
import re
import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app import runtime
from app.config import Settings
from app.domain import timeline
from app.domain.errors import ChannelError
from app.models import now

TEMPLATES = Path(__file__).parent.parent / "templates" / "emails"
TIMEOUT_S = 10.0
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


@dataclass(frozen=True, slots=True)
class Letter:
    """`pictures`: JPEG bytes by the name that the HTML shows them with (`cid:<name>@<host>`).

    `id` makes the Message-ID, so that a letter sent twice is recognised as one.
    """

    id: str
    to: str
    subject: str
    text: str
    html: str
    unsubscribe_url: str = ""
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def render(template: str, **values: object) -> str:
    """A file of templates/emails; `.html` ones escape what they show."""
    return (
        _environment()
        .get_template(template)
        .render(base_url=runtime.settings().base_url, host=host_name(runtime.settings()), **values)
    )


def host_name(settings: Settings) -> str:
    return urlsplit(settings.base_url).hostname or "localhost"


def build(letter: Letter, settings: Settings) -> EmailMessage:
    """The letter as it goes over the wire: text, HTML, and its pictures inside."""
    host = host_name(settings)
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.mail_from
    message["To"] = letter.to
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = format_datetime(now())
    message["Message-ID"] = f"<{letter.id}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    page = message.get_payload()[1]  # type: ignore[index]
    for name, picture in letter.pictures.items():
        page.add_related(  # type: ignore[union-attr]
            picture,
            "image",
            "jpeg",
            cid=f"<{name}@{host}>",
            disposition="inline",
            filename=f"{name}.jpg",
        )
    return message


def send(letter: Letter) -> None:
    """Hands the letter to the mail server of SMTP_URL.

    Raises:
        ChannelError: it was not taken. Permanent only when this letter never will be.
    """
    settings = runtime.settings()
    if not settings.smtp_url:
        said = "No mail server is set up yet (SMTP_URL), so this letter waits."
        raise ChannelError(said, unsent=True)
    url = urlsplit(settings.smtp_url)
    message, unsent = build(letter, settings), True
    try:
        server = _connect(url, host_name(settings))
        unsent = False
        try:
            server.send_message(message)
            with suppress(smtplib.SMTPException, OSError):
                server.quit()  # however it takes leave, it has taken the letter
        finally:
            server.close()
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        raise ChannelError(
            f"The mail server does not take letters for {letter.to}: {_said(code, answer)}.",
            permanent=code >= 500,
            unsent=True,
        ) from error
    except smtplib.SMTPAuthenticationError as error:
        said = "The mail server refused the name or password in SMTP_URL."
        raise ChannelError(said, unsent=True) from error
    except smtplib.SMTPDataError as error:
        raise ChannelError(
            f"The mail server refused this letter: {_why(error.smtp_code, error.smtp_error)}.",
            permanent=error.smtp_code >= 500,
        ) from error
    except smtplib.SMTPNotSupportedError as error:  # before a letter's first byte
        said = f"The mail server can't do what is asked of it: {str(error).rstrip('.')}."
        raise ChannelError(said, permanent=not unsent, unsent=True) from error
    except smtplib.SMTPResponseException as error:  # before the letter itself
        reason = _said(error.smtp_code, error.smtp_error)
        said = f"The mail server refused to take letters: {reason}."
        raise ChannelError(said, unsent=True) from error
    except (OSError, smtplib.SMTPException) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        said = f"The mail server {url.hostname} can't be reached: {reason}."
        raise ChannelError(said, unsent=unsent) from error


def _connect(url: SplitResult, own_name: str) -> smtplib.SMTP:
    host, port = url.hostname or "localhost", url.port or PORTS[url.scheme]
    name = _as_literal(own_name)
    server: smtplib.SMTP
    if url.scheme == "smtps":
        server = smtplib.SMTP_SSL(
            host, port, local_hostname=name, timeout=TIMEOUT_S, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(host, port, local_hostname=name, timeout=TIMEOUT_S)
    try:
        if url.scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _as_literal(host: str) -> str:
    """A number is greeted with in brackets (RFC 5321, section 4.1.3)."""
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return host
    return f"[{number}]" if number.version == 4 else f"[IPv6:{number}]"


def _said(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(words.split())[:200]}".rstrip(" .")


# By the second number of RFC 3463's status codes
REASONS = {
    "1": "its address",
    "2": "the mailbox",
    "3": "what the server can take",
    "4": "the network",
    "5": "the protocol",
    "6": "its content",
    "7": "rules or security",
}
_STATUS = re.compile(r"\b[245]\.(\d)\.\d{1,3}\b")


def _why(code: int, text: bytes | str) -> str:
    """Numbers only of what a server says that has read the letter: it may say the letter's words,
    which would then outlive the voice they are of."""
    status = _STATUS.search(_said(code, text))
    if status is None:
        return str(code)
    about = REASONS.get(status.group(1))
    return f"{code} {status.group()}" + (f", for {about}" if about else "")


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["clock"] = timeline.clock
    environment.filters["day"] = _day
    environment.filters["minute"] = minute
    return environment


def minute(moment: datetime) -> str:
    """`Monday 23 November 2026, 15:30 UTC`"""
    return f"{moment:%A} {_day(moment)}, {moment:%H:%M} UTC"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
