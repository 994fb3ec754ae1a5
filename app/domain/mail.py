"""Letters: written from templates/emails, sent by real SMTP."""

from __future__ import annotations

import functools
import ipaddress
import smtplib
import ssl
from collections.abc import Mapping
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
        raise ChannelError("No mail server is set up yet (SMTP_URL), so this letter waits.")
    url = urlsplit(settings.smtp_url)
    message = build(letter, settings)
    try:
        with _connect(url, host_name(settings)) as server:
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise ChannelError(
            f"The mail server does not take letters for {letter.to}: {_said(code, said)}.",
            permanent=code >= 500,
        ) from error
    except smtplib.SMTPAuthenticationError as error:
        raise ChannelError("The mail server refused the name or password in SMTP_URL.") from error
    except smtplib.SMTPDataError as error:
        raise ChannelError(
            f"The mail server refused this letter: {_said(error.smtp_code, error.smtp_error)}.",
            permanent=error.smtp_code >= 500,
        ) from error
    except smtplib.SMTPResponseException as error:
        reason = _said(error.smtp_code, error.smtp_error)
        raise ChannelError(f"The mail server refused to take letters: {reason}.") from error
    except (OSError, smtplib.SMTPException) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise ChannelError(f"The mail server {url.hostname} can't be reached: {reason}.") from error


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
