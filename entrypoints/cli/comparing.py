"""`antiphon runs compare`: what changed between two stored runs, and whether it is more than chance."""

from __future__ import annotations

from pathlib import Path

import click

from domain.test_execution.comparison_gates import ComparisonGates
from domain.test_execution.test_set import Gates
from entrypoints.cli.comparison_outputs import ComparisonOutputs
from entrypoints.cli.opening import open_antiphon
from entrypoints.comparisons import Side, compared, side_of
from entrypoints.container import Antiphon
from entrypoints.exit_codes import ExitCode, exit_code_of
from entrypoints.pair_rows import PairIndex


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
@click.option("--html", type=click.Path(path_type=Path), help="Write a page, every test side by side.")
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
    html: Path | None,
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
    outputs = ComparisonOutputs(as_json=as_json, markdown=markdown, html=html)
    outputs.check()
    of_new = Gates(min_pass_rate=min_pass_rate, min_pass_rate_lower=min_pass_rate_lower)
    gates = ComparisonGates(no_regression=fail_on_regression, of_new=of_new)
    antiphon = open_antiphon()
    (before, after), index = _sides(antiphon, base, new, targets), PairIndex()
    found = compared(before, after, alpha=alpha, gates=gates, on_pair=index.add)
    outputs.write(antiphon, found, index)
    if not gates.are_set:
        return ExitCode.DONE
    return exit_code_of(after.view.job.status, gates_met=all(result.met for result in found.gates))


def _sides(antiphon: Antiphon, base: str, new: str | None, targets: tuple[str, str] | None) -> tuple[Side, Side]:
    if new is None and targets is None:
        raise click.UsageError("name a second run to compare with, or two targets of this one with --targets A B")
    before, after = targets or (None, None)
    return (
        side_of(antiphon, antiphon.tenant, base, target=before),
        side_of(antiphon, antiphon.tenant, base if new is None else new, target=after),
    )
