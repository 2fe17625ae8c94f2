"""One connection with its transaction, for whom it acts, and the errors of both in the user's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from psycopg2 import Error as PostgresError
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError
from tenacity import retry, retry_if_exception, stop_after_attempt, wait_random_exponential

from adapters.database.engine import ACTING, APP, INSTALLATION, LOGIN, SYSTEM, TURN, reading
from adapters.database.errors import sql_errors
from adapters.database.write_turn import WriteTurn
from domain.tenancy import OrganizationId

_BECOME = text("SELECT set_config('role', :role, true)")


@contextmanager
def connected(engine: Engine, *, tenant: OrganizationId | None, reads: bool = False) -> Iterator[Connection]:
    """
    Yield a connection in a transaction, which is undone at the end unless it was committed.

    On Postgres it sees and changes the rows of the organization *tenant* only, or, for None, the few columns that work
    of the whole installation needs. With *reads*, it takes no lock, waits for nobody, and sees one state throughout.

    Raises:
        ServiceUnavailable: the database can't be reached, or refuses to work.
    """
    with _transaction(engine, acting=INSTALLATION if tenant is None else tenant, reads=reads) as connection:
        yield connection


@contextmanager
def logged_in(engine: Engine, *, reads: bool = False) -> Iterator[Connection]:
    """
    Yield a connection as `connected` does, that has the rights of the URL's user: for migrations, version and clock.

    Raises:
        ServiceUnavailable: the database can't be reached, or refuses to work.
    """
    with _transaction(engine, acting=LOGIN, reads=reads) as connection:
        yield connection


@contextmanager
def as_installation(connection: Connection) -> Iterator[None]:
    """Let the statements inside the block, in a tenant's transaction, be work of the whole installation."""
    is_bound = connection.dialect.name == "postgresql"
    if is_bound:
        connection.execute(_BECOME, {"role": SYSTEM})
    yield
    if is_bound:  # not after an error: it has ended the transaction
        connection.execute(_BECOME, {"role": APP})


@contextmanager
def _transaction(engine: Engine, *, acting: object, reads: bool) -> Iterator[Connection]:
    turn = WriteTurn(engine=engine)
    options = reading(engine) if reads else {TURN: turn}
    with sql_errors(engine):
        try:
            if not reads:
                turn.take()  # before there is a connection: who waits needs none, and others can read
            with _begun(engine, {ACTING: acting, **options}) as connection:
                yield connection
        finally:
            turn.give_back()


def _may_pass(error: BaseException) -> bool:
    # A server that restarts is back in a moment. A wrong password or a damaged file stays wrong.
    return (
        isinstance(error, OperationalError)
        and isinstance(error.orig, PostgresError)
        and "authentication" not in str(error.orig)
    )


def _begun(engine: Engine, options: Mapping[str, Any]) -> Connection:
    """Return a connection in a transaction: another one, where the pool's has been cut off meanwhile."""
    try:
        return _begin(engine, options)
    except OperationalError as error:
        if not _may_pass(error):
            raise
    return _begin_patiently(engine, options)


def _begin(engine: Engine, options: Mapping[str, Any]) -> Connection:
    with ExitStack() as stack:
        connection = stack.enter_context(engine.connect())
        connection.execution_options(**options)
        connection.begin()  # asks the server something, so that nothing is lost if it is not there
        stack.pop_all()
        return connection


_begin_patiently = retry(
    retry=retry_if_exception(_may_pass),
    stop=stop_after_attempt(2),
    wait=wait_random_exponential(multiplier=0.1, max=1),
    reraise=True,
)(_begin)
