"""Events by mail: over TLS that was checked, to one mailbox, and whatever goes wrong is an answer."""

from __future__ import annotations

import ssl
from pathlib import Path

import attrs
import pytest

from adapters.notifications.mail import MailCarrier
from adapters.notifications.mail_server import MailServer, mail_server
from domain.jobs.errors import BrokenSettings, InvalidInput
from domain.notifications.delivery import Answer
from domain.notifications.event import Event
from tests.contract.building import NOW
from tests.contract.notifying import a_webhook, an_event
from tests.services.certificates import self_signed
from tests.services.mail_server import MailServerOnLoopback

MAILBOX = attrs.evolve(a_webhook(), url="mailto:ada@example.org", secret=None)


def mailed(server: MailServerOnLoopback, url: str, *, trust: Path | None = None, event: Event | None = None) -> Answer:
    """Mail an event over the server that *url* names."""

    def tls() -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(trust) if trust else None)

    carrier = MailCarrier(server=mail_server(url.format(port=server.port), sender="Antiphon <no@example.org>"), tls=tls)
    return carrier.carry(MAILBOX, event=(event or an_event(1, MAILBOX)).document(), secrets=(), now=NOW)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS, and the file of whom to trust for it."""
    made = self_signed(tmp_path_factory.mktemp("tls"))
    if made is None:
        pytest.skip("no openssl to make a certificate with")
    return made.server_context(), made.certificate


def test_an_event_is_mailed_in_plain_words() -> None:
    """Subject, text, and a Message-ID by which a repetition is known."""
    with MailServerOnLoopback() as server:
        answer = mailed(server, "smtp://127.0.0.1:{port}?tls=off")

    [mail] = server.mails
    assert (answer.is_success, answer.status) == (True, 250)
    assert (mail["To"], mail["From"]) == ("ada@example.org", "Antiphon <no@example.org>")
    assert mail["Subject"] == "Antiphon: job.ended completed job-1"
    assert mail["Message-ID"] == f"<evt_1.{MAILBOX.id}@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "status: completed" in mail.get_content()
    assert "a repetition has the same id" in mail.get_content()


def test_mail_goes_over_tls_with_the_password_behind_it(certificate: tuple[ssl.SSLContext, Path]) -> None:
    """Neither the password nor a mail is ever said in the clear."""
    context, trusted = certificate
    for implicit, scheme in ((False, "smtp"), (True, "smtps")):
        with MailServerOnLoopback(tls=context, implicit=implicit) as server:
            answer = mailed(server, f"{scheme}://ada:p%40ss@127.0.0.1:{{port}}", trust=trusted)
        assert answer.is_success, answer.error
        assert (len(server.mails), len(server.logins)) == (1, 1)
        assert {line.split()[0].upper() for line in server.in_clear} <= {"EHLO", "STARTTLS"}


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: tuple[ssl.SSLContext, Path]) -> None:
    """Who sits between us and the mail server gets nothing."""
    for implicit, scheme in ((False, "smtp"), (True, "smtps")):
        with MailServerOnLoopback(tls=certificate[0], implicit=implicit) as server:
            answer = mailed(server, f"{scheme}://ada:p%40ss@127.0.0.1:{{port}}")
        assert "certificate" in answer.error.lower()
        assert (server.mails, server.logins) == ([], [])


def test_without_starttls_nothing_is_mailed() -> None:
    """Somebody on the way could have taken the offer out."""
    with MailServerOnLoopback() as server:
        answer = mailed(server, "smtp://127.0.0.1:{port}")

    assert "STARTTLS" in answer.error
    assert (server.mails, server.recipients) == ([], [])


@pytest.mark.parametrize(
    ("recipient", "content", "is_final"),
    [("550 no such user", "250 ok", True), ("450 mailbox busy", "250 ok", False), ("250 ok", "552 full", False)],
)
def test_what_a_mail_server_refuses_is_an_answer(recipient: str, content: str, is_final: bool) -> None:
    """A mailbox that is not there is not asked for a day; what may pass is tried again."""
    with MailServerOnLoopback(recipient=recipient, content=content) as server:
        answer = mailed(server, "smtp://127.0.0.1:{port}?tls=off")

    assert (answer.is_success, answer.is_final) == (False, is_final)
    assert answer.status == int((content if recipient.startswith("250") else recipient)[:3])


def test_a_mail_server_that_is_away_is_an_answer() -> None:
    """It is tried again, like a receiver."""
    with MailServerOnLoopback() as server:
        pass

    answer = mailed(server, "smtp://127.0.0.1:{port}?tls=off")

    assert "the mail server can't be used" in answer.error


def test_no_text_of_an_event_becomes_a_header() -> None:
    """Whoever names a job or a status must not be able to add a recipient, or a line, to somebody's mail."""
    evil = attrs.evolve(
        an_event(1, MAILBOX),
        id="evt_1\r\nBcc: eve@example.org",
        data={"job_id": "1\r\nBcc: eve@example.org", "status": "done\nX-Evil: 1", "subject": "a\r\n.\r\nMAIL FROM:<e>"},
    )
    with MailServerOnLoopback() as server:
        answer = mailed(server, "smtp://127.0.0.1:{port}?tls=off", event=evil)

    [mail] = server.mails
    assert answer.is_success
    assert {"Bcc", "X-Evil"} & set(mail.keys()) == set()
    assert len(server.recipients) == 1
    assert mail["Subject"] == "Antiphon: job.ended"


@pytest.mark.parametrize(
    "mailbox",
    [
        "ada@example.org\r\nBcc: eve@example.org",
        "ada@example.org,eve@example.org",
        "Ada <ada@example.org>",
        "ada@example.org?cc=eve@example.org",
        "ada",
        "@example.org",
        "ada@",
        "\u00e4da@example.org",
    ],
)
def test_only_one_plain_mailbox_can_be_added(mailbox: str) -> None:
    """Nothing else could be told from an attempt to write to somebody else as well."""
    server = MailServer(host="mail", port=25, tls="off", sender="no@example.org")

    with pytest.raises(InvalidInput, match="one plain e-mail address"):
        MailCarrier(server=server).check(f"mailto:{mailbox}")


def test_without_a_mail_server_nobody_can_be_mailed() -> None:
    """It is said when the mailbox is added, not in a log a day later."""
    with pytest.raises(InvalidInput, match="ANTIPHON_SMTP_URL"):
        MailCarrier(server=None).check("mailto:ada@example.org")


@pytest.mark.parametrize(
    ("url", "sender", "problem"),
    [
        ("mail.example.org", "no@example.org", "names no mail server"),
        ("smtp://ada:secret@host:port", "no@example.org", "can't be read"),
        ("http://host", "no@example.org", "names no mail server"),
        ("smtp://ada:secret@host:25?tls=off", "no@example.org", "a password is not sent without TLS"),
        ("smtps://host?tls=off", "no@example.org", "one option"),
        ("smtp://host?starttls=never", "no@example.org", "one option"),
        ("smtp://host", "no@example.org\nBcc: eve@example.org", "ANTIPHON_MAIL_FROM"),
        ("smtp://host", "", "ANTIPHON_MAIL_FROM"),
    ],
)
def test_a_mail_server_that_can_not_be_meant_is_refused(url: str, sender: str, problem: str) -> None:
    """At the start of the process, and without repeating the password."""
    with pytest.raises(BrokenSettings, match=problem) as refused:
        mail_server(url, sender=sender)

    assert "secret" not in str(refused.value)
