"""What somebody may give to others: never more than they have, else a small key would be a way to a large one."""

from __future__ import annotations

from domain.organizations.errors import Forbidden
from domain.tenancy import TenantContext


def refuse_beyond_own(tenant: TenantContext, scopes: frozenset[str], *, what: str) -> None:
    """
    Refuse to give *scopes* away where the tenant lacks one; *what* says in which form: a role, the scopes of a key.

    Raises:
        Forbidden: the tenant may do less.
    """
    if not scopes <= tenant.scopes:
        have = ", ".join(sorted(tenant.scopes)) or "nothing"
        raise Forbidden(f"{what}: nobody gives away more than they have ({have}); give less")
