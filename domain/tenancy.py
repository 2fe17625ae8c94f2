"""
Who acts, for which organization, and what they may do there.

A tenant context is a value that is passed, never guessed: every move of a service takes one, and there is no default.
"""

from __future__ import annotations

from typing import NewType

from attrs import field, frozen
from attrs.validators import min_len

from domain.origin import UNKNOWN, Origin

OrganizationId = NewType("OrganizationId", str)
UserId = NewType("UserId", str)

READ = "read"
WRITE = "write"
ADMIN = "admin"
ALL_SCOPES = frozenset({READ, WRITE, ADMIN})
"""What somebody may do: look at things; start and change them; look after people, keys and secrets."""


@frozen(kw_only=True)
class TenantContext:
    """The organization whose rows may be touched, the user who asked, what that user may do, and by which request."""

    organization_id: OrganizationId = field(validator=min_len(1))
    user_id: UserId = field(validator=min_len(1))
    scopes: frozenset[str] = frozenset()
    origin: Origin = field(default=UNKNOWN, eq=False)
