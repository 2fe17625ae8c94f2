"""`antiphon worker`: a process that runs the items of everybody's jobs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import click

from domain.jobs.errors import BrokenSettings
from entrypoints.cli.console import say
from entrypoints.cli.opening import open_antiphon
from entrypoints.settings import Settings, read_settings
from entrypoints.worker_side import WorkerSide, broker_settings
from pipelines.names import QUEUES

if TYPE_CHECKING:
    from entrypoints.monitoring.counts import WorkerCounts


@click.command()
@click.option(
    "--queue", "queues", multiple=True, type=click.Choice(QUEUES), help="Queue to serve (repeatable). Default: all."
)
@click.option("--slots", type=click.IntRange(1, 4096), help="Items at once; default: ANTIPHON_SLOTS.")
@click.option("--longest-item", type=click.FloatRange(min=0, min_open=True), default=900.0, show_default=True,
              help="The longest deadline of a job, in seconds; the broker's timeouts must exceed it.")  # fmt: skip
@click.option("--metrics-port", type=click.IntRange(0, 65535),
              help="Serve what this worker counts to Prometheus (/metrics) on this port; 0: any free one.")  # fmt: skip
@click.option("--metrics-host", default="127.0.0.1", show_default=True,
              help="Address to serve it on; 0.0.0.0: all of them.")  # fmt: skip
def worker(
    *, queues: tuple[str, ...], slots: int | None, longest_item: float, metrics_port: int | None, metrics_host: str
) -> None:
    """
    Run a worker until it is told to stop.

    SIGTERM or Ctrl-C: nothing new begins, and what is in flight has ANTIPHON_SHUTDOWN_GRACE_S to end; then it is given
    back, and other workers go on with it at once. A second signal gives it back now, a third ends the process.

    Needs ANTIPHON_DATABASE_URL and ANTIPHON_BROKER_URL; start as many as you like, on as many machines.
    """
    import adapters.library_search.exact  # noqa: F401  # with numpy it takes 0.3 s to load: not while items wait for it
    from pipelines.selfcheck import check
    from pipelines.services import check_chord_bound, check_services
    from pipelines.worker import Stopping, run_worker

    settings = read_settings()
    if settings.is_embedded:
        raise BrokenSettings(
            "no broker is set, so commands bring a worker of their own; for workers apart from them, set",
            problems=("ANTIPHON_BROKER_URL, such as redis://:PASSWORD@HOST:6379/0",
                      "ANTIPHON_DATABASE_URL, such as postgresql+psycopg2://USER:PASSWORD@HOST/antiphon"),
        )  # fmt: skip
    broker = broker_settings(settings)
    check(broker, longest_item_s=longest_item, longest_job_s=settings.longest_job_s)
    check_services(broker)
    antiphon = open_antiphon(settings)
    with _counted(settings, host=metrics_host, port=metrics_port) as counts:
        side = WorkerSide(antiphon, places=slots or settings.slots, counts=counts)
        check_chord_bound(side.app, broker)
        say(f"worker {side.worker_id}: {side.places} slots, queues {', '.join(queues or QUEUES)}")
        if counts is not None:
            counts.in_hand.set_function(lambda: len(side.attempts))
        with side.loops().running():
            stopping = Stopping(partial(_stop, side), side.attempts.close, grace_s=settings.shutdown_grace_s)
            run_worker(side.app, threads=side.places, queues=queues or QUEUES, name=side.worker_id, stopping=stopping)
            side.attempts.close()
            side.desk.close()


@contextmanager
def _counted(settings: Settings, *, host: str, port: int | None) -> Iterator[WorkerCounts | None]:
    """Serve what is counted in the block to Prometheus, where a port is named for it."""
    if port is None:
        yield None
        return
    from prometheus_client import CollectorRegistry

    from entrypoints.monitoring.counts import WorkerCounts
    from entrypoints.monitoring.worker_page import served

    registry = CollectorRegistry()
    with served(registry, host=host, port=port, token=settings.metrics_token) as address:
        say(f"metrics {address}")
        yield WorkerCounts(registry)


def _stop(side: WorkerSide) -> None:
    side.stop()
    say(
        f"worker {side.worker_id}: stopping; {len(side.attempts)} items in hand have "
        f"{side.antiphon.settings.shutdown_grace_s:g} s to end, another signal gives them back now"
    )
