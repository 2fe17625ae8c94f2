"""`antiphon runs compare`: what changed between two stored runs, and whether it is more than chance."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click
from attrs import frozen

from domain.jobs.errors import Conflict
from domain.jobs.item import Item
from domain.jobs.service import JobView
from domain.test_execution.comparison import Comparison, compare
from domain.test_execution.comparison_document import comparison_document
from domain.test_execution.comparison_gates import ComparisonGates
from domain.test_execution.run import RunSpec
from domain.test_execution.summary import GateResult
from domain.test_execution.test_set import Gates
from entrypoints.cli.console import print_json, say
from entrypoints.cli.opening import open_antiphon
from entrypoints.cli.stored_runs import find_run, items_of
from entrypoints.container import Antiphon
from entrypoints.exit_codes import ExitCode, exit_code_of


@click.command("compare")
@click.argument("base")
@click.argument("new", required=False)
@click.option("--targets", nargs=2, metavar="A B",
              help="Compare target A of BASE with target B of NEW; without NEW, both of one run.")  # fmt: skip
@click.option("--alpha", type=click.FloatRange(0, 0.5, min_open=True), default=0.05, show_default=True,
              help="How often chance alone may look like a difference.")  # fmt: skip
@click.option("--fail-on-regression", is_flag=True,
              help="Gate: neither the pass rate nor a metric fell by more than chance at --alpha.")  # fmt: skip
@click.option("--min-pass-rate", type=click.FloatRange(0, 1), help="Gate: the least pass rate of NEW.")
@click.option("--min-pass-rate-lower", type=click.FloatRange(0, 1),
              help="Gate: the least lower end of the 95 % interval of NEW's pass rate.")  # fmt: skip
@click.option("--markdown", type=click.Path(path_type=Path), help="Write a summary for a pull request to this file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document (docs/json-output.md).")
def compare_runs(
    *,
    base: str,
    new: str | None,
    targets: tuple[str, str] | None,
    alpha: float,
    fail_on_regression: bool,
    min_pass_rate: float | None,
    min_pass_rate_lower: float | None,
    markdown: Path | None,
    as_json: bool,
) -> int:
    """
    Compare two stored runs, test by test: BASE is what was, NEW what is to be released.

    Only tests are compared that both runs hold and that ask the same in both, each with itself. The pass rate is tested
    by McNemar's exact test, metrics by sign flips with Holm's correction; beside every "no difference" stands the
    smallest one that these tests would have shown.

    Exits with 1 below a gate; with gates, also with 3 or 4 when NEW ended partial, failed or cancelled.
    docs/comparing.md says what the numbers mean.

    \b
    antiphon runs compare 3f2a last
    antiphon runs compare last --targets old-model new-model
    antiphon runs compare 3f2a last --fail-on-regression --markdown summary.md
    """
    from adapters.reports.comparison_markdown import write_comparison_markdown
    from adapters.reports.files import check_report_path

    if markdown is not None:
        check_report_path(markdown)
    of_new = Gates(min_pass_rate=min_pass_rate, min_pass_rate_lower=min_pass_rate_lower)
    gates = ComparisonGates(no_regression=fail_on_regression, of_new=of_new)
    antiphon = open_antiphon()
    sides = _sides(antiphon, base, new, targets)
    comparison = compare(sides[0].rows(), sides[1].rows(), alpha=alpha, targets=(sides[0].target, sides[1].target))
    results = gates.results(comparison)
    views, names = (sides[0].view, sides[1].view), (sides[0].name, sides[1].name)
    if markdown is not None:
        write_comparison_markdown(markdown, comparison, names=names, gates=results)
    _print(comparison, views, results, names=names, as_json=as_json)
    if markdown is not None:
        say(f"summary   {markdown}")
    if not gates.are_set:
        return ExitCode.DONE
    return exit_code_of(views[1].job.status, gates_met=all(result.met for result in results))


def _print(
    comparison: Comparison,
    views: Sequence[JobView],
    results: Sequence[GateResult],
    *,
    names: tuple[str, str],
    as_json: bool,
) -> None:
    if as_json:
        base, new = (view.job for view in views)
        print_json(comparison_document(comparison, base=base, new=new, gates=results, names=names))
        return
    from entrypoints.cli.comparison_tables import print_comparison

    print_comparison(comparison, gates=results, names=names)


@frozen(kw_only=True)
class _Side:
    view: JobView
    target: str | None
    rows: Callable[[], Iterator[Item]]

    @property
    def name(self) -> str:
        of_run = f"{RunSpec.from_document(self.view.job.spec).test_set_name} {self.view.job.id[:8]}"
        return f"{of_run} {self.target}" if self.target else of_run


def _sides(antiphon: Antiphon, base: str, new: str | None, targets: tuple[str, str] | None) -> tuple[_Side, _Side]:
    if new is None and targets is None:
        raise click.UsageError("name a second run to compare with, or two targets of this one with --targets A B")
    before, after = targets or (None, None)
    return _side(antiphon, base, before), _side(antiphon, base if new is None else new, after)


def _side(antiphon: Antiphon, words: str, target: str | None) -> _Side:
    view = _ended(find_run(antiphon, words))
    names = [named.name for named in RunSpec.from_document(view.job.spec).targets]
    if target is not None and len(names) > 1 and target not in names:
        raise click.BadParameter(f"job {view.job.id} has no target {target!r}; its targets: {', '.join(names)}",
                                 param_hint="--targets")  # fmt: skip
    chosen = target if target is None or len(names) > 1 else names[0]
    return _Side(view=view, target=chosen, rows=functools.partial(items_of, antiphon, view.job.id))


def _ended(view: JobView) -> JobView:
    if not view.job.status.is_end:
        raise Conflict(
            f"job {view.job.id} is {view.job.status}: a run is compared when it has ended; `antiphon jobs watch "
            f"{view.job.id}` waits for that, `antiphon jobs resume {view.job.id}` goes on with an interrupted one"
        )
    return view
