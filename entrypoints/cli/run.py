"""`antiphon run`: the main job, from a file of tests to a truthful report."""

from __future__ import annotations

from pathlib import Path

import attrs
import click

from domain.jobs.errors import InvalidInput
from domain.jobs.job import JobOptions
from domain.test_execution.judging.needs import check_judges
from domain.test_execution.panel import Panel
from domain.test_execution.test_set import Gates, TestFile, tag_counts
from entrypoints.cli.console import say
from entrypoints.cli.following import follow
from entrypoints.cli.inputs import check_models, open_target, read_tests
from entrypoints.cli.job_options import job_options
from entrypoints.cli.judge_options import judge_options, panel_of
from entrypoints.cli.opening import open_antiphon
from entrypoints.cli.outputs import Outputs, output_options
from entrypoints.cli.prices import priced
from entrypoints.cli.target_options import target_options, targets_from_options
from entrypoints.driving import check_drivable
from entrypoints.settings import read_settings


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@target_options
@job_options
@judge_options
@click.option("--min-pass-rate", type=click.FloatRange(0, 1), help="Gate: the least share of judged tests that pass.")
@click.option("--min-pass-rate-lower", type=click.FloatRange(0, 1),
              help="Gate: the least lower end of the pass rate's 95 % interval: luck can't meet it.")  # fmt: skip
@click.option("--max-errors", type=click.IntRange(0), help="Gate: the most tests that may fail to execute.")
@click.option("--tag", "tags", multiple=True, help="Run only tests with this tag (repeatable: any of them).")
@click.option("--prices", "prices_file", type=click.Path(path_type=Path),
              help="File of model prices to count costs with; default: see `antiphon prices list`.")  # fmt: skip
@output_options
def run(
    file: Path,
    *,
    target: str | None,
    base_url: str | None,
    body: str | None,
    response_path: str | None,
    options: JobOptions,
    panel: Panel,
    min_pass_rate: float | None,
    min_pass_rate_lower: float | None,
    max_errors: int | None,
    tags: tuple[str, ...],
    prices_file: Path | None,
    outputs: Outputs,
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
    read = _only(read_tests(file), tags)
    chosen = targets_from_options(
        read.targets, target=target, base_url=base_url, body=body, response_path=response_path
    )
    if not chosen:
        raise InvalidInput(f"{file}: no target: name one in the file (`target:`), or with --target")
    for one in chosen:
        open_target(one.spec).close()  # one that can't work is refused before any job
    panel = panel_of(panel, of_file=read.panel, settings=settings)
    check_models(check_judges(read.cases, panel, targets=chosen, name=read.name).models)
    chosen, panel = priced(chosen, panel, prices_file=prices_file)
    check_drivable(settings, options)
    antiphon = open_antiphon(settings)
    for warning in read.warnings:
        say(f"antiphon: {warning}")
    gates = Gates(min_pass_rate=min_pass_rate, min_pass_rate_lower=min_pass_rate_lower, max_errors=max_errors)
    job = antiphon.runs.start(antiphon.tenant, read, targets=chosen, gates=gates, panel=panel, options=options)
    return follow(antiphon, job.id, outputs)


def _only(file: TestFile, tags: tuple[str, ...]) -> TestFile:
    if not tags:
        return file
    known = tag_counts(file.cases)
    for tag in tags:
        if tag not in known:
            there = ", ".join(sorted(known)) or "none"
            raise click.BadParameter(f"no test of {file.name} has {tag!r}; its tags: {there}", param_hint="--tag")
    return attrs.evolve(file, cases=tuple(case for case in file.cases if set(tags) & set(case.tags)))
