"""Each service of docker-compose.yml, by its own command and environment: a job over HTTP, a stop, a backup."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import frozen
from sqlalchemy import create_engine, inspect, make_url, text

from tests.integration.chat_target import ChatTarget, a_test_file
from tests.integration.compose_stack import Stack, run_client, stack
from tests.pipelines.looking import WITHIN_S, look_until

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.timeout(600)]

TESTS = 40
TICKET = "ticket-42"
QUICK = {"ANTIPHON_PRIVATE_TARGETS": "true"}  # the target is on this machine
STAYING = ("api", "worker-default", "worker-execution", "worker-embedding", "worker-batch")


@frozen(kw_only=True)
class Customer:
    """An organization, and the key of somebody in it."""

    organization: str
    key: str


@pytest.fixture
def migrated(tmp_path: Path) -> Iterator[Stack]:
    """The stack, with its database migrated."""
    with stack(tmp_path, secret_values=QUICK) as made:
        assert made.start("migrate").end() == 0, made.started["migrate"].said
        yield made


@pytest.fixture
def services(migrated: Stack) -> Stack:
    """The stack, with every service that stays healthy."""
    for name in STAYING:
        migrated.start(name)
    for name in STAYING:
        migrated.wait_until_healthy(name)
    return migrated


def test_a_job_runs_through_all_services_and_a_backup_holds_it(
    services: Stack, target: ChatTarget, tmp_path: Path
) -> None:
    """One stack for all of it, since six processes take their time: start, run, stop, dump, restore."""
    assert set(STAYING) | {"migrate"} == set(services.services)
    document = json.loads(a_test_file(tmp_path, tests=TESTS, url=target.url).read_text())
    acme = customer(services)
    with calling(services, acme.key) as client:
        client.headers["X-Request-Id"] = TICKET
        accepted = client.post("/v1/test-runs", json={"document": document})
        assert accepted.status_code == 202, accepted.text
        job = until_ended(client, accepted.json()["id"])

    numbers = {name: job[name] for name in ("status", "planned", "succeeded", "failed", "cancelled")}
    assert numbers == {"status": "completed", "planned": TESTS, "succeeded": TESTS, "failed": 0, "cancelled": 0}
    assert target.asked_again == 0
    for name in ("api", "worker-default", "worker-execution"):  # one id from the request to the items, over processes
        assert logged(services, name, request=TICKET, level="info"), services.started[name].said
    for name in STAYING:
        services.started[name].terminate()
    assert {name: services.started[name].end() for name in STAYING} == dict.fromkeys(STAYING, 0)

    own = {"ANTIPHON_ORGANIZATION": acme.organization}
    kept = shown(services, job["id"], **own)
    assert kept["job"]["succeeded"] == TESTS
    assert shown(services, job["id"], ANTIPHON_DATABASE_URL=restored(services, tmp_path), **own) == kept
    counted = row_counts(services, "antiphon")
    assert counted["item"] == TESTS
    assert row_counts(services, "antiphon_restored") == counted


def test_a_backup_by_the_user_of_the_processes_is_refused(migrated: Stack, tmp_path: Path) -> None:
    """Bound by row-level security it would hold nothing, and look like a backup."""
    done = dump(migrated, tmp_path / "empty.dump", user="antiphon", secret="DB_PASSWORD")

    assert done.returncode != 0


def logged(services: Stack, service: str, **wanted: str) -> list[dict[str, Any]]:
    """Return the log lines of the service that hold these values; what is no line of a log is for people."""
    lines = [line for line in services.started[service].said.splitlines() if line.startswith("{")]
    return [found for line in lines if wanted.items() <= (found := json.loads(line)).items()]


def restored(services: Stack, folder: Path) -> str:
    """Dump the database, restore it into another one as docs/operate.md says; return that one's address."""
    file = folder / "antiphon.dump"
    done = dump(services, file, user="antiphon_backup", secret="BACKUP_PASSWORD")
    assert done.returncode == 0, done.stderr.decode()
    administrator = services.administrator
    as_administrator = ["--username", "postgres"]
    for words in (
        ("createdb", *as_administrator, "--owner", "antiphon_owner", "antiphon_restored"),
        ("pg_restore", *as_administrator, "--exit-on-error", "--single-transaction", "--dbname", "antiphon_restored",
         str(file)),
        ("psql", *as_administrator, "--dbname", "antiphon_restored", "--command", "ANALYZE"),
    ):  # fmt: skip
        done = run_client(*words, administrator=administrator)
        assert done.returncode == 0, done.stderr.decode()
    url = make_url(services.environment("api")["ANTIPHON_DATABASE_URL"])
    return url.set(database="antiphon_restored").render_as_string(hide_password=False)


def dump(services: Stack, file: Path, *, user: str, secret: str) -> subprocess.CompletedProcess[bytes]:
    """Make a backup as one of the users that the first start has made."""
    password = services.compose["services"]["postgres"]["environment"][secret]
    words = ["--username", user, "--format", "custom", "--file", str(file), "antiphon"]
    return run_client("pg_dump", *words, administrator=services.administrator, PGPASSWORD=password)


def shown(services: Stack, job_id: str, **environment: str) -> dict[str, Any]:
    """Return what the command line says of the job, with everything that its items came to."""
    return services.installation("api", **environment).start("jobs", "show", job_id, "--json").document()


def row_counts(services: Stack, database: str) -> dict[str, int]:
    """Return how many rows each table holds, as who sees all of them."""
    engine = create_engine(services.administrator.set(database=database))
    with engine.connect() as connection:
        names = inspect(connection).get_table_names()
        counts = {name: int(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()) for name in names}
    engine.dispose()
    return counts


def until_ended(client: httpx.Client, job_id: str) -> dict[str, Any]:
    """Wait for the job's end; return it as the API shows it."""
    seen: dict[str, Any] = {}

    def is_over() -> bool:
        seen.update(client.get(f"/v1/jobs/{job_id}").json())
        return seen["status"] not in ("pending", "processing")

    look_until(is_over, what="the end of the job")
    return seen


def calling(services: Stack, key: str) -> httpx.Client:
    """Return a client of the API, with the key."""
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.Client(base_url=f"http://127.0.0.1:{services.port('api', '8000')}", timeout=WITHIN_S, headers=headers)


def customer(services: Stack) -> Customer:
    """Make an organization, somebody in it, and their key, by the commands of docs/operate.md."""
    commands = services.installation("api")
    made = commands.start("orgs", "create", "acme", "--json").document()
    member = commands.start("users", "add", "ada@example.com", "--org", "acme", "--role", "owner")
    assert member.end() == 0, member.said
    scopes = ("--scope", "read", "--scope", "write")
    key = commands.start("keys", "create", "--org", "acme", "--user", "ada@example.com", *scopes)
    assert key.end() == 0, key.said
    return Customer(organization=made["id"], key=key.out.read_text().strip())
