"""Letters with a sign-in link, sent at once: the outbox would keep the link in clear."""

from __future__ import annotations

import logging

from app import runtime
from app.domain import mail
from app.domain.errors import HeardError
from app.models import Member, new_id

log = logging.getLogger(__name__)


def sign_in(member: Member, path: str, lasts: str, inviter: str = "") -> mail.Letter:
    """`path` of the link, `lasts` in words; `inviter`: who asked them in, if anybody did."""
    values = {
        "url": runtime.settings().base_url + path,
        "name": member.name,
        "lasts": lasts,
        "inviter": inviter,
        "workspace": member.workspace.name,
    }
    return mail.Letter(
        id=new_id(),
        to=member.email,
        subject=f"{inviter} asks you to Heard" if inviter else "Your sign-in link",
        text=mail.render("sign_in.txt", **values),
        html=mail.render("sign_in.html", **values),
    )


def post(letter: mail.Letter) -> bool:
    """Whether the mail server took it; the reason goes to the log, the link never does."""
    try:
        mail.send(letter)
    except HeardError as error:
        log.warning("A sign-in link could not be sent: %s", error.sentence)
        return False
    return True
