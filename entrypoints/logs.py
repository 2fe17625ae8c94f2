"""
How log lines are written: one form for ours and the libraries', with what is bound to them, and without passwords.

A line has a constant sentence as `event` and data beside it. What happens inside a task carries `organization`, `task`,
`task_id`, `job` and, where there is one, `request`; inside an item also `item` and `attempt`.
"""

from __future__ import annotations

import logging
import re
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

ADDRESS_PASSWORD = re.compile(r"(?P<before>[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@]+@", re.IGNORECASE)
_FIRST = ("timestamp", "level", "event")


def set_up_logs(level: str, *, form: str = "logfmt") -> None:
    """Send log lines of *level* and above to standard error, written as *form* says: `logfmt` or `json`."""
    number = logging.getLevelNamesMapping()[level.upper()]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *_shared()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_written(form)],
        )
    )
    logging.basicConfig(level=number, handlers=[handler])
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        processors=[*_shared(), *_written(form)],
    )


def without_passwords(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Mask the password of every address in the line: a library's message may hold one that was never meant to show."""
    return {name: _masked(value) for name, value in line.items()}


def _masked(value: object) -> object:
    if isinstance(value, str) and "://" in value:
        return ADDRESS_PASSWORD.sub(r"\g<before>***@", value)
    return value


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _written(form: str) -> list[Processor]:
    told: list[Processor] = [structlog.processors.format_exc_info, without_passwords]
    if form == "json":
        return [*told, structlog.processors.JSONRenderer(default=str)]
    return [*told, structlog.processors.LogfmtRenderer(key_order=_FIRST)]
