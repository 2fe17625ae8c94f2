"""The stores of the contract suites: memory, SQLite, Postgres, one after the other under the same tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from adapters.memory.library import MemoryLibrary
from adapters.memory.organizations import MemoryDirectory
from adapters.memory.rfps import MemoryRfpStore
from adapters.memory.store import MemoryStore
from adapters.memory.summaries import MemorySummaryStore
from adapters.memory.test_sets import MemoryTestSets
from adapters.parsing.children import ChildParsers
from domain.embedding.parsed import Parsers
from domain.embedding.ports import Library
from domain.organizations.organization import Organization
from domain.organizations.ports import Directory
from domain.rfp_answering.ports import RfpStore
from domain.rfp_answering.summaries.ports import SummaryStore
from domain.test_execution.ports import TestSets
from tests.contract.building import NOW, THEM, US, KernelStore
from tests.services.logins import Addresses, fresh_database

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from entrypoints.container import Antiphon
    from entrypoints.places.place import Place

SQLITE = pytest.param("sqlite", id="sqlite")
POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres, id="postgres")


@pytest.fixture(params=[pytest.param("memory", id="memory"), SQLITE, POSTGRES])
def store(request: pytest.FixtureRequest) -> KernelStore:
    """Every store, empty."""
    return MemoryStore() if request.param == "memory" else _sql_store(request)


@pytest.fixture(params=[SQLITE, POSTGRES])
def shared_store(request: pytest.FixtureRequest) -> KernelStore:
    """The stores that several processes share, empty: here several threads stand in for them."""
    return _sql_store(request)


@pytest.fixture(params=[pytest.param("memory", id="memory"), SQLITE, POSTGRES])
def test_sets(request: pytest.FixtureRequest) -> TestSets:
    """Every place test sets are kept in, empty."""
    if request.param == "memory":
        return MemoryTestSets()
    from adapters.database.test_sets import SqlTestSets

    return SqlTestSets(_engine(request))


@pytest.fixture
def rfps(store: KernelStore) -> RfpStore:
    """The RFPs beside every store, empty."""
    if isinstance(store, MemoryStore):
        return MemoryRfpStore(store)
    from adapters.database.rfps import SqlRfpStore
    from adapters.database.store import SqlStore

    assert isinstance(store, SqlStore)
    return SqlRfpStore(store.engine)


@pytest.fixture
def summaries(store: KernelStore) -> SummaryStore:
    """The summaries beside every store, empty."""
    if isinstance(store, MemoryStore):
        return MemorySummaryStore(store)
    from adapters.database.store import SqlStore
    from adapters.database.summaries import SqlSummaryStore

    assert isinstance(store, SqlStore)
    return SqlSummaryStore(store.engine)


@pytest.fixture
def library(store: KernelStore) -> Library:
    """The library beside every store, empty."""
    if isinstance(store, MemoryStore):
        return MemoryLibrary(store)
    from adapters.database.library import SqlLibrary
    from adapters.database.store import SqlStore

    assert isinstance(store, SqlStore)
    return SqlLibrary(store.engine)


@pytest.fixture(scope="session")
def parsers() -> Iterator[Parsers]:
    """The parsers in their child processes, which are replaced often."""
    made = ChildParsers(files_each=3)
    yield made
    made.close()


@pytest.fixture(params=[pytest.param("memory", id="memory"), SQLITE, POSTGRES])
def directory(request: pytest.FixtureRequest) -> Directory:
    """Every directory, with two organizations that nobody is in."""
    made = MemoryDirectory() if request.param == "memory" else _sql_directory(request)
    for tenant in (US, THEM):
        with made.begin(tenant.organization_id) as work:
            work.add(Organization(id=tenant.organization_id, name=f"org of {tenant.user_id}", created_at=NOW))
            work.commit()
    return made


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all migrations applied; tests copy it, which is quicker than migrating each time."""
    from adapters.database.engine import make_engine
    from adapters.database.schema import upgrade

    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def sqlite_engine(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Engine]:
    """An empty SQLite database of this test's own."""
    from adapters.database.engine import make_engine

    shutil.copyfile(migrated_sqlite, tmp_path / "antiphon.db")
    engine = make_engine(f"sqlite:///{tmp_path / 'antiphon.db'}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_postgres() -> Iterator[Addresses]:
    """A database of this process' own, with all migrations applied by the owner of its tables."""
    from adapters.database.engine import make_engine
    from adapters.database.schema import upgrade

    with fresh_database(os.environ["ANTIPHON_TEST_DATABASE_URL"]) as database:
        owner = make_engine(database.owner)
        upgrade(owner)
        owner.dispose()
        yield database


@pytest.fixture(scope="session")
def postgres_administrator(migrated_postgres: Addresses) -> Iterator[Engine]:
    """The Postgres database as its superuser, whom row-level security does not bind: sees and may do everything."""
    from sqlalchemy import create_engine

    engine = create_engine(migrated_postgres.administrator)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_login(migrated_postgres: Addresses) -> Iterator[Engine]:
    """The Postgres database as processes reach it."""
    from adapters.database.engine import make_engine

    engine = make_engine(migrated_postgres.login)
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_engine(postgres_login: Engine, postgres_administrator: Engine) -> Iterator[Engine]:
    """The Postgres database as processes reach it, empty again after the test."""
    from sqlalchemy import inspect, text

    yield postgres_login
    tables = [name for name in inspect(postgres_administrator).get_table_names() if name != "alembic_version"]
    with postgres_administrator.begin() as connection:
        connection.execute(text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE"))


def _sql_store(request: pytest.FixtureRequest) -> KernelStore:
    from adapters.database.store import SqlStore

    return SqlStore(_engine(request))


def _sql_directory(request: pytest.FixtureRequest) -> Directory:
    from adapters.database.organizations import SqlDirectory

    return SqlDirectory(_engine(request))


@pytest.fixture(params=[SQLITE, POSTGRES])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Every database, empty."""
    return _engine(request)


def _engine(request: pytest.FixtureRequest) -> Engine:
    engine: Engine = request.getfixturevalue(f"{request.param}_engine")
    return engine


@pytest.fixture(scope="session")
def migrated_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an installation that nobody has used."""
    from tests.services.installed import installation

    home = tmp_path_factory.mktemp("migrated") / "home"
    with installation(home):
        return home


@pytest.fixture
def antiphon(tmp_path: Path, migrated_home: Path) -> Iterator[Antiphon]:
    """An embedded installation of the test's own."""
    from tests.services.installed import installation

    with installation(tmp_path / "home", like=migrated_home) as made:
        yield made


@pytest.fixture(params=["here", "server"])
def place(request: pytest.FixtureRequest, antiphon: Antiphon) -> Iterator[Place]:
    """Both places where commands act, over one installation."""
    from tests.contract.places import place_over

    with place_over(antiphon, at=request.param) as made:
        yield made
