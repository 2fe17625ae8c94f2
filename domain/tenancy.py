"""
Who acts, and for which organization.

A tenant context is a value that is passed, never guessed: every move of a service takes one, and there is no default.
"""

from __future__ import annotations

from typing import NewType

from attrs import field, frozen
from attrs.validators import min_len

OrganizationId = NewType("OrganizationId", str)
UserId = NewType("UserId", str)


@frozen(kw_only=True)
class TenantContext:
    """The organization whose rows may be touched, the user who asked, and what that user may do."""

    organization_id: OrganizationId = field(validator=min_len(1))
    user_id: UserId = field(validator=min_len(1))
    scopes: frozenset[str] = frozenset()
