"""Opening Antiphon for a command: settings read, logs set up, everything plugged together, the database ready."""

from __future__ import annotations

import logging
import sys

import structlog

from entrypoints.container import Antiphon, build, ready_database
from entrypoints.settings import Settings, read_settings


def open_antiphon(settings: Settings | None = None) -> Antiphon:
    """
    Return Antiphon, ready to be used.

    Raises:
        BrokenSettings: the environment holds settings that can't be used.
        ServiceUnavailable: the home folder or the database can't be used.
    """
    chosen = settings or read_settings()
    set_up_logs(chosen.log_level)
    antiphon = build(chosen)
    ready_database(antiphon)
    return antiphon


def set_up_logs(level: str) -> None:
    """Send log lines of *level* and above to standard error, with what is bound to them."""
    number = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=number, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
    )
