"""What a user reads when Postgres refuses: its codes in words that say what to do."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

import pytest
from sqlalchemy import Connection, Engine, text

from adapters.database.connection import connected, logged_in
from adapters.database.engine import make_engine
from domain.jobs.errors import ServiceUnavailable
from tests.contract.building import US

pytestmark = pytest.mark.postgres
_PID = text("SELECT pg_backend_pid()")


def complaint_of(engine: Engine, statement: str) -> str:
    """Return what a user reads when the statement is run in vain."""
    with pytest.raises(ServiceUnavailable) as refused, logged_in(engine) as connection:
        connection.execute(text(statement))
    engine.dispose()
    return str(refused.value)


def variant_of(engine: Engine, **parts: str) -> Engine:
    """Return an engine whose URL differs from that of *engine* in *parts*."""
    options = {"options": parts.pop("options")} if "options" in parts else {}
    url = engine.url.set(**parts).update_query_dict(options)  # type: ignore[arg-type]  # no part is a port here
    return make_engine(url.render_as_string(hide_password=False))


def test_missing_tables_name_the_command_that_makes_them(postgres_engine: Engine) -> None:
    """A new server needs one command: the message is that command."""
    assert "run `antiphon db upgrade`" in complaint_of(variant_of(postgres_engine, database="postgres"), "TABLE item")


def test_a_wrong_password_is_said_to_be_one_and_not_repeated(postgres_engine: Engine) -> None:
    """The one setting people get wrong first, and the one that must not be printed."""
    complaint = complaint_of(variant_of(postgres_engine, password="not-the-one"), "SELECT 1")

    assert "refused the user or password" in complaint
    assert "not-the-one" not in complaint


def test_an_unknown_database_is_named(postgres_engine: Engine) -> None:
    """A mistyped name must not look like a server that is down."""
    complaint = complaint_of(variant_of(postgres_engine, database="absent"), "SELECT 1")

    assert 'database "absent" does not exist' in complaint


def test_a_read_only_server_is_said_to_be_one(postgres_administrator: Engine) -> None:
    """After a failover, a URL may still name the standby."""
    standby = variant_of(postgres_administrator, options="-c default_transaction_read_only=on")

    assert "it is read-only" in complaint_of(standby, "DELETE FROM job")


def test_a_lock_held_too_long_is_said_to_be_one(postgres_administrator: Engine) -> None:
    """Somebody's open transaction is no outage: the message says what to look for."""
    impatient = variant_of(postgres_administrator, options="-c lock_timeout=10ms")

    with postgres_administrator.begin() as other:
        other.execute(text("LOCK TABLE shard"))
        assert "locked by others" in complaint_of(impatient, "DELETE FROM shard")


Opening = Callable[[Engine], AbstractContextManager[Connection]]


@pytest.mark.parametrize(
    "opened",
    [logged_in, partial(connected, tenant=US.organization_id), partial(connected, tenant=None, reads=True)],
    ids=["login", "tenant", "installation"],
)
def test_a_connection_the_server_ended_is_replaced_before_it_is_used(postgres_engine: Engine, opened: Opening) -> None:
    """A restarted server must not fail the first call of every worker."""
    with opened(postgres_engine) as connection:
        ended = connection.execute(_PID).scalar_one()
    with logged_in(variant_of(postgres_engine)) as other:
        other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": ended})

    with opened(postgres_engine) as connection:
        assert connection.execute(_PID).scalar_one() != ended
