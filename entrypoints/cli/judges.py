"""`antiphon judges`: what a judge is worth, beside people."""

from __future__ import annotations

import functools
from pathlib import Path

import click

from domain.jobs.errors import InvalidInput
from domain.jobs.job import JobOptions
from domain.jobs.service import JobView
from domain.test_execution.judge_check import LABEL, SWAPPED, judge_report
from domain.test_execution.judge_check_document import judge_check_document
from domain.test_execution.panel import Panel
from domain.test_execution.run import RunSpec
from domain.test_execution.test_result import read_result
from entrypoints.cli.console import print_json
from entrypoints.cli.following import follow
from entrypoints.cli.inputs import check_models, read_check
from entrypoints.cli.job_options import job_options
from entrypoints.cli.judge_options import judge_options
from entrypoints.cli.local_host import LocalHost
from entrypoints.cli.opening import open_antiphon
from entrypoints.cli.outputs import Outputs
from entrypoints.container import Antiphon
from entrypoints.driving import check_drivable
from entrypoints.exit_codes import exit_code_of
from entrypoints.judges import panel_of
from entrypoints.settings import read_settings
from entrypoints.stored_runs import find_run, items_of


@click.group()
def judges() -> None:
    """Find out what a judge is worth, on answers that people have judged."""


@judges.command()
@click.argument("file", type=click.Path(path_type=Path))
@judge_options
@job_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document (docs/json-output.md).")
def check(file: Path, *, panel: Panel, options: JobOptions, as_json: bool) -> int:
    """
    Have a judge judge the answers of FILE, and compare it with what people said of them.

    Agreement (accuracy, Cohen's kappa), bias for the answer that stands first (each pair is judged in both orders) and
    for long answers, replies that could not be read, cost. It is a job: interrupted, `antiphon jobs resume` goes on
    with it, and `antiphon judges show` prints what it found.

    \b
    antiphon judges check examples/judge-check.yaml --judge openai:gpt-5-mini
    """
    settings = read_settings()
    read = read_check(file)
    chosen = panel_of(panel, of_file=read.panel, settings=settings)
    antiphon = open_antiphon(settings)
    check_drivable(settings, options)
    plan = antiphon.runs.plan_check(antiphon.tenant, read, panel=chosen)
    check_models(plan.needs.models)
    job = antiphon.runs.start_check(antiphon.tenant, plan, options=options)
    show = functools.partial(_report, antiphon)
    return follow(LocalHost(antiphon), job.id, Outputs(as_json=as_json), show=show)


@judges.command()
@click.argument("job")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document (docs/json-output.md).")
def show(job: str, *, as_json: bool) -> int:
    """Show what a check of a judge found: JOB is its id, the beginning of it, or `last`."""
    antiphon = open_antiphon()
    view = find_run(antiphon, antiphon.tenant, job)
    first = next(items_of(antiphon.store, antiphon.tenant, view.job.id), None)
    if first is not None and not {LABEL, SWAPPED} & read_result(first).variables.keys():
        raise InvalidInput(f"job {view.job.id} is no check of a judge; `antiphon jobs show` shows it")
    return _report(antiphon, view, Outputs(as_json=as_json))


def _report(antiphon: Antiphon, view: JobView, outputs: Outputs) -> int:
    rows = functools.partial(items_of, antiphon.store, antiphon.tenant, view.job.id)
    report, spec = judge_report(rows()), RunSpec.from_document(view.job.spec)
    names = [judge.name for judge in spec.panel.judges]
    if outputs.as_json:
        print_json(judge_check_document(view.job, report=report, judges=names))
    else:
        from entrypoints.cli.judge_tables import print_judge_report

        print_judge_report(view, report, judges=names)
    return exit_code_of(view.job.status, gates_met=True)
