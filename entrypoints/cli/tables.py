"""Tables for people: a run by metric, what failed and why, and jobs."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from domain.jobs.job import JobStatus
from domain.jobs.service import JobView
from domain.jobs.usage import Usage, dollars
from domain.test_execution.cached_answers import CachedAnswers
from domain.test_execution.comparison_gates import NO_REGRESSION
from domain.test_execution.contest_findings import ContestFinding
from domain.test_execution.findings import GroupFinding
from domain.test_execution.judge_findings import JudgeFindings
from domain.test_execution.repeats import RepeatFindings
from domain.test_execution.spending import Cost
from domain.test_execution.summary import GateResult, RunSummary
from entrypoints.cli.console import console, printable, printing
from entrypoints.job_names import name_of

_COLOURS = {
    JobStatus.COMPLETED: "green",
    JobStatus.PARTIAL: "yellow",
    JobStatus.FAILED: "red",
    JobStatus.CANCELLED: "magenta",
}
SHOWN = 15
ID_SHOWN = 8
"""So much of an id names a job among a billion others; where the terminal is narrow, the rest is left out."""

_NARROW = 120
_LONGEST = 160


@printing()
def print_summary(view: JobView, summary: RunSummary, *, title: str) -> None:
    """Print a run: by metric, what failed, what could not be executed, and how it ended."""
    out = console()
    if summary.metrics:
        out.print(_metrics(summary))
    for groups, word in ((summary.targets, "target"), (summary.prompts, "prompt")):
        if groups:
            out.print(_groups(groups, word))
    for contest in summary.contests.metrics:
        undecided = f"{contest.by_nobody} by nobody, {contest.inconclusive} undecided"
        out.print(f"contests  {safe(contest.metric)}: {contest.won} won, {undecided}")
        out.print(_contestants(contest))
    _print_failures(out, summary)
    _print_errors(out, summary)
    _print_repeats(out, summary.repeats)
    print_gates(out, summary.gates)
    out.print(_headline(view, title))
    out.print(_rate(summary))
    if cost := _cost(summary.cost):
        out.print(cost)
    if summary.cached.answers:
        out.print(_cached(summary.cached))
    _print_judges(out, summary.judges)
    if view.tally.usage:
        out.print(_spent(view.tally.usage))
    if summary.latency is not None:
        latency = summary.latency
        out.print(f"latency   p50 {latency.p50:.3f} s, p95 {latency.p95:.3f} s, p99 {latency.p99:.3f} s")


@printing()
def print_jobs(rows: Sequence[tuple[JobView, str]]) -> None:
    """Print a table of jobs, each with a word on what is happening to it."""
    out = console()
    is_narrow = out.width < _NARROW
    table = Table("job", "status", "items", "ended", "failed", "created (UTC)", box=None)
    if not is_narrow:
        table.add_column("started by")
        table.add_column("kind")
        table.add_column("about")
    for view, standing in rows:
        job, colour = view.job, _COLOURS.get(view.job.status, "default")
        cells = (
            job.id[:ID_SHOWN] if is_narrow else job.id,
            f"[{colour}]{standing}[/]",
            "?" if job.planned is None else str(job.planned),
            f"{view.progress:.0%}",
            str(view.tally.failed),
            f"{job.created_at:%Y-%m-%d %H:%M:%S}",
        )
        table.add_row(*cells, *(() if is_narrow else (safe(job.started_by), job.kind, safe(name_of(job) or ""))))
    out.print(table)


def _metrics(summary: RunSummary) -> Table:
    table = Table("metric", "kind", "pass", "fail", "inconclusive", "mean", box=None)
    for metric in summary.metrics:
        mean = "" if metric.mean_value is None else f"{metric.mean_value:.2f}"
        table.add_row(
            safe(metric.name), metric.kind, str(metric.passed), str(metric.failed), str(metric.inconclusive), mean
        )
    return table


def _contestants(contest: ContestFinding) -> Table:
    table = Table("target", "prompt", "took part", "won", box=None)
    for each in contest.contestants:
        table.add_row(safe(each.target), safe(each.prompt), str(each.entered), str(each.won))
    return table


def _groups(groups: Sequence[GroupFinding], word: str) -> Table:
    table = Table(word, "tests", "pass", "fail", "inconclusive", "errors", "pass rate", box=None)
    for group in groups:
        rate = "" if group.rate.value is None else f"{group.rate.value:.1%}"
        counts = (group.n, group.passed, group.failed, group.inconclusive, group.errors)
        table.add_row(safe(group.name), *map(str, counts), rate)
    return table


def _print_failures(out: Console, summary: RunSummary) -> None:
    if summary.failures:
        out.print(f"\n[bold red]failed[/] ({summary.failed})")
    for test in summary.failures[:SHOWN]:
        reasons = "; ".join(score.reason for score in test.scores)
        out.print(f"  {safe(test.key)}: {safe(short(reasons))}")
    print_rest(out, summary.failed - SHOWN)


def _print_errors(out: Console, summary: RunSummary) -> None:
    if summary.errors:
        out.print(f"\n[bold yellow]not executed[/] ({summary.tally.failed})")
    for group in summary.errors[:SHOWN]:
        keys = ", ".join(group.keys) + (" ..." if group.count > len(group.keys) else "")
        out.print(f"  {group.count} x {group.kind}: {safe(short(group.message))} ({safe(keys)})")
    print_rest(out, summary.other_errors + sum(group.count for group in summary.errors[SHOWN:]))


def _print_repeats(out: Console, repeats: RepeatFindings) -> None:
    if not repeats.tests:
        return
    table = Table("k tries", "tests", "pass@k (any)", "pass^k (all)", box=None)
    for found in repeats.pass_at:
        table.add_row(str(found.k), str(found.tests), f"{found.any_passes:.1%}", f"{found.all_pass:.1%}")
    out.print()
    out.print(table)
    out.print(f"\n[bold]flaky[/] ({repeats.flaky} of {repeats.tests} tests that were judged more than once)")
    for test in repeats.flaky_tests[:SHOWN]:
        out.print(f"  {safe(test.test_id)}: passed {test.passed} of {test.judged}")
    print_rest(out, repeats.flaky - SHOWN)


def _print_judges(out: Console, judges: JudgeFindings) -> None:
    if judges.source is not None:
        out.print(f"answers   the stored ones of run {judges.source['job']}, revision {judges.source['revision']}")
    if judges.models:
        rule = f", {judges.rule}" if len(judges.models) > 1 else ""
        out.print(
            f"judges    {safe(', '.join(sorted(judges.models)))}{rule} ({safe(', '.join(sorted(judges.prompts)))})"
        )
    if judges.under_test:
        out.print(f"[yellow]mind[/]      {safe(', '.join(judges.under_test))} judged its own answers")


def print_rest(out: Console, left_out: int) -> None:
    """Say how many rows of a list are not shown, if any."""
    if left_out > 0:
        out.print(f"  ... and {left_out} more, in the report")


def print_gates(out: Console, gates: Sequence[GateResult]) -> None:
    """Print how a run or a comparison stands against the gates that are set."""
    if gates:
        out.print("\ngates")
    for gate in gates:
        numbers = f" {gate.wanted:g}: {'nothing to compare' if gate.found is None else f'{gate.found:g}'}"
        numbers = "" if gate.gate == NO_REGRESSION else numbers
        out.print(f"  {'[green]met[/]' if gate.met else '[red]not met[/]'}  {gate.gate}{numbers}")


def _headline(view: JobView, title: str) -> str:
    job, tally = view.job, view.tally
    colour = _COLOURS.get(job.status, "default")
    planned = "nothing" if job.planned is None else job.planned
    parts = f"{planned} planned = {tally.succeeded} succeeded + {tally.failed} failed"
    parts += f" + {tally.skipped} skipped + {tally.cancelled} cancelled"
    if job.planned is not None and not job.status.is_end:
        parts += f" + {tally.pending + tally.running} to come"
    why = f"\n{safe(job.failure)}" if job.failure else ""
    return f"\n[bold {colour}]{job.status}[/]  {safe(title)}: {parts}{why}"


def _rate(summary: RunSummary) -> str:
    rate = summary.pass_rate
    if rate.value is None:
        return "pass rate unknown: nothing was judged"
    text = f"pass rate {rate.value:.1%} (95 % interval {rate.interval.low:.1%} to {rate.interval.high:.1%})"
    if summary.tally.failed and summary.all_errors_fail is not None and summary.all_errors_pass is not None:
        text += f"; with the errors {summary.all_errors_fail:.1%} to {summary.all_errors_pass:.1%}"
    return text


def _spent(usage: Usage) -> str:
    parts = [f"{usage.requests:,} request{'s' if usage.requests != 1 else ''}"]
    parts += [f"{usage.tokens:,} tokens"] if usage.tokens else []
    parts += [dollars(usage.cost_nanousd)] if usage.cost_nanousd else []
    return f"spent     {', '.join(parts)}"


def _cached(cached: CachedAnswers) -> str:
    saved = f", {dollars(cached.saved_nanousd)} saved" if cached.saved_nanousd else ""
    return f"cache     {cached.answers:,} answer{'s' if cached.answers != 1 else ''} without a call{saved}"


def short(text: str) -> str:
    """Return *text* as one line of bounded length."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= _LONGEST else line[: _LONGEST - 3] + "..."


def safe(text: str) -> str:
    """Return foreign *text* so that neither the terminal nor rich takes it for a command."""
    return escape(printable(text))


def _cost(cost: Cost) -> str:
    if cost.nanousd is None:
        return ""
    parts = [dollars(cost.nanousd)]
    if cost.judging_nanousd:
        parts.append(f"{dollars(cost.judging_nanousd)} of it judging")
    if cost.unknown:
        parts.append(f"without {cost.unknown} calls whose cost is not known")
    return f"cost      {', '.join(parts)}"
