"""The demo's mail server and SMS gateway: a folder. The mailbox page reads it."""

import datetime
import email.policy
import os
import re
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage as ReceivedMessage
from email.parser import BytesParser
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

# Marks what is an SMS.
SMS = "X-HMS-SMS"


def folder() -> Path:
    return settings.STATE_DIR / "mail"


class FolderBackend(BaseEmailBackend):
    """Keeps every mail as a file, whole or not at all."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            _keep(message.message().as_bytes())
        return len(email_messages)


def keep_sms(phone: str, text: str) -> None:
    """Keep an SMS among the mails: the demo has no gateway."""
    message = ReceivedMessage(policy=email.policy.SMTP)
    message["To"] = phone
    message["Subject"] = text.partition("\n")[0]
    message[SMS] = "yes"
    message.set_content(text)
    _keep(message.as_bytes())


def _keep(content: bytes) -> None:
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    # Sorts by time; the nanosecond and the random end keep two workers apart.
    name = f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}"
    unfinished = folder() / f".{name}"
    unfinished.write_bytes(content)
    os.replace(unfinished, folder() / f"{name}.eml")


@dataclass(frozen=True)
class Mail:
    """One mail in the demo's mailbox."""

    name: str
    message: ReceivedMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def sender(self) -> str:
        return str(self.message["From"] or "")

    @property
    def is_sms(self) -> bool:
        return SMS in self.message

    @property
    def to(self) -> str:
        return str(self.message["To"])

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    @property
    def sent_at(self) -> datetime.datetime:
        # A mail's own date says «-0000» for UTC, which Python reads as no zone; the file's name knows better.
        return datetime.datetime.fromtimestamp(int(self.name.partition("-")[0]) / 1e9, tz=datetime.UTC)

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return part.get_content() if part is not None else ""


def names() -> list[str]:
    """The names of all mails, the newest first."""
    return sorted((path.stem for path in folder().glob("*.eml")), reverse=True)


def read(name: str) -> Mail | None:
    """One mail, or None when there is none of that name."""
    if not re.fullmatch(r"\d{20}-[0-9a-f]{8}", name):
        return None
    try:
        content = (folder() / f"{name}.eml").read_bytes()
    except OSError:
        return None
    return Mail(name=name, message=BytesParser(policy=email.policy.default).parsebytes(content))
