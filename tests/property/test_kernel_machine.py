"""The kernel against a model, over each store that needs no server: whatever happens, the rows stay truthful."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path
from sqlite3 import Connection

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine, event

from adapters.database.engine import make_engine
from adapters.database.schema import upgrade
from adapters.database.store import SqlStore
from adapters.memory.store import MemoryStore
from tests.contract.building import KernelStore
from tests.kernel.slow_machine import SlowMachine


def test_the_kernel_keeps_its_rules_in_memory(request: pytest.FixtureRequest) -> None:
    """Any order, repetition and loss of messages, any crash: one outcome an item, one end a revision, and an end."""
    _run(MemoryStore, runs=300 if _is_long(request) else 150, steps=40)


def test_the_kernel_keeps_its_rules_on_sqlite(
    request: pytest.FixtureRequest, new_database: Callable[[], SqlStore]
) -> None:
    """The same rules in SQL: transitions are WHERE clauses there, and must mean the same."""
    _run(new_database, runs=300 if _is_long(request) else 30, steps=40)


@pytest.fixture
def new_database(tmp_path: Path) -> Callable[[], SqlStore]:
    """Make a store over an empty database file, each time it is called."""
    template = tmp_path / "template.db"
    upgrade(engine := make_engine(f"sqlite:///{template}"))
    engine.dispose()
    numbers = count()

    def make() -> SqlStore:
        path = tmp_path / f"{next(numbers)}.db"
        shutil.copyfile(template, path)
        engine = make_engine(f"sqlite:///{path}", pool_size=2)
        event.listen(engine, "connect", _trust_the_machine)
        return SqlStore(engine)

    return make


class DisposingMachine(SlowMachine):
    """Closes its database with the run."""

    def teardown(self) -> None:
        """Drain, then close."""
        try:
            super().teardown()
        finally:
            engine: Engine | None = getattr(self.kernel.store, "engine", None)
            if engine is not None:
                engine.dispose()


def _trust_the_machine(connection: Connection, _: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")  # nobody pulls the plug here, and waiting for disks takes most time


def _is_long(request: pytest.FixtureRequest) -> bool:
    return str(request.config.getoption("--chaos")) == "long"


def _run(new_store: Callable[[], KernelStore], *, runs: int, steps: int) -> None:
    profile = settings(max_examples=runs, stateful_step_count=steps, deadline=None)
    run_state_machine_as_test(
        lambda: DisposingMachine(new_store()),  # type: ignore[arg-type]  # as documented, any factory of machines
        settings=profile,
    )
