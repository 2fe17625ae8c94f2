"""The rows of organizations as the domain's values and back."""

from __future__ import annotations

import attrs

from adapters.database.rows import AnyRow, Values
from domain.organizations.api_key import ApiKey, ApiKeyId
from domain.organizations.audit_entry import AuditEntry, AuditEntryId
from domain.organizations.key_material import Seal
from domain.organizations.organization import Membership, Organization, Role, User
from domain.tenancy import OrganizationId, UserId

_SAME_NAME = ("id", "user_id", "prefix", "created_at", "created_by", "expires_at", "last_used_at", "revoked_at")


def organization_from(row: AnyRow) -> Organization:
    """Return the organization of a row."""
    return Organization(id=OrganizationId(row.organization_id), name=row.name, created_at=row.created_at)


def user_from(row: AnyRow) -> User:
    """Return the user of a row."""
    return User(id=UserId(row.id), email=row.email, created_at=row.created_at)


def membership_from(row: AnyRow) -> Membership:
    """Return the membership of a row that holds the user as well."""
    return Membership(user=user_from(row), role=Role(row.role), since=row.since)


def key_values(key: ApiKey) -> Values:
    """Return the key's row, without its organization."""
    values: Values = {name: getattr(key, name) for name in _SAME_NAME}
    return {**values, **seal_values(key.seal), "scopes": " ".join(sorted(key.scopes))}


def seal_values(seal: Seal) -> Values:
    """Return the columns of a seal."""
    return {"digest": seal.digest, "pepper_id": seal.pepper_id}


def key_from(row: AnyRow) -> ApiKey:
    """Return the key of a row."""
    return ApiKey(
        id=ApiKeyId(row.id),
        organization_id=OrganizationId(row.organization_id),
        user_id=UserId(row.user_id),
        prefix=row.prefix,
        seal=Seal(digest=row.digest, pepper_id=row.pepper_id),
        scopes=frozenset(row.scopes.split()),
        created_at=row.created_at,
        created_by=UserId(row.created_by),
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )


def entry_values(entry: AuditEntry) -> Values:
    """Return the entry's row, without its organization."""
    return {**attrs.asdict(entry, recurse=False), "details": dict(entry.details)}


def entry_from(row: AnyRow) -> AuditEntry:
    """Return the entry of a row."""
    return AuditEntry(
        id=AuditEntryId(row.id),
        at=row.at,
        user_id=UserId(row.user_id),
        action=row.action,
        subject=row.subject,
        details=row.details,
    )
