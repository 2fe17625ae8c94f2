"""
Events as plain mail, over the operator's mail server.

No text of an event reaches a header: the subject is made of its name, and of words that are letters only. Addresses
were checked to be one mailbox when the webhook was stored, and `EmailMessage` refuses line breaks in headers besides.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from time import perf_counter

from attrs import frozen

from adapters.notifications.mail_server import MailServer
from domain.jobs.errors import InvalidInput
from domain.notifications.delivery import Answer
from domain.notifications.webhook import Webhook, checked_mailbox

TIMEOUT_S = 10.0
"""For each step of the conversation with the mail server, which is the operator's own."""

DELIVERED, PERMANENT = 250, 500
_WORD = re.compile(r"[A-Za-z0-9_.-]{1,60}")
SHOWN_OF_VALUE = 500


@frozen(kw_only=True)
class MailCarrier:
    """`Carrier` that mails; without a *server*, nobody can be mailed, and adding a mailbox is refused."""

    server: MailServer | None
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context

    def check(self, url: str) -> None:
        """Refuse what is not one mailbox, and any mailbox where no mail server is set."""
        checked_mailbox(url)
        if self.server is None:
            raise InvalidInput(
                "url: no mail can be sent from this installation; its operator sets ANTIPHON_SMTP_URL and "
                "ANTIPHON_MAIL_FROM"
            )

    def carry(self, webhook: Webhook, *, event: Mapping[str, object], secrets: Sequence[str], now: datetime) -> Answer:  # noqa: ARG002  # a mail has no signature
        """Mail the event, once; whatever goes wrong is an answer."""
        if self.server is None:
            return Answer(error="no mail server is set (ANTIPHON_SMTP_URL)")
        began = perf_counter()
        status, error, is_final = self._handed_in(self.server, webhook, event=event, now=now)
        return Answer(status=status, error=error, is_final=is_final, took_s=perf_counter() - began)

    def _handed_in(
        self, server: MailServer, webhook: Webhook, *, event: Mapping[str, object], now: datetime
    ) -> tuple[int | None, str, bool]:
        """Return the server's status, what went wrong, and whether it will go wrong again."""
        try:
            message = mail_of(webhook, event=event, sender=server.sender, now=now)
            with _conversation(server, self.tls) as smtp:
                smtp.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            status, said = next(iter(error.recipients.values()))
            return status, f"the mailbox was refused: {status} {_words(said)}", status >= PERMANENT
        except smtplib.SMTPResponseException as error:
            return error.smtp_code, f"the mail server refused: {error.smtp_code} {_words(error.smtp_error)}", False
        except (OSError, smtplib.SMTPException) as error:
            return None, f"the mail server can't be used: {_one_line(str(error)) or type(error).__name__}", False
        return DELIVERED, "", False


def mail_of(webhook: Webhook, *, event: Mapping[str, object], sender: str, now: datetime) -> EmailMessage:
    """Return the event as a mail; a repetition has the same Message-ID, by which mail programs know it."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = webhook.mailbox
    message["Subject"] = _subject(event)
    message["Date"] = format_datetime(now)
    host = parseaddr(sender)[1].rpartition("@")[2]
    message["Message-ID"] = f"<{_word(event['id'])}.{_word(webhook.id)}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n".join(_lines(webhook, event)))
    return message


def _subject(event: Mapping[str, object]) -> str:
    data = event.get("data")
    facts = data if isinstance(data, dict) else {}
    words = [_word(event["type"]), _word(facts.get("status", "")), _word(str(facts.get("job_id", ""))[:8])]
    return " ".join(["Antiphon:", *(word for word in words if word)])


def _lines(webhook: Webhook, event: Mapping[str, object]) -> Iterator[str]:
    yield f"{event['type']} at {event['timestamp']}"
    yield ""
    data = event.get("data")
    for name, value in data.items() if isinstance(data, dict) else ():
        yield f"{name}: {_one_line(str(value))}"
    yield ""
    yield f"event {event['id']} (a repetition has the same id), sent to you by webhook {webhook.id}"


def _word(text: object) -> str:
    return str(text) if _WORD.fullmatch(str(text)) else ""


def _one_line(text: str) -> str:
    return " ".join(text[:SHOWN_OF_VALUE].split())


def _words(said: bytes | str) -> str:
    return _one_line(said.decode("utf-8", "replace") if isinstance(said, bytes) else said)


@contextmanager
def _conversation(server: MailServer, tls: Callable[[], ssl.SSLContext]) -> Iterator[smtplib.SMTP]:
    with _connected(server, tls) as smtp:
        if server.tls == "start":
            smtp.starttls(context=tls())  # raises where the server has none: mail is not sent in the clear
        if server.user:
            smtp.login(server.user, server.password)
        yield smtp


def _connected(server: MailServer, tls: Callable[[], ssl.SSLContext]) -> smtplib.SMTP:
    if server.tls == "always":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=tls())
    return smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
