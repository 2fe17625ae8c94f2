"""docker-compose.yml means what it should; no engine is needed to read it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import click
import pytest

from entrypoints.api.server import GRACE_S
from entrypoints.cli.main import antiphon
from entrypoints.settings import PREFIX, Settings
from pipelines.names import QUEUES
from tests.compose_file import OURS, ROOT, Compose, filled, read, services, texts, variables

SECRET = re.compile(r"PASSWORD|PASS$|SECRET|TOKEN|AUTH")
REQUIRED = re.compile(r"(?:[a-z]+:)?\$\{[A-Z_]+:\?[^}]+\}")
PASSWORD = re.compile(r"requirepass +(?P<config>\S.*)|://[^/\s:]*:(?P<url>(?:\$\{[^}]*\}|[^@/\s])+)@")
PORT = re.compile(r"127\.0\.0\.1:(?P<outside>\d+):(?P<inside>\d+)")
OPTIONAL = ("flower", "rabbitmq", "pgbouncer")
ENOUGH = 5.0
"""Seconds between the end of a grace period and the engine's patience."""

Guard = Callable[[Compose], Iterator[str]]


@pytest.fixture
def compose() -> Compose:
    """The file."""
    return read()


def command_findings(compose: Compose) -> Iterator[str]:
    """Yield the services of our image whose words the command line refuses."""
    for name, service in services(compose).items():
        try:
            parsed(service.get("command", []))
        except click.ClickException as error:
            yield f"{name} runs {service.get('command')}: {error.message}"


def setting_findings(compose: Compose) -> Iterator[str]:
    """Yield the variables given to our processes that are no setting: they refuse to start with one."""
    known = {PREFIX + field.name.upper() for field in attrs.fields(Settings)}
    for name, service in services(compose).items():
        yield from (f"{name} is given {variable}" for variable in service["environment"] if variable not in known)


def queue_findings(compose: Compose) -> Iterator[str]:
    """Yield the queues that no worker serves, or several kinds do."""
    served = [queue for service in services(compose).values() for queue in queues_of(service)]
    yield from (f"queue {queue}: {served.count(queue)} services" for queue in QUEUES if served.count(queue) != 1)


def reference_findings(compose: Compose) -> Iterator[str]:
    """Yield what services lean on (services, volumes, configurations) and nobody declares, and what nobody uses."""
    used: dict[str, set[str]] = {"services": set(), "volumes": set(), "configs": set()}
    for name, service in compose["services"].items():
        wanted = {
            "services": set(service.get("depends_on", ())),
            "volumes": {volume.partition(":")[0] for volume in service.get("volumes", ())},
            "configs": {config["source"] for config in service.get("configs", ())},
        }
        for kind, names in wanted.items():
            used[kind] |= names
            yield from (f"{name} needs {kind} {one}" for one in sorted(names) if one not in compose[kind])
    for kind in ("volumes", "configs"):
        yield from (f"{kind} {one} is used by nobody" for one in sorted(set(compose[kind]) - used[kind]))


def waiting_findings(compose: Compose) -> Iterator[str]:
    """Yield the dependencies that could never be met: on health nobody looks at, on a profile that may be off."""
    for name, service in compose["services"].items():
        for other, wish in service.get("depends_on", {}).items():
            there = compose["services"].get(other, {})
            if wish["condition"] == "service_healthy" and "healthcheck" not in there:
                yield f"{name} waits for the health of {other}, which has no check"
            if "profiles" in there and wish.get("required", True):
                yield f"{name} needs {other}, which a profile switches on"


def port_findings(compose: Compose) -> Iterator[str]:
    """Yield the ports that more than this machine could reach."""
    for name, service in compose["services"].items():
        yield from (f"{name}: {port}" for port in service.get("ports", ()) if not PORT.fullmatch(str(port)))


def health_findings(compose: Compose) -> Iterator[str]:
    """Yield the services that stay, and whose health is not asked for at a port that they listen on."""
    for name, service in compose["services"].items():
        if service.get("restart") == "no":
            continue
        asked = " ".join(service.get("healthcheck", {}).get("test", ()))
        if not any(re.search(rf"\b{port}\b", asked) for port in listening(service)):
            yield f"{name} is asked {asked!r}"


def secret_findings(compose: Compose) -> Iterator[str]:
    """Yield where a password is not one that the environment must bring."""
    found: list[str] = []

    def visit(key: str, text: str) -> None:
        named = [text] if SECRET.search(key) else []
        inside = [next(filter(None, match.groups())) for match in PASSWORD.finditer(text)]
        found.extend(key for value in [*named, *inside] if not REQUIRED.fullmatch(value))

    texts(compose, visit=visit)
    yield from found


def privilege_findings(compose: Compose) -> Iterator[str]:
    """Yield the containers that could gain rights; and of those without data of their own, who can write or is root."""
    for name, service in compose["services"].items():
        if service.get("security_opt") != ["no-new-privileges:true"]:
            yield name
        elif "volumes" not in service:
            is_bound = service.get("read_only") and service.get("cap_drop") == ["ALL"]
            if not (is_bound and re.fullmatch(r"[1-9]\d*:[1-9]\d*", service.get("user", ""))):
                yield name


def grace_findings(compose: Compose) -> Iterator[str]:
    """Yield the processes that the engine kills before they had the time they take to end."""
    needed = {"worker": float(attrs.fields(Settings).shutdown_grace_s.default or 0), "api": float(GRACE_S)}
    for name, service in services(compose).items():
        word = service["command"][0]
        patience_s = float(service.get("stop_grace_period", "10s").removesuffix("s"))
        if word in needed and patience_s < needed[word] + ENOUGH:
            yield f"{name} is killed after {patience_s:g} s"


GUARDS = (
    command_findings, setting_findings, queue_findings, reference_findings, waiting_findings, port_findings,
    health_findings, secret_findings, privilege_findings, grace_findings,
)  # fmt: skip


@pytest.mark.parametrize("guard", GUARDS)
def test_the_file_keeps_the_rule(compose: Compose, guard: Guard) -> None:
    """The file is not run by the tests, so what can be read from it must be right."""
    assert list(guard(compose)) == []


@pytest.mark.parametrize(
    ("guard", "service", "change"),
    [
        (command_findings, "worker-batch", {"command": ["wroker"]}),
        (command_findings, "worker-batch", {"command": ["worker", "--queue", "bulk"]}),
        (command_findings, "api", {"command": ["api", "--listen", "0.0.0.0"]}),
        (command_findings, "migrate", {"command": ["db", "upgarde"]}),
        (setting_findings, "api", {"environment": {"ANTIPHON_BROKER": "redis://redis"}}),
        (queue_findings, "worker-batch", {"command": ["worker", "--queue", "default", "--queue", "batch"]}),
        (reference_findings, "flower", {"depends_on": {"rediss": {"condition": "service_started"}}}),
        (reference_findings, "redis", {"volumes": ["redis:/data", "rdis:/data"]}),
        (reference_findings, "pgbouncer", {"configs": [{"source": "pgbouncer"}]}),
        (waiting_findings, "flower", {"depends_on": {"migrate": {"condition": "service_healthy"}}}),
        (waiting_findings, "flower", {"depends_on": {"rabbitmq": {"condition": "service_healthy"}}}),
        (port_findings, "postgres", {"ports": ["5432:5432"]}),
        (port_findings, "api", {"ports": ["0.0.0.0:8000:8000"]}),
        (health_findings, "api", {"command": ["api", "--host", "0.0.0.0", "--port", "8080"]}),
        (health_findings, "redis", {"healthcheck": {"test": ["CMD", "redis-cli", "-p", "6380", "ping"]}}),
        (health_findings, "worker-batch", {"healthcheck": {}}),
        (secret_findings, "postgres", {"environment": {"POSTGRES_PASSWORD": "postgres"}}),
        (secret_findings, "postgres", {"environment": {"POSTGRES_PASSWORD": "${POSTGRES_PASSWORD:-postgres}"}}),
        (secret_findings, "api", {"environment": {"ANTIPHON_BROKER_URL": "redis://:hunter2@redis:6379/0"}}),
        (secret_findings, "flower", {"environment": {"FLOWER_BASIC_AUTH": "admin:admin"}}),
        (secret_findings, "redis", {"command": ["sh", "-c", "redis-server --requirepass hunter2"]}),
        (privilege_findings, "api", {"read_only": False}),
        (privilege_findings, "worker-batch", {"user": "0:0"}),
        (privilege_findings, "postgres", {"security_opt": []}),
        (grace_findings, "worker-batch", {"stop_grace_period": "30s"}),
        (grace_findings, "api", {"stop_grace_period": "10s"}),
    ],
)
def test_a_breach_is_seen(compose: Compose, guard: Guard, service: str, change: dict[str, object]) -> None:
    """Each rule broken once: a rule that can't fail checks nothing."""
    compose["services"][service].update(change)

    assert len(list(guard(compose))) == 1


def test_every_process_of_ours_is_told_where_the_others_are(compose: Compose) -> None:
    """Compose's own addresses, unless somebody names another broker or goes through pgbouncer."""
    given = filled(services(compose), Everything())

    for name in ("api", *(name for name in given if name.startswith("worker-"))):
        environment = given[name]["environment"]
        assert environment["ANTIPHON_DATABASE_URL"] == "postgresql://antiphon:x@postgres:5432/antiphon"
        assert environment["ANTIPHON_BROKER_URL"] == "redis://:x@redis:6379/0"
        assert environment["ANTIPHON_RESULT_BACKEND_URL"] == "redis://:x@redis:6379/1"


def test_only_migrations_run_as_the_owner_of_the_tables(compose: Compose) -> None:
    """Whoever owns a table may drop its policies; a process that answers the internet must not be able to."""
    given = filled(services(compose), Everything())
    owners = [name for name, service in given.items() if "antiphon_owner" in str(service["environment"])]

    assert owners == ["migrate"]


def test_migrations_run_before_all_others_and_once(compose: Compose) -> None:
    """A worker on yesterday's tables fails every item; a restarted migration would never let it start."""
    ours = services(compose)

    assert ours.pop("migrate")["restart"] == "no"
    for service in ours.values():
        assert service["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_redis_keeps_messages(compose: Compose) -> None:
    """A broker that forgets at a restart, or evicts when memory is short, loses accepted work."""
    lines = compose["configs"]["redis"]["content"].splitlines()

    assert {"appendonly yes", "maxmemory-policy noeviction"} <= set(lines)


def test_what_not_everybody_needs_is_behind_a_profile(compose: Compose) -> None:
    """`docker compose up` starts what an installation needs, and no page that shows what workers do."""
    behind = {name: service["profiles"] for name, service in compose["services"].items() if "profiles" in service}

    assert behind == {name: [name] for name in OPTIONAL}


def test_pgbouncer_takes_what_the_engine_sends(compose: Compose) -> None:
    """It refuses connections with options it does not know; ours name time limits, which the login has anyway."""
    lines = compose["configs"]["pgbouncer"]["content"].splitlines()

    assert {"pool_mode = transaction", "ignore_startup_parameters = options", "listen_port = 6432"} <= set(lines)
    for limit in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
        assert f"ALTER ROLE antiphon SET {limit}" in compose["configs"]["first_start"]["content"]


def test_the_document_names_every_secret(compose: Compose) -> None:
    """Compose refuses to start without one, and points to the document."""
    required: set[str] = set()
    texts(compose, visit=lambda _, text: required.update(n for n, form in variables(text).items() if form == ":?"))
    document = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")

    assert "REDIS_PASSWORD" in required
    assert [name for name in sorted(required) if name not in document] == []


class Everything(dict[str, str]):
    """Values for whatever is required; what has a default is left to it."""

    def get(self, name: str, _otherwise: Any = "") -> Any:
        """Return a value for secrets only."""
        return "x" if SECRET.search(name) or name == "ANTIPHON_SECRET_KEY" else ""


def parsed(words: list[str]) -> click.Context:
    """Have the real command line parse the words, down to the last command; nothing runs."""
    context = antiphon.make_context("antiphon", list(words))
    while isinstance(context.command, click.Group):
        rest = [*context._protected_args, *context.args]
        name, command, rest = context.command.resolve_command(context, rest)
        assert command is not None
        context = command.make_context(name, rest, parent=context)
    return context


def queues_of(service: Compose) -> list[str]:
    """Return the queues a worker is told to serve; all when it is told none."""
    if service["command"][0] != "worker":
        return []
    return list(parsed(service["command"]).params["queues"] or QUEUES)


def listening(service: Compose) -> set[str]:
    """Return the ports that the service listens on: ours by their command line, others by what is published."""
    if OURS in service:
        params = parsed(service["command"]).params
        return {str(params[name]) for name in ("port", "metrics_port") if params.get(name)}
    published = [PORT.fullmatch(str(port)) for port in service.get("ports", ())]
    return {port["inside"] for port in published if port}
