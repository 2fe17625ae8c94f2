"""`antiphon runs rejudge` and `runs rescore`: stored answers judged anew; the target is never asked."""

from __future__ import annotations

from pathlib import Path

import click

from domain.jobs.job import JobOptions
from domain.test_execution.metric import Metric
from domain.test_execution.panel import Panel
from entrypoints.cli.console import say
from entrypoints.cli.following import follow
from entrypoints.cli.host import Anew
from entrypoints.cli.hosts import open_host
from entrypoints.cli.inputs import read_metrics
from entrypoints.cli.job_options import job_options
from entrypoints.cli.judge_options import judge_options
from entrypoints.cli.outputs import Outputs, output_options


@click.command()
@click.argument("run")
@judge_options
@job_options
@output_options
def rejudge(run: str, *, panel: Panel, options: JobOptions, outputs: Outputs) -> int:
    """
    Judge the stored answers of RUN again.

    By the same metrics, and by other judges if --judge names some. It is a new run; the past one stays as it was. The
    target is not asked: tests without a stored answer fail, saying so.

    \b
    antiphon runs rejudge last --judge anthropic:claude-haiku-4-5
    antiphon runs compare 31b0bb3d last
    """
    return _judge_anew(run, panel=panel, of_file=Panel(), metrics=(), options=options, outputs=outputs)


@click.command()
@click.argument("run")
@click.option("--metrics", "file", type=click.Path(path_type=Path), required=True,
              help="File with the new metrics: `metrics:`; `judge:` and `judging:` where they need them.")  # fmt: skip
@judge_options
@job_options
@output_options
def rescore(run: str, *, file: Path, panel: Panel, options: JobOptions, outputs: Outputs) -> int:
    """
    Score the stored answers of RUN by other metrics.

    Those of the file, for every test, in place of the tests' own. It is a new run; the past one stays as it was. The
    target is not asked: tests without a stored answer fail, saying so.

    \b
    antiphon runs rescore last --metrics metrics.yaml
    """
    metrics, of_file = read_metrics(file)
    return _judge_anew(run, panel=panel, of_file=of_file, metrics=metrics, options=options, outputs=outputs)


def _judge_anew(
    run: str, *, panel: Panel, of_file: Panel, metrics: tuple[Metric, ...], options: JobOptions, outputs: Outputs
) -> int:
    outputs.check()
    host = open_host()
    past = host.find(run)
    job_id = host.judge_anew(past, Anew(panel=panel.over(of_file), metrics=metrics, options=options))
    say(f"antiphon: judging the stored answers of run {past}; its target is not asked")
    return follow(host, job_id, outputs)
