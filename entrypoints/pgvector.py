"""Setting up pgvector over all organizations: as the owner of the tables, and in each organization as itself."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Engine

from adapters.database.organizations import SqlDirectory
from adapters.database.scope import scoped
from adapters.database.vector_index import IndexedModel, fill, sizes
from adapters.database.vector_partitions import (
    MOST_DIMENSIONS,
    PARTITION_FROM,
    add_index,
    add_partition,
    analyze,
    set_up,
)
from domain.organizations.organization import Organization


def set_up_vectors(login: Engine, *, owner: Engine, partition_from: int = PARTITION_FROM) -> Iterator[str]:
    """
    Make the table for pgvector, fill it, and give large organizations a partition with indexes; yield what was done.

    It may be run again at any time: what there is stays. Searches go on meanwhile.

    Raises:
        ServiceUnavailable: the database can't be reached.
    """
    if login.dialect.name != "postgresql":
        yield "SQLite has no pgvector; searches compare all vectors, which is exact"
        return
    if not set_up(owner):
        yield (
            "the extension is not there; have an administrator run once, in this database: CREATE EXTENSION vector; "
            "until then searches compare all vectors, which is exact"
        )
        return
    for organization in SqlDirectory(login).organizations():
        yield from _organization(login, owner, organization, partition_from)
    analyze(owner)
    yield "vectors are searched by pgvector"


def _organization(login: Engine, owner: Engine, organization: Organization, partition_from: int) -> Iterator[str]:
    with scoped(login, organization_id=organization.id, is_view=False) as scope:
        copied, models = fill(scope), sizes(scope)
        scope.commit()
    if copied:
        yield f"{organization.name}: {copied} vectors copied"
    large = [model for model in models if model.size >= partition_from]
    if large and add_partition(owner, organization.id):
        yield f"{organization.name}: has a partition of its own"
    for model in large:
        yield from _index(owner, organization, model)


def _index(owner: Engine, organization: Organization, model: IndexedModel) -> Iterator[str]:
    name = f"{organization.name}: {model.size} vectors of {model.dimensions} dimensions"
    if model.dimensions > MOST_DIMENSIONS:
        yield f"{name} are compared one by one, since an index takes {MOST_DIMENSIONS} dimensions at most"
    elif add_index(owner, organization.id, model):
        yield f"{name} have an index"
