"""The worker inside a process: it says whether it is still there."""

from __future__ import annotations

from pipelines.app import make_app
from pipelines.brokers import BrokerSettings
from pipelines.worker import embedded_worker
from tests.pipelines.looking import look_until


def test_it_is_there_while_it_runs_and_says_when_it_is_gone() -> None:
    """Whoever waits for a job's end in the same process would otherwise wait for a dead thread."""
    with embedded_worker(make_app(BrokerSettings()), threads=1) as is_alive:
        assert is_alive()

    look_until(lambda: not is_alive(), what="the worker is gone")
