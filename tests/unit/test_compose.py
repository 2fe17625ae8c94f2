"""docker-compose.yml means what it should; no engine is needed to read it."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = (["worker"], ["db", "upgrade"])
FROM_ENVIRONMENT = re.compile(r"\$\{[A-Z_]+:\?[^}]+\}")
PASSWORD = re.compile(r"requirepass +(?P<config>\S.*)|://[^/\s:]*:(?P<url>(?:\$\{[^}]*\}|[^@/\s])+)@")

Compose = dict[str, Any]  # YAML has no types
Guard = Callable[[Compose], Iterator[str]]


@pytest.fixture
def compose() -> Compose:
    """The file as YAML reads it, anchors merged; a copy of its own for each test and each service."""
    loaded = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return {key: {name: copy.deepcopy(part) for name, part in loaded[key].items()} for key in loaded if key != "name"}


def command_findings(compose: Compose) -> Iterator[str]:
    """Yield the services of our image whose command the command line does not have."""
    for name, service in compose["services"].items():
        if "build" in service and service.get("command") not in COMMANDS:
            yield f"{name} runs {service.get('command')}"


def reference_findings(compose: Compose) -> Iterator[str]:
    """Yield what services lean on (services, volumes, configurations) and nobody declares."""
    for name, service in compose["services"].items():
        wanted = {
            "services": list(service.get("depends_on", ())),
            "volumes": [volume.partition(":")[0] for volume in service.get("volumes", ())],
            "configs": [config["source"] for config in service.get("configs", ())],
        }
        yield from (f"{name} needs {kind} {one}" for kind in wanted for one in wanted[kind] if one not in compose[kind])


def port_findings(compose: Compose) -> Iterator[str]:
    """Yield the ports that more than this machine could reach."""
    for name, service in compose["services"].items():
        yield from (f"{name}: {port}" for port in service.get("ports", ()) if not str(port).startswith("127.0.0.1:"))


def secret_findings(compose: Compose) -> Iterator[str]:
    """Yield where a password is not one that the environment must bring."""
    for key, text in strings(compose):
        named = [text] if re.search(r"PASSWORD|SECRET|TOKEN|AUTH", key) else []
        inside = [next(filter(None, found.groups())) for found in PASSWORD.finditer(text)]
        yield from (key for value in [*named, *inside] if not FROM_ENVIRONMENT.fullmatch(value))


def privilege_findings(compose: Compose) -> Iterator[str]:
    """Yield the containers of our image that could write to it, or run as root."""
    for name, service in compose["services"].items():
        is_bound = service.get("read_only") and service.get("cap_drop") == ["ALL"]
        if "build" in service and not (is_bound and re.fullmatch(r"[1-9]\d*:[1-9]\d*", service.get("user", ""))):
            yield name


def strings(node: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text below *node*, with the key it stands under."""
    if isinstance(node, dict):
        for name, child in node.items():
            yield from strings(child, str(name))
    elif isinstance(node, list):
        for child in node:
            yield from strings(child, key)
    else:
        yield key, str(node)


GUARDS = (command_findings, reference_findings, port_findings, secret_findings, privilege_findings)


@pytest.mark.parametrize("guard", GUARDS)
def test_the_file_keeps_the_rule(compose: Compose, guard: Guard) -> None:
    """The file is not run by the tests, so what can be read from it must be right."""
    assert list(guard(compose)) == []


@pytest.mark.parametrize(
    ("guard", "service", "change"),
    [
        (command_findings, "worker", {"command": ["wroker"]}),
        (command_findings, "migrate", {"command": None}),
        (reference_findings, "worker", {"depends_on": {"rabbitmq": {}}}),
        (reference_findings, "redis", {"volumes": ["rdis:/data"]}),
        (reference_findings, "redis", {"configs": [{"source": "rdis"}]}),
        (port_findings, "postgres", {"ports": ["5432:5432"]}),
        (port_findings, "redis", {"ports": ["0.0.0.0:6379:6379"]}),
        (secret_findings, "postgres", {"environment": {"POSTGRES_PASSWORD": "postgres"}}),
        (secret_findings, "postgres", {"environment": {"POSTGRES_PASSWORD": "${POSTGRES_PASSWORD:-postgres}"}}),
        (secret_findings, "worker", {"environment": {"ANTIPHON_BROKER_URL": "redis://:hunter2@redis:6379/0"}}),
        (secret_findings, "redis", {"command": ["sh", "-c", "redis-server --requirepass hunter2"]}),
        (privilege_findings, "worker", {"read_only": False}),
        (privilege_findings, "worker", {"user": "0:0"}),
    ],
)
def test_a_breach_is_seen(compose: Compose, guard: Guard, service: str, change: dict[str, object]) -> None:
    """Each rule broken once: a rule that can't fail checks nothing."""
    compose["services"][service].update(change)

    assert len(list(guard(compose))) == 1


def test_the_services_are_told_where_the_others_are(compose: Compose) -> None:
    """The three addresses are what makes the laptop size the server size."""
    for name in ("migrate", "worker"):
        environment = compose["services"][name]["environment"]
        assert environment["ANTIPHON_DATABASE_URL"].endswith("@postgres:5432/antiphon")
        assert environment["ANTIPHON_BROKER_URL"].endswith("@redis:6379/0")
        assert environment["ANTIPHON_RESULT_BACKEND_URL"].endswith("@redis:6379/1")


def test_redis_keeps_messages(compose: Compose) -> None:
    """A broker that forgets at a restart, or evicts when memory is short, loses accepted work."""
    lines = compose["configs"]["redis"]["content"].splitlines()

    assert {"appendonly yes", "maxmemory-policy noeviction"} <= set(lines)


def test_migrations_run_before_workers_and_once(compose: Compose) -> None:
    """A worker on yesterday's tables fails every item; a restarted migration would never let it start."""
    services = compose["services"]

    assert services["worker"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["migrate"]["restart"] == "no"


def test_a_worker_may_finish_its_items(compose: Compose) -> None:
    """Ten seconds, the engine's default, would cut items off that the deadline of 60 s still allows."""
    assert int(compose["services"]["worker"]["stop_grace_period"].removesuffix("s")) > 60
