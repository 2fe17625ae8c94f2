"""Repeats of a test in a run's summary: flaky tests, what k tries give, intervals that do not count them twice."""

from __future__ import annotations

import attrs
import pytest

from domain.jobs.item import Item
from domain.test_execution.summary import RunSummary, summarise
from domain.test_execution.test_set import Gates
from tests.unit.run_rows import erred, failed, job_of, passed


def repeated(item: Item, test_id: str, repeat: int) -> Item:
    """Return the row as a repeat of the test *test_id*."""
    case = {"id": test_id, "prompt": "?", "tags": ["smoke"]}
    return attrs.evolve(item, key=f"{test_id}#{repeat}", input={"case": case, "repeat": repeat})


def run_of(**tests: str) -> RunSummary:
    """Return the summary of tests given as verdicts: p passed, f failed, e error."""
    rows = {"p": passed, "f": failed, "e": erred}
    items = [
        repeated(rows[verdict](0), test_id, repeat)
        for test_id, verdicts in tests.items()
        for repeat, verdict in enumerate(verdicts, start=1)
    ]
    return summarise(job_of(len(items)), items=items, gates=Gates())


def test_tests_that_pass_and_fail_are_listed_as_flaky() -> None:
    """A test that passes every other time is a finding of its own, not half a failure."""
    repeats = run_of(steady="ppp", broken="fff", shaky="pfp", erring="pee").repeats

    assert (repeats.tests, repeats.flaky) == (3, 1)
    assert [(test.test_id, test.passed, test.judged) for test in repeats.flaky_tests] == [("shaky", 2, 3)]


def test_k_tries_are_reported_over_the_tests_judged_so_often() -> None:
    """A test that erred twice says nothing of three tries."""
    tries = run_of(steady="ppp", shaky="pfp", erring="pee").repeats.pass_at

    assert [(found.k, found.tests) for found in tries] == [(1, 3), (2, 2), (3, 2)]
    assert tries[1].any_passes == 1.0
    assert tries[1].all_pass == pytest.approx((1 + 1 / 3) / 2)


def test_a_run_without_repeats_says_nothing_of_tries() -> None:
    """pass@1 is the pass rate; a table that repeats it helps nobody."""
    assert run_of(one="p", two="f").repeats.pass_at == ()


def test_rates_of_the_run_its_tags_and_metrics_are_clustered_by_test() -> None:
    """Ten repeats of two tests are two tests, wherever a rate is shown."""
    summary = run_of(right="p" * 10, wrong="f" * 10)
    twice = run_of(right="p", wrong="f")

    for rate in (summary.pass_rate, summary.tags[0].rate, summary.metrics[0].rate):
        assert (rate.value, rate.tests) == (0.5, 2)
        assert rate.interval.low == pytest.approx(twice.pass_rate.interval.low)


def test_the_lower_gate_asks_for_what_the_tests_prove() -> None:
    """9 of 10 is no proof of 80 %: the gate on the interval's lower end must not be met by luck."""
    rows = [passed(no) for no in range(9)] + [failed(9)]
    gates = Gates(min_pass_rate=0.8, min_pass_rate_lower=0.8)

    found = summarise(job_of(10), items=rows, gates=gates).gates
    assert [(gate.gate, round(gate.found or 0, 3), gate.met) for gate in found] == [
        ("min_pass_rate", 0.9, True),
        ("min_pass_rate_lower", 0.596, False),
    ]
