"""The options that say what a schedule runs, and when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from domain.schedules.schedule import CatchUp
from entrypoints.cli.durations import Duration

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.argument("words", nargs=-1, metavar="COMMAND..."),
    click.option("--run", is_flag=True, help="Goes before COMMAND, the last words: what runs."),
    click.option("--cron", metavar="FIELDS", help="Minute, hour, day of month, month, day of week, as '0 3 * * *'; or "
                 "@hourly, @daily, @weekly, @monthly."),
    click.option("--timezone", metavar="ZONE", help="Whose clocks --cron is read by: Europe/Berlin. Default: UTC."),
    click.option("--every", "every_s", type=Duration("time"), help="From one time to the next: 15m, 6h; at least 10s."),
    click.option("--from", "anchor", metavar="MOMENT",
                 help="What --every counts from: 2027-01-01T06:00:00+01:00. Default: now."),
    click.option("--at", metavar="MOMENT", help="Once, then: 2027-01-01T06:00:00+01:00."),
    click.option("--catch-up", type=click.Choice([rule.value for rule in CatchUp]),
                 help="What becomes of times when no worker ran: skip them, run the newest one, or all (a hundred at "
                 "most). Default: one."),
    click.option("--jitter", "jitter_s", type=Duration("time"),
                 help="Start up to so much later, each time and schedule apart: 60s. At most 1h. Default: not at all."),
)  # fmt: skip


def schedule_options(command: F) -> F:
    """Add them all."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
