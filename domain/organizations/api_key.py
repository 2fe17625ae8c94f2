"""An API key as its row says it: whose it is, what it may do, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from attrs import frozen

from domain.jobs.errors import InvalidInput
from domain.organizations.key_material import Seal
from domain.organizations.organization import Role, User
from domain.tenancy import ALL_SCOPES, OrganizationId, UserId

ApiKeyId = NewType("ApiKeyId", str)

USED_EVERY = timedelta(minutes=1)
"""How exactly the time of the last use is kept: a write a request would cost more than the request."""


class KeyState(StrEnum):
    """Whether a key opens anything."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"
    LOCKED = "locked"
    """The master key that it was sealed under is not among the server's any more."""


@frozen(kw_only=True)
class ApiKey:
    """A key of a user. What it may do is also bounded, at each use, by the role its user has then."""

    id: ApiKeyId
    organization_id: OrganizationId
    user_id: UserId
    prefix: str
    seal: Seal
    scopes: frozenset[str]
    created_at: datetime
    created_by: UserId
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def state(self, now: datetime) -> KeyState:
        """Return whether the key opens anything at *now*."""
        if self.revoked_at is not None:
            return KeyState.REVOKED
        return KeyState.EXPIRED if self.expires_at is not None and self.expires_at <= now else KeyState.ACTIVE

    def is_use_worth_a_write(self, now: datetime) -> bool:
        """Whether the time of the last use that is stored is too old."""
        return self.last_used_at is None or now - self.last_used_at >= USED_EVERY


@frozen(kw_only=True)
class Credential:
    """A key as it was looked up by its prefix; *role* is what its user is now, None for a former member."""

    key: ApiKey
    role: Role | None


@frozen(kw_only=True)
class OwnedKey:
    """A key and whose it is."""

    key: ApiKey
    user: User


@frozen(kw_only=True)
class IssuedKey:
    """A new key, and its text: the only time that it can be seen."""

    key: ApiKey
    user: User
    text: str

    def __repr__(self) -> str:
        """Without the text: what is printed by accident is printed for ever."""
        return f"IssuedKey(key={self.key!r})"


def scopes_named(words: Iterable[str]) -> frozenset[str]:
    """
    Return the scopes of those names.

    Raises:
        InvalidInput: there are none, or one is no scope.
    """
    scopes = frozenset(words)
    unknown = sorted(scopes - ALL_SCOPES)
    if unknown or not scopes:
        found = ", ".join(map(repr, unknown)) or "none"
        raise InvalidInput(f"scopes: {found}; expected one or more of {', '.join(sorted(ALL_SCOPES))}")
    return scopes
