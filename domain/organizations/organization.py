"""Organizations and the people in them: what they may be called, and what each role may do."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum

from attrs import frozen

from domain.jobs.errors import InvalidInput
from domain.tenancy import ADMIN, ALL_SCOPES, READ, WRITE, OrganizationId, UserId

LONGEST_NAME = 100
LONGEST_EMAIL = 254
"""RFC 5321 bounds a path at 256 octets, with its two angle brackets."""

_EMAIL = re.compile(r"[^\s@<>(),:;\"\\\[\]]+@[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


class Role(StrEnum):
    """What a member is in an organization. Owners are those it can't do without: the last one stays."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    VIEWER = "viewer"

    @property
    def scopes(self) -> frozenset[str]:
        """What the role may do; a key of such a member may do at most that."""
        return _SCOPES[self]


_SCOPES = {
    Role.OWNER: ALL_SCOPES,
    Role.ADMIN: frozenset({READ, WRITE, ADMIN}),
    Role.MEMBER: frozenset({READ, WRITE}),
    Role.VIEWER: frozenset({READ}),
}


@frozen(kw_only=True)
class Organization:
    """A tenant: everything that is stored belongs to one. Its *name* is its own in the installation."""

    id: OrganizationId
    name: str
    created_at: datetime


@frozen(kw_only=True)
class User:
    """Who acts in one organization. A person who works for two is a user in each, under the same address."""

    id: UserId
    email: str
    created_at: datetime


@frozen(kw_only=True)
class Membership:
    """The role of a user. A former member has none; the user stays, as jobs and the audit log speak of it."""

    user: User
    role: Role
    since: datetime


def organization_name(words: str) -> str:
    """
    Return *words* as an organization's name, without the blanks around it.

    Raises:
        InvalidInput: nothing can be called so.
    """
    name = words.strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise InvalidInput(
            f"organization name {words[: LONGEST_NAME + 1]!r}: expected 1 to {LONGEST_NAME} printable characters in "
            "one line; choose another"
        )
    return name


def email_address(words: str) -> str:
    """
    Return *words* as an e-mail address, in lower case: people write theirs in many ways, and mean one.

    Only its form is looked at. A host without a dot is allowed, as private networks have them.

    Raises:
        InvalidInput: it is none.
    """
    email = words.strip().lower()
    if len(email) > LONGEST_EMAIL or not email.isprintable() or not _EMAIL.fullmatch(email):
        raise InvalidInput(
            f"email {words[: LONGEST_EMAIL + 1]!r}: expected an address such as ada@example.com, of at most "
            f"{LONGEST_EMAIL} characters; correct it"
        )
    return email
