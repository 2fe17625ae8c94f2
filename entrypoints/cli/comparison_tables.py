"""A comparison of two runs on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from adapters.reports import comparison_wording as words
from domain.test_execution.comparison import Change, Comparison, Difference
from domain.test_execution.summary import GateResult
from entrypoints.cli.console import console, printing
from entrypoints.cli.tables import SHOWN, print_gates, print_rest, safe, short

_COLOURS = {None: "default", True: "green", False: "red"}


@printing()
def print_comparison(comparison: Comparison, *, gates: Sequence[GateResult], names: tuple[str, str]) -> None:
    """Print what changed: by metric, test by test, and whether the gates are met."""
    out = console()
    out.print(f"[bold]{safe(names[0])}[/] → [bold]{safe(names[1])}[/]\n")
    if comparison.metrics or comparison.estimates:
        out.print(_table((*comparison.metrics, *comparison.estimates)))
    if comparison.other_metrics:
        out.print(f"  ... and {comparison.other_metrics} more metrics")
    _print_changes(out, "got worse", comparison.regressed, comparison.regressions, colour="red")
    _print_changes(out, "got better", comparison.improved, comparison.improvements, colour="green")
    for line in words.matching(comparison):
        out.print(f"look at   {line}")
    print_gates(out, gates)
    out.print()
    out.print(words.headline(comparison))
    if comparison.pass_rate is not None:
        good = words.is_good(comparison.pass_rate)
        out.print(f"[bold {_COLOURS[good]}]{words.verdict(comparison.pass_rate)}[/]")


def _table(found: Sequence[Difference]) -> Table:
    table = Table("", "tests", "base", "new", "difference", "95 % interval", "p", "", box=None)
    for difference in found:
        table.add_row(
            safe(words.title(difference)),
            f"{difference.tests:,}",
            words.amount(difference, difference.base),
            words.amount(difference, difference.new),
            words.amount(difference, difference.value, signed=True),
            words.interval(difference),
            words.chance(difference),
            f"[{_COLOURS[words.is_good(difference)]}]{words.verdict(difference)}[/]",
        )
    return table


def _print_changes(out: Console, title: str, count: int, changes: Sequence[Change], *, colour: str) -> None:
    if not count:
        return
    out.print(f"\n[bold {colour}]{title}[/] ({count})")
    for change in changes[:SHOWN]:
        reason = change.new.reason if change.size < 0 else change.base.reason
        went = f"{words.passes(change.base)} → {words.passes(change.new)}"
        out.print(f"  {safe(change.base.key)}: {went}" + (f"; {safe(short(reason))}" if reason else ""))
    print_rest(out, count - SHOWN)
