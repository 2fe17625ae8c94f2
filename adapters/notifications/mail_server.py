"""
The mail server of an installation, from one address: `smtps://USER:PASSWORD@HOST`, or `smtp://` with STARTTLS.

Mail goes over TLS with a checked certificate, unless the operator says otherwise for a server of its own network
(`smtp://HOST:25?tls=off`): a password is then refused, since everybody on the way could read it.
"""

from __future__ import annotations

from email.utils import parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

from attrs import field, frozen

from domain.jobs.errors import BrokenSettings

_PORTS = {"smtp": 587, "smtps": 465}
_EXPECTED = "expected smtps://USER:PASSWORD@HOST, smtp://USER:PASSWORD@HOST:587 or smtp://HOST:25?tls=off"


@frozen(kw_only=True)
class MailServer:
    """Where mail is handed in, and from whom it is. *tls*: `start` (STARTTLS), `always` or `off`."""

    host: str
    port: int
    tls: str
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


def mail_server(url: str, *, sender: str) -> MailServer:
    """
    Return the server that the settings name.

    Raises:
        BrokenSettings: an address that can't be read, a password without TLS, no sender; the address is not repeated.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BrokenSettings(f"ANTIPHON_SMTP_URL can't be read; {_EXPECTED}") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise BrokenSettings(f"ANTIPHON_SMTP_URL names no mail server; {_EXPECTED}")
    off = parse_qs(parts.query).get("tls") == ["off"]
    if parts.query and (not off or parts.scheme == "smtps"):
        raise BrokenSettings(f"ANTIPHON_SMTP_URL: the one option there is, is tls=off, for smtp://; {_EXPECTED}")
    if off and parts.password:
        raise BrokenSettings("ANTIPHON_SMTP_URL: a password is not sent without TLS; take out tls=off or the password")
    return MailServer(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        tls="off" if off else "start" if parts.scheme == "smtp" else "always",
        sender=_checked_sender(sender),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _checked_sender(sender: str) -> str:
    address = parseaddr(sender)[1]
    if not sender.isprintable() or address.count("@") != 1 or " " in address:
        raise BrokenSettings(
            f"ANTIPHON_MAIL_FROM={sender!r}: expected the address that mail comes from, such as antiphon@example.org"
        )
    return sender
