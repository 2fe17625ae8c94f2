"""A check of a judge, for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from domain.jobs.service import JobView
from domain.test_execution.judge_check import JudgeReport
from domain.test_execution.judging.agreement import Agreement
from domain.test_execution.statistics import Interval
from entrypoints.cli.console import console, printing
from entrypoints.cli.tables import safe

FEW = 30


@printing()
def print_judge_report(view: JobView, report: JudgeReport, *, judges: Sequence[str]) -> None:
    """Print the agreement, the biases, and what it cost."""
    out = console()
    if report.examples.n:
        _print_agreement(out, report.examples, title="pass or fail")
    if report.score_error is not None:
        rho = "unknown" if report.score_rho is None else f"{report.score_rho:.2f}"
        out.print(f"scores    off by {report.score_error:.2f} on average, rank correlation {rho}")
    if report.length.n:
        out.print(f"length    {_length(report)}")
    if report.position.n:
        _print_pairs(out, report)
    _print_totals(out, report, headline=f"[bold]{view.job.status}[/]  {safe(', '.join(judges))}")
    if 0 < max(report.examples.n, report.position.n) < FEW:
        out.print(f"mind      fewer than {FEW} examples: the intervals are wide")


def _print_totals(out: Console, report: JudgeReport, *, headline: str) -> None:
    failed = f"{report.unreadable} that could not be read, {report.errors} errors"
    out.print(f"\n{headline}: {report.judgements} judgements, {failed}")
    usage = report.usage
    dollars = f"${usage.cost_nanousd / 1e9:.4f} where prices are known"
    out.print(f"cost      {usage.requests} calls, {usage.tokens:,} tokens, {dollars}")


def _print_agreement(out: Console, found: Agreement, *, title: str) -> None:
    table = Table(f"{title}: people", *(f"judge {label}" for label in found.labels), box=None)
    for human in found.labels:
        table.add_row(human, *(str(found.table.get((human, judge), 0)) for judge in found.labels))
    out.print(table)
    share = f"{found.accuracy or 0.0:.1%} {_interval(found.accuracy_interval, '.1%')}"
    out.print(f"agreement {found.agreed} of {found.n}: {share}")
    if found.kappa is None:
        out.print("kappa     says nothing: all have the same label")
    else:
        out.print(f"kappa     {found.kappa:.2f} {_interval(found.kappa_interval, '.2f')}")


def _print_pairs(out: Console, report: JudgeReport) -> None:
    position = report.position
    out.print()
    if report.pairs.n:
        _print_agreement(out, report.pairs, title="better answer")
    p_value = "" if position.p_value is None else f" (sign test p = {position.p_value:.3f})"
    out.print(
        f"position  the same winner in both orders: {position.consistent} of {position.n} "
        f"{_interval(position.interval, '.1%')}; always the first {position.both_first}, always the second "
        f"{position.both_second}{p_value}"
    )
    judge, people = ("unknown" if share is None else f"{share:.0%}" for share in report.longer)
    out.print(f"longer    wins {judge} by the judge, {people} by people")


def _length(report: JudgeReport) -> str:
    length = report.length
    if length.rho is None:
        return "no bias can be seen: leniency never changes"
    return f"rank correlation of length and leniency {length.rho:+.2f} {_interval(length.interval, '+.2f')}"


def _interval(interval: Interval | None, form: str) -> str:
    return "" if interval is None else f"(95 % interval {interval.low:{form}} to {interval.high:{form}})"
