"""What the API's process watches of its installation: which things it needs, and which figures it tells."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from adapters.database.connection import connected
from adapters.database.due_schedules import SqlDueSchedules
from adapters.database.overview import SqlOverviews
from adapters.database.roles import check_login
from adapters.database.schema import is_current
from domain.jobs.errors import ServiceUnavailable
from entrypoints.container import Antiphon
from entrypoints.monitoring.figures import InstallationFigures, QueueLengths
from entrypoints.monitoring.readiness import ASK_S, Ask, Checks
from entrypoints.worker_side import broker_settings


def checks_of(antiphon: Antiphon) -> Checks:
    """Return what is asked before the process counts as ready."""

    def ask_database() -> None:
        with connected(antiphon.engine, tenant=None, reads=True):
            pass

    def ask_tables() -> None:
        if not is_current(antiphon.engine):
            raise ServiceUnavailable("the tables are not those of this version; run `antiphon db upgrade`")

    asks: dict[str, Ask] = {
        "database": ask_database,
        "migrations": ask_tables,
        "database user": lambda: check_login(antiphon.engine),
    }
    return Checks(asks={**asks, **_broker(antiphon)})


def figures_of(antiphon: Antiphon) -> CollectorRegistry:
    """Return a registry with the figures of the installation; nothing is counted yet."""
    registry = CollectorRegistry()
    figures = InstallationFigures(
        overviews=SqlOverviews(antiphon.engine),
        queue_lengths=_queue_lengths(antiphon),
        clock=antiphon.clock,
        schedules=SqlDueSchedules(antiphon.engine),
    )
    registry.register(figures)
    return registry


def _broker(antiphon: Antiphon) -> dict[str, Ask]:
    if antiphon.settings.is_embedded:
        return {}
    from pipelines.services import ask_broker

    broker = broker_settings(antiphon.settings)
    return {"broker": lambda: ask_broker(broker, timeout_s=ASK_S)}


def _queue_lengths(antiphon: Antiphon) -> QueueLengths:
    if antiphon.settings.is_embedded:
        return dict
    from pipelines.services import queue_lengths

    broker = broker_settings(antiphon.settings)
    return lambda: queue_lengths(broker, timeout_s=ASK_S)
