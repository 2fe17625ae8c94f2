"""What holds of pgvector only: its table, its partitions, and who sees them."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import ProgrammingError

from adapters.database.connection import connected
from adapters.database.engine import make_engine
from adapters.database.isolation import look_for_escapes
from adapters.database.organizations import SqlDirectory
from adapters.database.scope import scoped
from adapters.database.vector_index import TABLE, as_literal, fill, missing, sizes
from adapters.database.vector_partitions import add_index, add_partition, analyze, partition_of, set_up
from adapters.library_search.exact import ExactSearch
from adapters.library_search.pgvector import PgvectorSearch
from adapters.library_search.pgvector import statement as nearest
from domain.embedding.search import Hit
from domain.organizations.organization import Organization
from entrypoints.pgvector import set_up_vectors
from tests.contract.building import NOW, THEM, US
from tests.contract.library_shelves import Shelf, a_model, direction, random_vectors
from tests.contract.vector_databases import VectorDatabase, vector_database
from tests.services.logins import Addresses

EAST, NORTH = direction(1, 0, 0), direction(0, 1, 0)
MODEL = a_model()


@pytest.fixture
def vectors() -> Iterator[VectorDatabase]:
    """A database of this test's own with pgvector in it."""
    with vector_database() as made:
        yield made


@pytest.mark.parametrize("index_of", ["exact", "pgvector"])
@pytest.mark.postgres
def test_a_document_that_is_swapped_meanwhile_is_never_seen_half(vectors: VectorDatabase, index_of: str) -> None:
    """Every search sees one generation of it, with all its chunks."""
    exact = ExactSearch(engine=vectors.login)
    index = exact if index_of == "exact" else PgvectorSearch(engine=vectors.login, otherwise=exact)
    shelf = Shelf(engine=vectors.login, model=MODEL)
    shelf.put("a.md", [EAST] * 5, texts=[f"0 {no}" for no in range(5)])
    is_over = threading.Event()

    def swap() -> None:
        for round_no in range(1, 40):
            shelf.put("a.md", [EAST] * 5, texts=[f"{round_no} {no}" for no in range(5)])
        is_over.set()

    swapping = threading.Thread(target=swap)
    swapping.start()
    seen = []
    while not is_over.is_set():
        hits = index.search(US, EAST, model=MODEL, k=20, only_approved=False)
        seen.append({hit.text.split()[0] for hit in hits})
        assert sorted(hit.ordinal for hit in hits) == [0, 1, 2, 3, 4]
    swapping.join()

    assert all(len(generations) == 1 for generations in seen)
    (last,) = {hit.text.split()[0] for hit in index.search(US, EAST, model=MODEL, k=20, only_approved=False)}
    assert last == "39"


@pytest.mark.postgres
def test_an_organization_with_an_index_of_its_own_finds_as_much(vectors: VectorDatabase) -> None:
    """The index is approximate, and most of what it finds may be invisible: never fewer hits than there are."""
    model = a_model(16)
    shelf = Shelf(engine=vectors.login, model=model)
    old = random_vectors(900, dimensions=16, seed=5)
    shelf.put("a.md", old)
    shelf.put("a.md", old[:40], texts=[f"new {no}" for no in range(40)])
    shelf.put("b.md", random_vectors(300, dimensions=16, seed=6))
    assert add_partition(vectors.owner, US.organization_id)
    with scoped(vectors.login, organization_id=US.organization_id, is_view=True) as scope:
        (indexed,) = sizes(scope)
    assert add_index(vectors.owner, US.organization_id, indexed)
    assert not add_partition(vectors.owner, US.organization_id)
    assert not add_index(vectors.owner, US.organization_id, indexed)
    index, exact = _pgvector(vectors), ExactSearch(engine=vectors.login)

    right = wanted = 0
    for question in random_vectors(20, dimensions=16, seed=7):
        found, best = (one.search(US, question, model=model, k=10, only_approved=False) for one in (index, exact))
        assert len(found) == 10
        right += len({_at(hit) for hit in found} & {_at(hit) for hit in best})
        wanted += 10
        assert len(index.search(US, question, model=model, k=340, only_approved=False)) == 340
    assert right / wanted > 0.95


@pytest.mark.postgres
def test_the_index_of_a_partition_is_used(vectors: VectorDatabase) -> None:
    """An expression that differs in a cast would leave it unused, and nobody would notice but the clock."""
    model = a_model(16)
    shelf = Shelf(engine=vectors.login, model=model)
    shelf.put("a.md", random_vectors(3000, dimensions=16, seed=5))
    add_partition(vectors.owner, US.organization_id)
    with scoped(vectors.login, organization_id=US.organization_id, is_view=True) as scope:
        (indexed,) = sizes(scope)
    add_index(vectors.owner, US.organization_id, indexed)
    analyze(vectors.owner)

    with scoped(vectors.login, organization_id=US.organization_id, is_view=True) as scope:
        statement = nearest(16, only_approved=False).compile(dialect=scope.connection.dialect)
        values = {"of_organization": US.organization_id, "of_fingerprint": model.fingerprint, "at_most": 5}
        values["query"] = as_literal(random_vectors(1, dimensions=16, seed=1)[0])
        plan = scope.connection.exec_driver_sql(f"EXPLAIN {statement}", {**statement.params, **values}).scalars().all()

    assert any("Index Scan using ix_library_vector_index" in line for line in plan), "\n".join(plan)


@pytest.mark.postgres
def test_what_was_embedded_before_pgvector_came_is_found() -> None:
    """The table is made on any day: until it holds all that there is, the other adapter answers."""
    with vector_database(is_set_up=False) as made:
        exact = ExactSearch(engine=made.login)
        index = PgvectorSearch(engine=made.login, otherwise=exact, look_again_s=0.0)
        shelf = Shelf(engine=made.login, model=MODEL)
        shelf.put("before.md", [EAST])
        assert [hit.location for hit in _found(index)] == ["before.md"]

        assert set_up(made.owner)
        assert set_up(made.owner)
        shelf.put("after.md", [NORTH])
        assert [hit.location for hit in _found(index)] == ["before.md", "after.md"]

        with scoped(made.login, organization_id=US.organization_id, is_view=False) as scope:
            assert len(missing(scope)) == 1
            assert fill(scope) == 1
            assert fill(scope) == 0
            scope.commit()
        assert [hit.location for hit in _found(_pgvector(made))] == ["before.md", "after.md"]


@pytest.mark.postgres
def test_pgvector_that_is_not_there_is_not_looked_for_by_each_search() -> None:
    """Most installations have none, and a look is a transaction of its own."""
    with vector_database(is_set_up=False) as made:
        Shelf(engine=made.login, model=MODEL).put("there.md", [EAST])
        index = PgvectorSearch(engine=made.login, otherwise=ExactSearch(engine=made.login))
        looks: list[str] = []
        event.listen(made.login, "before_cursor_execute", lambda *given: looks.append(given[2]))
        for _ in range(3):
            assert [hit.location for hit in _found(index)] == ["there.md"]

    assert sum("to_regclass" in look for look in looks) == 1


@pytest.mark.postgres
def test_one_command_sets_up_pgvector_for_all_organizations() -> None:
    """And may be run again, as libraries grow."""
    with vector_database(is_set_up=False) as made:
        for tenant, count in ((US, 5), (THEM, 40)):
            with SqlDirectory(made.login).begin(tenant.organization_id) as work:
                work.add(Organization(id=tenant.organization_id, name=tenant.user_id, created_at=NOW))
                work.commit()
            shelf = Shelf(engine=made.login, model=MODEL, tenant=tenant)
            shelf.put("a.md", random_vectors(count, dimensions=3, seed=count))

        said = list(set_up_vectors(made.login, owner=made.owner, partition_from=40))

        assert said == [
            "ada: 5 vectors copied",
            "eve: 40 vectors copied",
            "eve: has a partition of its own",
            "eve: 40 vectors of 3 dimensions have an index",
            "vectors are searched by pgvector",
        ]
        assert list(set_up_vectors(made.login, owner=made.owner, partition_from=40)) == said[-1:]
        assert look_for_escapes(made.login) == []
        for tenant, count in ((US, 5), (THEM, 40)):
            assert len(_pgvector(made).search(tenant, EAST, model=MODEL, k=100, only_approved=False)) == count


@pytest.mark.postgres
def test_without_the_extension_it_is_said_what_an_administrator_does(migrated_postgres: Addresses) -> None:
    """It is machine code in the server: the tables' owner may not make it."""
    owner = make_engine(migrated_postgres.owner)

    (said,) = set_up_vectors(owner, owner=owner)

    assert "CREATE EXTENSION vector" in said
    owner.dispose()


@pytest.mark.postgres
def test_partitions_of_vectors_keep_organizations_apart(vectors: VectorDatabase) -> None:
    """Each partition is a table of its own, which somebody may name in a statement."""
    for tenant in (US, THEM):
        Shelf(engine=vectors.login, model=MODEL, tenant=tenant).put("a.md", [EAST, NORTH])
    add_partition(vectors.owner, THEM.organization_id)

    assert look_for_escapes(vectors.login) == []
    with connected(vectors.login, tenant=US.organization_id) as connection:
        for name in (TABLE, f"{TABLE}_shared", partition_of(THEM.organization_id)):
            theirs = f"SELECT count(*) FROM {name} WHERE organization_id = '{THEM.organization_id}'"
            assert connection.execute(text(theirs)).scalar_one() == 0
            assert (
                connection.execute(
                    text(f"DELETE FROM {name} WHERE organization_id <> :us"), {"us": US.organization_id}
                ).rowcount
                == 0
            )
        with pytest.raises(ProgrammingError, match="row-level security"):
            connection.execute(
                text(f"INSERT INTO {TABLE} VALUES (:them, 'f', 'h', '[1]')"), {"them": THEM.organization_id}
            )


@pytest.mark.postgres
def test_a_copy_goes_with_its_vector(vectors: VectorDatabase) -> None:
    """What is forgotten must not be found by its copy."""
    Shelf(engine=vectors.login, model=MODEL).put("a.md", [EAST, NORTH])
    add_partition(vectors.owner, US.organization_id)

    with scoped(vectors.login, organization_id=US.organization_id, is_view=False) as scope:
        assert [each.size for each in sizes(scope)] == [2]
        scope.execute(text("DELETE FROM library_vector WHERE organization_id = :of_organization"))
        assert sizes(scope) == []


def _pgvector(made: VectorDatabase) -> PgvectorSearch:
    return PgvectorSearch(engine=made.login, otherwise=_Unused())


class _Unused:
    """Stands where an index would answer for pgvector, so that no test passes by it unseen."""

    def search(self, *_: object, **__: object) -> list[Hit]:
        """Say that this was not to be."""
        raise AssertionError("pgvector was to answer")


def _found(index: PgvectorSearch) -> list[Hit]:
    return index.search(US, EAST, model=MODEL, k=5, only_approved=False)


def _at(hit: Hit) -> tuple[str, int]:
    return (hit.location, hit.ordinal)
