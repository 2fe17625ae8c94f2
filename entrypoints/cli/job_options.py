"""How a job's items are to be run, as options of the commands that start one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import attrs
import click
from click.core import ParameterSource

from domain.jobs.job import JobOptions, Priority
from domain.test_execution.run_options import run_options, with_hints
from domain.test_execution.test_set import RunHints
from entrypoints.cli.money import DOLLARS

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--concurrency", type=click.IntRange(1, 1024), default=16, show_default=True, help="Calls at once."),
    click.option("--deadline", "deadline_s", type=click.FloatRange(min=0, min_open=True),
                 help="Seconds one attempt at an item may take. Default: follows the latencies of the run (5 times "
                 "their 99th percentile), from 15 s to 60 s; a number is taken as said."),
    click.option("--max-attempts", type=click.IntRange(1, 100), default=4, show_default=True,
                 help="Tries an item gets in all, when failures may pass."),
    click.option("--priority", type=click.Choice([priority.value for priority in Priority]),
                 default=Priority.NORMAL.value, show_default=True,
                 help="Beside other jobs of the organization on the same workers."),
    click.option("--max-cost", "max_cost_nanousd", type=DOLLARS,
                 help="US dollars to spend, such as 0.50. Once they are spent nothing new begins; what runs ends as it "
                 "ends. Counts what answers cost by a known price."),
    click.option("--max-tokens", type=click.IntRange(1), help="Tokens to spend, in and out, as the far side tells."),
    click.option("--max-requests", type=click.IntRange(1), help="Calls to make, to targets and judges together."),
    click.option("--max-duration", "max_duration_s", type=click.FloatRange(min=0, min_open=True),
                 help="Seconds in which items may begin, from the start of the job."),
    click.option("--max-wait", "max_wait_s", type=click.FloatRange(min=0, min_open=True),
                 help="Seconds the job may wait for a worker; if nothing has begun by then, it fails."),
)  # fmt: skip


def hinted(options: JobOptions, hints: RunHints) -> JobOptions:
    """Return the options with what a file of tests would like, where the command line says nothing."""
    context = click.get_current_context()
    said = {name for name in context.params if context.get_parameter_source(name) is ParameterSource.COMMANDLINE}
    return with_hints(options, hints, said=said)


def job_options(command: F) -> F:
    """Add the options of a job, handed over as one `options`."""
    names = {field.name for field in attrs.fields(JobOptions)}

    @functools.wraps(command)
    def with_options(*args: Any, **words: Any) -> Any:
        chosen = {name: words.pop(name) for name in names & set(words)}
        return command(*args, options=run_options(chosen), **words)

    wrapped: Any = with_options
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]  # click's decorators return what they are given
