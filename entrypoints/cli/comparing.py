"""`antiphon runs compare`: what changed between two stored runs, and whether it is more than chance."""

from __future__ import annotations

from pathlib import Path

import click

from domain.jobs.job import JobStatus
from domain.test_execution.comparison_reading import gates_from
from domain.test_execution.document_fields import DocumentFields
from entrypoints.api.documents.comparisons import ComparisonWords
from entrypoints.cli.acting import worded
from entrypoints.cli.comparison_outputs import ComparisonOutputs
from entrypoints.cli.hosts import open_host
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
    if new is None and targets is None:
        raise click.UsageError("name a second run to compare with, or two targets of this one with --targets A B")
    host = open_host()
    before, after = targets or (None, None)
    words = worded(
        ComparisonWords,
        base=host.find(base),
        new=host.find(base if new is None else new),
        base_target=before,
        new_target=after,
        alpha=alpha,
        no_regression=fail_on_regression,
        min_pass_rate=min_pass_rate,
        min_pass_rate_lower=min_pass_rate_lower,
    )
    found = host.runs.compare(words)
    outputs.write(host.runs, words, found)
    if not words.gates.are_set:
        return ExitCode.DONE
    status = JobStatus(DocumentFields(found).part("new").text("status"))
    return exit_code_of(status, gates_met=all(gate.met for gate in gates_from(found)))
