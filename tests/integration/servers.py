"""An installation on real servers: a Postgres database and a Redis database of the test's own."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from amqp import Connection
from redis import Redis
from sqlalchemy import make_url

from pipelines.names import QUEUES
from tests.integration.chat_target import ChatTarget
from tests.integration.gate import Gate
from tests.integration.processes import Installation
from tests.services import rabbitmq
from tests.services.guard import free_port
from tests.services.logins import fresh_database


@pytest.fixture(scope="session")
def migrated_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database that `antiphon db upgrade` has made ready; tests copy it."""
    with fresh_database(_server()) as database:
        environment = {"ANTIPHON_DATABASE_URL": database.login, "ANTIPHON_OWNER_DATABASE_URL": database.owner}
        upgrading = Installation(tmp_path_factory.mktemp("upgrade"), environment)
        upgrade = upgrading.start("db", "upgrade", home=upgrading.folder)
        assert upgrade.end() == 0, upgrade.said
        name = make_url(database.login).database
        assert name
        yield name


@pytest.fixture
def database_url(migrated_template: str) -> Iterator[str]:
    """An empty database with all tables, as the plain user that processes run as."""
    with fresh_database(_server(), template=migrated_template) as database:
        yield database.login


@pytest.fixture
def results_url() -> Iterator[str]:
    """An empty database for Celery's results, whose tables Celery makes: it belongs to who writes them."""
    with fresh_database(_server()) as database:
        yield f"db+{database.owner}"


@pytest.fixture
def broker() -> Iterator[Redis]:
    """A Redis database, empty before and after; one for each process of pytest-xdist."""
    number = int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "0"))) + 1
    with Redis.from_url(_redis(number)) as client:
        client.flushdb()
        yield client
        client.flushdb()


@pytest.fixture
def broker_url(broker: Redis) -> str:
    """The address of `broker`."""
    return _redis(broker.connection_pool.connection_kwargs["db"])


@pytest.fixture
def installation(tmp_path: Path, database_url: str, broker_url: str) -> Iterator[Installation]:
    """Processes that share the database and the broker."""
    environment = {
        "ANTIPHON_HOME": str(tmp_path / "home"),
        "ANTIPHON_DATABASE_URL": database_url,
        "ANTIPHON_BROKER_URL": broker_url,
        "ANTIPHON_PRIVATE_TARGETS": "127.0.0.0/8",
    }
    installation = Installation(tmp_path, environment)
    yield installation
    installation.stop()


@pytest.fixture
def rabbitmq_url() -> Iterator[str]:
    """A virtual host of RabbitMQ, without queues before and after; one for each process of pytest-xdist."""
    number = int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "0"))) + 1
    url = os.environ["ANTIPHON_TEST_RABBITMQ_URL"]
    url = url.replace(f"/{rabbitmq.virtual_host(0)}", f"/{rabbitmq.virtual_host(number)}")
    _delete_queues(url)
    yield url
    _delete_queues(url)


@pytest.fixture
def broker_gate(installation: Installation) -> Iterator[Gate]:
    """A closed gate on the installation's way to its broker."""
    yield from _gate(installation, "ANTIPHON_BROKER_URL")


@pytest.fixture
def database_gate(installation: Installation) -> Iterator[Gate]:
    """A closed gate on the installation's way to its database."""
    yield from _gate(installation, "ANTIPHON_DATABASE_URL")


@pytest.fixture
def target() -> Iterator[ChatTarget]:
    """A target that answers rightly and counts."""
    target = ChatTarget()
    with target.serving():
        yield target


def _gate(installation: Installation, variable: str) -> Iterator[Gate]:
    server = make_url(installation.environment[variable])
    assert server.host
    assert server.port
    gate = Gate(host=server.host, target_port=server.port, port=free_port())
    way = server.set(host="127.0.0.1", port=gate.port)
    installation.environment[variable] = way.render_as_string(hide_password=False)
    yield gate
    gate.close()


def amqp_connection(url: str) -> Connection:
    """Return a connection to a virtual host of RabbitMQ, open inside `with`."""
    at = urlsplit(url)
    return Connection(
        f"{at.hostname}:{at.port}", userid=at.username, password=at.password, virtual_host=at.path.removeprefix("/")
    )


def _delete_queues(url: str) -> None:
    with amqp_connection(url) as connection, connection.channel() as channel:
        for name in QUEUES:
            channel.queue_delete(name)


def _server() -> str:
    return os.environ["ANTIPHON_TEST_DATABASE_URL"]


def _redis(database: int) -> str:
    return re.sub(r"/\d*$", f"/{database}", os.environ["ANTIPHON_TEST_REDIS_URL"])
