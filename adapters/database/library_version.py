"""
The version of an organization's library, counted up by every transaction that changes it.

It is counted at the very end of the transaction: the row is locked until the commit, so that versions become visible
in their order, and no transaction waits for another one while it holds this lock.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from adapters.database.library_search_tables import library_version
from adapters.database.scope import Scope, of_organization

_add = insert(library_version).values(version=1)
_COUNT_UP = _add.on_conflict_do_update(
    index_elements=["organization_id"], set_={"version": library_version.c.version + 1}
)
VERSION = select(library_version.c.version).where(of_organization(library_version))


def count_up(scope: Scope) -> None:
    """Note that the library is another one from the commit on."""
    scope.insert(_COUNT_UP, {})
