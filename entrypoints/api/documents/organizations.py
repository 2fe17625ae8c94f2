"""Organizations, their members and keys, and the audit log, as the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from domain.organizations.api_key import IssuedKey, KeyState, OwnedKey
from domain.organizations.audit_entry import AuditEntry
from domain.organizations.organization import Membership, Organization, Role
from entrypoints.api.documents.words import Words

LONGEST_LIFETIME_S = 10 * 365 * 24 * 3600
LONGEST_GRACE_S = 30 * 24 * 3600

Scope = Literal["read", "write", "admin"]


class OrganizationDocument(BaseModel):
    """The organization that the key belongs to."""

    id: str
    name: str = Field(examples=["Analytical Engines"])
    created_at: datetime


class MemberDocument(BaseModel):
    """A member: who, as what, since when."""

    user_id: str
    email: str = Field(examples=["ada@example.com"])
    role: Role
    since: datetime


class MemberRole(Words):
    """As what somebody is a member."""

    role: Role


class KeyDocument(BaseModel):
    """A key, without what it opens with: that was shown once."""

    id: str
    prefix: str = Field(description="What the key begins with; commands and paths name it so.")
    user_id: str = Field(description="Whom it acts as.")
    email: str = Field(description="That user's address.", examples=["ada@example.com"])
    scopes: list[Scope]
    state: KeyState
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    last_used_at: datetime | None = Field(description="To the minute.")
    revoked_at: datetime | None


class IssuedKeyDocument(KeyDocument):
    """A new key."""

    key: str = Field(repr=False, description="The key itself: shown this once.")


class NewKey(Words):
    """A key to make."""

    email: str = Field(max_length=254, description="The member it acts as.", examples=["ada@example.com"])
    scopes: list[Scope] = Field(min_length=1, max_length=3, examples=[["read"]])
    expires_in_s: int | None = Field(
        default=None, ge=1, le=LONGEST_LIFETIME_S, description="Seconds until it ends; null: until revoked."
    )


class Rotation(Words):
    """How a key is replaced."""

    grace_s: int = Field(
        default=0, strict=True, ge=0, le=LONGEST_GRACE_S, description="Seconds that the old key still works."
    )


class AuditEntryDocument(BaseModel):
    """One line of the audit log."""

    id: str
    at: datetime
    user_id: str
    action: str = Field(examples=["key.created"])
    subject: str = Field(examples=["key antiphon_abcdefghijkl"])
    details: dict[str, str]


def organization_document(organization: Organization) -> OrganizationDocument:
    """Return the document of an organization."""
    return OrganizationDocument(id=organization.id, name=organization.name, created_at=organization.created_at)


def member_document(member: Membership) -> MemberDocument:
    """Return the document of a member."""
    return MemberDocument(user_id=member.user.id, email=member.user.email, role=member.role, since=member.since)


def key_document(owned: OwnedKey, *, state: KeyState) -> KeyDocument:
    """Return the document of a key."""
    return KeyDocument(**_shown(owned, state=state))


def issued_key_document(issued: IssuedKey) -> IssuedKeyDocument:
    """Return the document of a key that was just made, with its text."""
    owned = OwnedKey(key=issued.key, user=issued.user)
    return IssuedKeyDocument(**_shown(owned, state=KeyState.ACTIVE), key=issued.text)


def audit_entry_document(entry: AuditEntry) -> AuditEntryDocument:
    """Return the document of an entry."""
    return AuditEntryDocument(
        id=entry.id,
        at=entry.at,
        user_id=entry.user_id,
        action=entry.action,
        subject=entry.subject,
        details=dict(entry.details),
    )


def _shown(owned: OwnedKey, *, state: KeyState) -> dict[str, Any]:
    key = owned.key
    return {
        "id": key.id,
        "prefix": key.prefix,
        "user_id": key.user_id,
        "email": owned.user.email,
        "scopes": sorted(key.scopes),
        "state": state,
        "created_at": key.created_at,
        "created_by": key.created_by,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }
