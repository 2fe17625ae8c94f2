"""Databases with pgvector in them, as `antiphon db vectors` leaves them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from attrs import frozen
from sqlalchemy import Engine, create_engine, inspect, text

from adapters.database.engine import make_engine
from adapters.database.schema import upgrade
from adapters.database.vector_partitions import set_up
from tests.services.logins import fresh_database


@frozen(kw_only=True)
class VectorDatabase:
    """One database: as processes reach it, as its tables' owner, and as its administrator."""

    login: Engine
    owner: Engine
    administrator: Engine

    def clear(self) -> None:
        """Remove all rows."""
        tables = [name for name in inspect(self.administrator).get_table_names() if name != "alembic_version"]
        with self.administrator.begin() as connection:
            connection.execute(text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE"))


@contextmanager
def vector_database(*, is_set_up: bool = True) -> Iterator[VectorDatabase]:
    """Yield a new database with the extension; with the table for it, unless told otherwise."""
    with fresh_database(os.environ["ANTIPHON_TEST_DATABASE_URL"]) as addresses:
        administrator = create_engine(addresses.administrator)
        made = VectorDatabase(
            login=make_engine(addresses.login), owner=make_engine(addresses.owner), administrator=administrator
        )
        upgrade(made.owner)
        with administrator.begin() as connection:
            connection.execute(text("CREATE EXTENSION vector"))
        assert not is_set_up or set_up(made.owner)
        yield made
        for engine in (made.login, made.owner, administrator):
            engine.dispose()
