"""
A webhook: an address of an organization's that is told of events, and how it is doing.

The address is a URL, or `mailto:` with one e-mail address: the event is mailed then. A webhook whose deliveries were
given up again and again is disabled, visibly; it is enabled again by its owner, not by itself.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

import attrs
from attrs import field, frozen
from attrs.validators import max_len

from domain.jobs.errors import InvalidInput
from domain.secrets.vault import Sealed
from domain.tenancy import OrganizationId, UserId

WebhookId = NewType("WebhookId", str)

MOST_GIVEN_UP = 5
"""So many deliveries given up in a row disable a webhook; each was tried for a day before."""

MOST_WEBHOOKS = 100
"""Of one organization: each event is looked up for all of them, and makes a delivery for each that wants it."""

LONGEST_URL = 2000
OVERLAP = timedelta(hours=24)
"""How long the secret before the newest one is good."""

# One plain address: no names, groups, quotes or comments, which mail programs read differently from each other.
_MAILBOX = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


class Channel(StrEnum):
    """How events get to an address."""

    HTTP = "http"
    EMAIL = "email"


@frozen(kw_only=True)
class SigningSecret:
    """A signing secret, encrypted; *last_four* tells people which of theirs it is."""

    sealed: Sealed = field(repr=False)
    last_four: str


@frozen(kw_only=True)
class Webhook:
    """
    An address that is told of events. *events*: patterns as `event.wants` reads them.

    *active_since*: what happened before is not told. *failing_since*: the last attempt at any delivery failed, and
    every one since then. *disabled_because*: nothing is delivered until somebody enables it again. A mailbox has no
    *secret*.
    """

    id: WebhookId
    organization_id: OrganizationId
    url: str
    events: tuple[str, ...]
    made_by: UserId
    made_at: datetime
    active_since: datetime
    description: str = field(default="", validator=max_len(200))
    secret: SigningSecret | None = None
    previous_secret: SigningSecret | None = None
    previous_until: datetime | None = None
    failing_since: datetime | None = None
    disabled_because: str = ""

    @property
    def channel(self) -> Channel:
        """How events get there."""
        return Channel.EMAIL if self.url.startswith("mailto:") else Channel.HTTP

    @property
    def mailbox(self) -> str:
        """The e-mail address of a `mailto:` webhook."""
        return self.url.removeprefix("mailto:")

    @property
    def is_active(self) -> bool:
        """Whether events are delivered."""
        return not self.disabled_because

    @property
    def state(self) -> str:
        """`active`, `failing` (its last attempt failed) or `disabled`."""
        if not self.is_active:
            return "disabled"
        return "active" if self.failing_since is None else "failing"

    def secrets_at(self, now: datetime) -> tuple[SigningSecret, ...]:
        """Return the secrets a message of *now* is signed with, newest first."""
        previous = self.previous_secret if self.previous_until is not None and now < self.previous_until else None
        return tuple(secret for secret in (self.secret, previous) if secret is not None)


def rotated(webhook: Webhook, secret: SigningSecret, *, now: datetime, overlap: timedelta = OVERLAP) -> Webhook:
    """Return the webhook with a new secret; the old one signs beside it until *overlap* has passed."""
    if webhook.secret is None:
        raise InvalidInput(f"webhook {webhook.id}: a mailbox has no secret, so there is none to rotate")
    return attrs.evolve(webhook, secret=secret, previous_secret=webhook.secret, previous_until=now + overlap)


def enabled(webhook: Webhook, *, now: datetime) -> Webhook:
    """Return the webhook as good as new: what happened while it was disabled is not told."""
    return attrs.evolve(webhook, disabled_because="", failing_since=None, active_since=now)


def disabled(webhook: Webhook, reason: str) -> Webhook:
    """Return the webhook as disabled; the first reason stays."""
    return attrs.evolve(webhook, disabled_because=webhook.disabled_because or reason)


def checked_mailbox(url: str) -> str:
    """
    Return a `mailto:` address as it is stored.

    Raises:
        InvalidInput: it is not exactly one plain address; nothing in it can become a header of a mail.
    """
    mailbox = url.removeprefix("mailto:")
    if not _MAILBOX.fullmatch(mailbox) or len(mailbox) > 254:
        raise InvalidInput(f"url: {url!r} is not one plain e-mail address; expected mailto:NAME@HOST")
    return f"mailto:{mailbox}"
