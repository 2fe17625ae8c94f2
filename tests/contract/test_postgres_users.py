"""Who makes the roles of row-level security, and who is refused because it would not bind them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from attrs import field, frozen
from sqlalchemy import Engine, create_engine, make_url, text

from adapters.database.connection import logged_in
from adapters.database.engine import make_engine
from adapters.database.roles import admit, check_login, make_roles
from adapters.database.schema import is_current, upgrade
from domain.jobs.errors import BrokenSettings, ServiceUnavailable
from tests.pipelines.looking import look_until
from tests.services import postgres

pytestmark = pytest.mark.postgres

PASSWORD = "only-in-tests"
ROLES = "antiphon_app, antiphon_system"


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """A Postgres server of these tests' own: roles belong to a server, and other tests need them."""
    url, server = postgres.start()
    yield url
    server.stop()


@frozen
class Server:
    """The administrator of a server, who makes users and their databases; all are gone at the end."""

    url: str
    made: list[str] = field(factory=list, init=False)

    def run(self, *statements: str) -> None:
        """Run statements as a superuser."""
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()

    def owner(self, attributes: str = "", *, name: str = "") -> Engine:
        """Return an engine of a new user on a database that is the user's own."""
        name = name or f"u_{uuid4().hex[:8]}"
        self.run(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}' {attributes}", f"CREATE DATABASE {name} OWNER {name}")
        self.made.append(name)
        url = make_url(self.url).set(username=name, password=PASSWORD, database=name)
        return make_engine(url.render_as_string(hide_password=False))

    def waits(self, user: str) -> bool:
        """Return whether a statement of the user waits for another transaction."""
        engine = create_engine(self.url)
        with engine.connect() as connection:
            found = connection.execute(
                text("SELECT true FROM pg_stat_activity WHERE usename = :user AND wait_event_type = 'Lock'"),
                {"user": user},
            ).first()
        engine.dispose()
        return found is not None

    def clear(self) -> None:
        """Remove databases, users and roles."""
        for name in self.made:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")
        self.run(*(f"DROP ROLE IF EXISTS {role}" for role in ("antiphon_app", "antiphon_system", *self.made)))


@pytest.fixture
def server(cluster: str) -> Iterator[Server]:
    """A server without users."""
    server = Server(cluster)
    yield server
    server.clear()


def _make_roles(engine: Engine) -> None:
    with logged_in(engine) as connection:
        make_roles(connection)
        connection.commit()


def with_user(engine: Engine, name: str) -> Engine:
    """Return an engine on the same database for another user."""
    return make_engine(engine.url.set(username=name).render_as_string(hide_password=False))


def test_one_user_who_may_make_roles_is_enough(server: Server) -> None:
    """A small installation has one user for everything; forced policies bind the owner as well."""
    owner = server.owner("CREATEROLE")

    upgrade(owner)
    admit(owner, str(owner.url.username))

    check_login(owner)


def test_an_owner_who_may_not_make_roles_says_what_an_administrator_runs(server: Server) -> None:
    """Where roles are an administrator's, the message is handed on as it is, and has to work."""
    owner = server.owner()
    with pytest.raises(ServiceUnavailable) as refused:
        upgrade(owner)
    asked = str(refused.value).partition("run once: ")[2].partition(" Then run")[0]

    server.run(*asked.replace("<the user of ANTIPHON_DATABASE_URL>", str(owner.url.username)).split(";")[:-1])

    upgrade(owner)
    assert is_current(owner)
    check_login(owner)


def test_two_databases_of_a_server_are_upgraded_at_once(server: Server) -> None:
    """Roles belong to the server, and no lock of one database is seen in another."""
    first, second = server.owner("CREATEROLE"), server.owner("CREATEROLE")

    with ThreadPoolExecutor(1) as elsewhere, logged_in(first) as connection:
        make_roles(connection)
        waiting = elsewhere.submit(_make_roles, second)
        look_until(lambda: server.waits(str(second.url.username)), what="the second, at the roles of the first")
        connection.commit()
        waiting.result()


@pytest.mark.parametrize("attribute", ["SUPERUSER", "BYPASSRLS"])
def test_a_user_whom_row_level_security_does_not_bind_is_refused(server: Server, attribute: str) -> None:
    """Everything would work, and every organization would see the others."""
    owner = server.owner("CREATEROLE")
    upgrade(owner)
    mighty = server.owner(attribute)
    server.run(f"GRANT {ROLES} TO {mighty.url.username}")

    with pytest.raises(BrokenSettings, match=f"{mighty.url.username} passes row-level security.*CREATE ROLE antiphon"):
        check_login(with_user(owner, str(mighty.url.username)))


def test_a_user_who_may_become_one_of_those_is_refused(server: Server) -> None:
    """One statement would be enough to be bound no more."""
    owner, mighty = server.owner("CREATEROLE"), server.owner("BYPASSRLS")
    upgrade(owner)
    server.run(f"GRANT {mighty.url.username}, {ROLES} TO {owner.url.username}")

    with pytest.raises(BrokenSettings, match=f"may become {mighty.url.username}, which passes row-level security"):
        check_login(owner)


def test_a_user_who_is_in_neither_role_is_refused(server: Server) -> None:
    """It could connect and read nothing: better said at the start than by the first job."""
    owner, login = server.owner("CREATEROLE"), server.owner()
    upgrade(owner)
    server.run(f"GRANT antiphon_app TO {login.url.username}")

    with pytest.raises(BrokenSettings, match=f"can't become antiphon_system.* TO {login.url.username};"):
        check_login(with_user(owner, str(login.url.username)))


def test_the_owner_lets_the_login_into_the_roles(server: Server) -> None:
    """`antiphon db upgrade` knows both; a name that needs quotes is no reason to fail."""
    owner, login = server.owner("CREATEROLE"), server.owner(name='"Ada L."')
    upgrade(owner)

    admit(owner, str(login.url.username).strip('"'))

    check_login(with_user(owner, str(login.url.username).strip('"')))
