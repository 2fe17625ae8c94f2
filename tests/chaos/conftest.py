"""The servers and processes these tests run on, and how much they break."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.faults import FAULTS, IN_LONG_FORM, IN_LONG_FORM_OVER_RABBITMQ, OVER_RABBITMQ
from tests.chaos.scene import Scene
from tests.integration.chat_target import ChatTarget
from tests.integration.gate import Gate
from tests.integration.processes import Installation
from tests.integration.servers import (
    broker,
    broker_gate,
    broker_url,
    database_gate,
    database_url,
    installation,
    migrated_template,
    rabbitmq_url,
    results_url,
    target,
)

__all__ = [
    "broker",
    "broker_gate",
    "broker_url",
    "database_gate",
    "database_url",
    "installation",
    "migrated_template",
    "rabbitmq_url",
    "results_url",
    "target",
]

QUICK_ITEMS, LONG_ITEMS, LONG_SEEDS = 200, 1000, 3


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what takes a seed with one, and of the faults one of each kind; or all with several, when there is time."""
    is_long = metafunc.config.getoption("--chaos") == "long"
    for name, faults, left_out in (
        ("fault", FAULTS, IN_LONG_FORM),
        ("fault_over_rabbitmq", OVER_RABBITMQ, IN_LONG_FORM_OVER_RABBITMQ),
    ):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, [fault for fault in faults if is_long or fault not in left_out])
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(1, LONG_SEEDS + 1) if is_long else [1])


@pytest.fixture
def scene(
    request: pytest.FixtureRequest,
    installation: Installation,
    database_url: str,
    broker_gate: Gate,
    database_gate: Gate,
    tmp_path: Path,
    seed: int,
) -> Iterator[Scene]:
    """A scene of which nothing has begun; its gates are open."""
    items = LONG_ITEMS if request.config.getoption("--chaos") == "long" else QUICK_ITEMS
    target = ChatTarget(delay_s=0.05)
    with target.serving(), broker_gate.opened(), database_gate.opened():
        yield Scene(
            installation=installation,
            target=target,
            database_url=database_url,
            broker_gate=broker_gate,
            database_gate=database_gate,
            folder=tmp_path,
            items=items,
            seed=seed,
        )
        installation.stop()


@pytest.fixture
def over_rabbitmq(installation: Installation, rabbitmq_url: str, broker_url: str) -> None:
    """Have the installation send its messages over RabbitMQ; results stay in Redis."""
    installation.environment["ANTIPHON_BROKER_URL"] = rabbitmq_url
    installation.environment["ANTIPHON_RESULT_BACKEND_URL"] = broker_url
