"""`antiphon run`: the main job, from a file of tests to a truthful report."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from domain.jobs.job import JobId, JobOptions
from domain.limits.limit import CallLimits
from domain.test_execution.named_target import limited
from domain.test_execution.panel import Panel
from domain.test_execution.test_set import Gates
from entrypoints.cli.cache_options import cache_options, uncached
from entrypoints.cli.console import say
from entrypoints.cli.following import follow
from entrypoints.cli.forecasts import forecast_of, show_forecast
from entrypoints.cli.host import Host, Wanted
from entrypoints.cli.hosts import open_host
from entrypoints.cli.job_options import hinted, job_options
from entrypoints.cli.judge_options import judge_options
from entrypoints.cli.limit_options import limit_options
from entrypoints.cli.outputs import Outputs, output_options
from entrypoints.cli.prices import chosen_prices
from entrypoints.cli.reading_options import reading_options
from entrypoints.cli.requests import Request, check_usable, gate_options, requested, selection_options
from entrypoints.cli.target_options import target_options
from entrypoints.driving import check_drivable
from entrypoints.exit_codes import ExitCode
from entrypoints.settings import Settings, read_settings

if TYPE_CHECKING:
    from adapters.test_files.reading_rules import ReadingRules


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@target_options
@job_options
@judge_options
@gate_options
@selection_options
@limit_options
@cache_options
@reading_options
@click.option("--dry-run", is_flag=True, help="Say how many calls, tokens and what cost to expect; send nothing.")
@output_options
def run(
    file: Path,
    *,
    options: JobOptions,
    limits: CallLimits,
    max_age_s: float | None,
    panel: Panel,
    rules: ReadingRules,
    gates: Gates,
    tags: tuple[str, ...],
    prices_file: Path | None,
    dry_run: bool,
    outputs: Outputs,
    **target_words: str | None,
) -> int:
    """
    Run the tests of FILE against a target, and report.

    FILE is Antiphon YAML, JSONL, CSV, or a promptfoo configuration. The targets are the file's own, or --target.

    \b
    antiphon run examples/support-bot/tests.yaml
    antiphon run tests.csv --target http://127.0.0.1:9000/chat --concurrency 64 --junit out.xml
    antiphon run tests.jsonl --target openai:chat:gpt-5-mini --min-pass-rate 0.95
    """
    outputs.check()
    settings = read_settings()
    ask = functools.partial(
        requested,
        file,
        tags=tags,
        rules=rules,
        panel=panel,
        settings=settings,
        prices_file=prices_file,
        target_words=target_words,
    )
    if dry_run:
        show_forecast(forecast_of(ask(), prices=chosen_prices(prices_file)), as_json=outputs.as_json)
        return ExitCode.DONE
    host, job_id = _accept(ask, settings=settings, options=options, limits=limits, max_age_s=max_age_s, gates=gates)
    return follow(host, job_id, outputs)


def _accept(
    ask: Callable[[], Request],
    *,
    settings: Settings,
    options: JobOptions,
    limits: CallLimits,
    max_age_s: float | None,
    gates: Gates,
) -> tuple[Host, JobId]:
    """Store the tests and the job. A function of its own, so that what was read is not in memory while the job runs."""
    request = ask()
    request = attrs.evolve(request, targets=limited(request.targets, limits))
    options = hinted(options, request.file.hints)
    if not settings.server:  # what can't work is found out before anything is made
        read = request.file
        check_usable(read.cases, targets=request.targets, panel=request.panel, name=read.name)
        check_drivable(settings, options)
    host = open_host(settings)
    for warning in (*request.file.warnings, *uncached(request.targets, max_age_s=max_age_s)):
        say(f"antiphon: {warning}")
    return host, host.start(Wanted(request=request, options=options, gates=gates, max_age_s=max_age_s))
