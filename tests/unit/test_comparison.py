"""Two runs compared: the right tests, each once, and what follows from their differences."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterable, Iterator

import attrs
import pytest

from domain.jobs.errors import InvalidInput
from domain.jobs.item import Item, ItemNo
from domain.test_execution.comparison import Comparison, Direction, compare
from domain.test_execution.comparison_document import comparison_document
from domain.test_execution.comparison_gates import ComparisonGates
from domain.test_execution.test_set import Gates
from tests.unit.run_rows import FAIL, PASS, erred, failed, job_of, judged, passed, score


def row(item: Item, test_id: str, *, no: int = 0, prompt: str = "?", repeat: int = 1, metrics: object = ()) -> Item:
    """Return the row as one of the test *test_id*."""
    case = {"id": test_id, "prompt": prompt, "metrics": metrics}
    return attrs.evolve(item, no=ItemNo(no), key=test_id, input={"case": case, "repeat": repeat})


def run(verdicts: str) -> list[Item]:
    """Return a run of tests given as verdicts: p passed, f failed, e error; equal places are equal tests."""
    rows = {"p": passed, "f": failed, "e": erred}
    return [row(rows[verdict](0), f"test-{no}", no=no) for no, verdict in enumerate(verdicts)]


def gate(comparison: Comparison) -> bool:
    """Return whether the comparison meets the gate that asks for no regression."""
    return ComparisonGates(no_regression=True).results(comparison)[0].met


def test_only_tests_of_both_runs_that_ask_the_same_are_compared() -> None:
    """A better rate because hard tests were dropped, or made easy, is no improvement."""
    base = [row(passed(0), "same"), row(passed(0), "dropped"), row(passed(0), "edited", prompt="hard?")]
    new = [row(failed(0), "edited", prompt="easy?"), row(passed(0), "added"), row(failed(0), "same")]
    comparison = compare(base, new)

    found = comparison.matching
    assert (found.base, found.new, found.only_in_base, found.only_in_new, found.changed) == (3, 3, 1, 1, 1)
    assert (found.compared, comparison.regressed) == (1, 1)


def test_the_order_of_the_tests_does_not_matter() -> None:
    """Sorting a file of tests must not change what a release is told."""
    base, new = run("ppfpfppf"), run("pfppffpp")
    shuffled = [new[at] for at in (3, 7, 0, 5, 1, 6, 2, 4)]

    assert attrs.evolve(compare(base, new), regressions=(), improvements=()) == attrs.evolve(
        compare(base, shuffled), regressions=(), improvements=()
    )


def test_errors_are_no_regressions_and_are_counted() -> None:
    """A network that failed is no wrong answer, and a reader must see that something is missing."""
    comparison = compare(run("pppe"), run("ppep"))

    assert (comparison.matching.judged, comparison.matching.lost, comparison.matching.gained) == (2, 1, 1)
    assert (comparison.regressed, comparison.improved) == (0, 0)


def test_a_test_that_is_judged_by_other_metrics_is_pointed_out() -> None:
    """A stricter metric makes a test fail that did not get worse."""
    base = [row(passed(0), "a", metrics=[{"name": "m", "kind": "contains", "value": "x"}])]
    new = [row(failed(0), "a", metrics=[{"name": "m", "kind": "equals", "value": "x"}])]

    assert compare(base, new).matching.demands_changed == 1


def test_five_regressions_are_chance_and_six_are_not() -> None:
    """The gate is McNemar's exact test at 0.05: 2/32 for five of five, 2/64 for six of six."""
    assert gate(compare(run("p" * 100), run("f" * 5 + "p" * 95)))
    assert not gate(compare(run("p" * 100), run("f" * 6 + "p" * 94)))


def test_regressions_that_improvements_outweigh_are_listed_and_do_not_fail_the_gate() -> None:
    """The gate is about the run, the list about the tests."""
    comparison = compare(run("pppp" + "f" * 20), run("ffff" + "p" * 20))

    assert (comparison.regressed, comparison.improved) == (4, 20)
    assert comparison.pass_rate is not None
    assert comparison.pass_rate.finding is Direction.HIGHER
    assert gate(comparison)


def test_a_metric_that_got_worse_fails_the_gate_where_the_verdicts_did_not_change() -> None:
    """A metric that is not required can fall apart behind an unchanged pass rate."""

    def run_with(value: float) -> list[Item]:
        soft = attrs.evolve(score(PASS, metric="tone", required=False), value=value)
        return [row(judged(no, score(PASS), soft), f"test-{no}") for no in range(20)]

    comparison = compare(run_with(0.9), run_with(0.5))
    assert [metric.finding for metric in comparison.metrics] == [Direction.NOTHING, Direction.LOWER]
    assert not gate(comparison)


def test_nothing_judged_in_both_does_not_meet_the_gate() -> None:
    """Two runs without a verdict in common show no regression, and rule none out."""
    assert not gate(compare(run("p"), run("e")))


def test_runs_that_share_no_test_are_refused() -> None:
    """There is nothing to say of them; whoever asks has named the wrong run, or changed every test."""
    for new in (row(passed(0), "other"), row(passed(0), "test-0", prompt="another question")):
        with pytest.raises(InvalidInput, match="share no test"):
            compare(run("p"), [new])


def test_repeats_of_a_test_count_as_one_test() -> None:
    """Six repeats of one test that got worse are one test that got worse: that may be chance."""
    base = [row(passed(0), "a", repeat=repeat) for repeat in range(1, 7)]
    new = [row(failed(0), "a", repeat=repeat) for repeat in range(1, 7)]
    comparison = compare(base, new)

    assert comparison.pass_rate is not None
    assert (comparison.pass_rate.tests, comparison.pass_rate.p) == (1, 1.0)


def test_a_flaky_test_counts_by_its_share_of_passes() -> None:
    """From 2 of 2 to 1 of 2 is half a regression."""
    base = [row(passed(0), "a", repeat=1), row(passed(0), "a", repeat=2)]
    new = [row(passed(0), "a", repeat=1), row(failed(0), "a", repeat=2)]
    (change,) = compare(base, new).regressions

    assert change.size == -0.5
    assert change.new.reason == "contains: because"


def test_the_gates_on_the_new_run_count_all_its_tests() -> None:
    """Tests that were added are released too."""
    gates = ComparisonGates(of_new=Gates(min_pass_rate=0.9, min_pass_rate_lower=0.2))
    comparison = compare(run("p"), run("pf"))

    assert [(result.gate, result.found is not None, result.met) for result in gates.results(comparison)] == [
        ("min_pass_rate", True, False),
        ("min_pass_rate_lower", True, False),
    ]


def test_the_document_names_what_changed() -> None:
    """Scripts open the tests that got worse."""
    comparison = compare(run("pp"), [run("pp")[0], row(judged(1, score(FAIL), answer="Lyon"), "test-1")])
    document = comparison_document(comparison, base=job_of(2), new=job_of(2), gates=(), names=("a", "b"))

    assert json.loads(json.dumps(document))["regressions"] == [
        {
            "test": "test-1",
            "base": {"passed": 1, "judged": 1, "answer": "Paris", "reason": ""},
            "new": {"passed": 0, "judged": 1, "answer": "Lyon", "reason": "contains: because"},
        }
    ]


def test_5000_tests_are_compared_in_bounded_memory() -> None:
    """A few numbers a test (at most 400 bytes), whatever its answer holds; here 5,000 answers of 10 kB."""
    long = [judged(0, score(verdict), answer="long " * 2_000) for verdict in (PASS, FAIL)]

    def rows(seed: int) -> Iterable[Item]:
        def generate() -> Iterator[Item]:
            for no in range(5_000):
                yield row(long[(no * seed) % 7 == 0], f"test-{no}", no=no)

        return generate()

    tracemalloc.start()
    try:
        comparison = compare(rows(1), rows(3))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert comparison.matching.compared == 5_000
    assert peak < 2_000_000


def test_two_targets_of_one_run_are_compared() -> None:
    """Which model to take is asked with one run over both; tests are then found by their id alone."""

    def of(item: Item, test_id: str, target: str) -> Item:
        asked = row(item, test_id)
        return attrs.evolve(asked, input={**asked.input, "target": target})

    rows = [
        row_of for no in range(8) for row_of in (of(passed(0), f"test-{no}", "old"), of(failed(0), f"test-{no}", "new"))
    ]

    assert compare(rows, rows).regressed == 0
    assert compare(rows, rows, targets=("old", "new")).regressed == 8
    assert compare(rows, rows, targets=("new", "old")).improved == 8
