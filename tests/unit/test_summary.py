"""What a run's rows come to: counts, rate, bounds, groups, gates."""

from __future__ import annotations

import attrs
import pytest

from domain.jobs.errors import FailureKind
from domain.jobs.item import Item, ItemState
from domain.jobs.job import JobStatus
from domain.jobs.usage import Usage
from domain.test_execution.spending import Cost, Tokens
from domain.test_execution.summary import RunSummary, summarise
from domain.test_execution.test_set import Gates
from tests.unit.run_rows import FAIL, INCONCLUSIVE, PASS, erred, failed, job_of, judged, passed, score, unrun


def summary_of(*items: Item, planned: int | None = None, gates: Gates | None = None) -> RunSummary:
    """Summarise a run of exactly these rows."""
    return summarise(job_of(planned if planned is not None else len(items)), items=items, gates=gates or Gates())


MIXED = (
    passed(0, tags=("billing", "smoke")),
    passed(1, tags=("billing",)),
    passed(2),
    failed(3, tags=("billing",)),
    judged(4, score(INCONCLUSIVE)),
    erred(5, tags=("billing",)),
    unrun(6, ItemState.SKIPPED),
    unrun(7, ItemState.CANCELLED, tags=("smoke",)),
)


def test_every_row_is_counted_once_by_state_and_verdict() -> None:
    """planned = succeeded + failed + skipped + cancelled, and the verdicts add up to the succeeded."""
    summary = summary_of(*MIXED)

    tally = summary.tally
    assert (tally.succeeded, tally.failed, tally.skipped, tally.cancelled) == (5, 1, 1, 1)
    assert (summary.passed, summary.failed, summary.inconclusive) == (3, 1, 1)
    assert summary.tally.verdicts == {"pass": 3, "fail": 1, "inconclusive": 1}


def test_the_pass_rate_is_over_what_was_judged() -> None:
    """An error is no evidence about answers, and an inconclusive test none either."""
    summary = summary_of(*MIXED)

    assert summary.pass_rate.value == 3 / 4
    assert summary.pass_rate.interval.low == pytest.approx(0.3006, abs=1e-4)


def test_the_bounds_say_how_much_the_undecided_leave_open() -> None:
    """7 tests were not skipped: 3 passed for certain, and all but the 1 failed might have."""
    summary = summary_of(*MIXED)

    assert summary.all_errors_fail == 3 / 7
    assert summary.all_errors_pass == 6 / 7


def test_what_is_still_to_come_is_undecided_too() -> None:
    """A half-way report must not claim a bound that the other half can break."""
    rows = (passed(0), failed(1), unrun(2, ItemState.RUNNING), unrun(3, ItemState.PENDING))
    summary = summarise(job_of(10, status=JobStatus.PROCESSING), items=rows, gates=Gates())

    assert summary.all_errors_fail == 1 / 10
    assert summary.all_errors_pass == 9 / 10


def test_a_run_without_judged_tests_has_no_pass_rate() -> None:
    """0 % and "unknown" are different things."""
    summary = summary_of(erred(0), unrun(1, ItemState.SKIPPED))

    assert summary.pass_rate.value is None
    assert (summary.all_errors_fail, summary.all_errors_pass) == (0.0, 1.0)
    assert summary_of(unrun(0, ItemState.SKIPPED)).all_errors_fail is None


def test_a_verdict_this_version_does_not_know_proves_nothing() -> None:
    """Rows of a newer version are read, and never as a pass."""
    row = judged(0, score(PASS))
    object.__setattr__(row.outcome, "verdict", "splendid")

    summary = summary_of(row)

    assert (summary.passed, summary.inconclusive) == (0, 1)


def test_metrics_are_counted_by_name_and_kind() -> None:
    """The table that says which metric to look at."""
    summary = summary_of(
        judged(0, score(PASS, metric="names the city"), score(FAIL, metric="brief", required=False)),
        judged(1, score(FAIL, metric="names the city"), score(INCONCLUSIVE, metric="brief", required=False)),
    )

    brief, city = summary.metrics
    assert (brief.name, brief.passed, brief.failed, brief.inconclusive, brief.mean_value) == ("brief", 0, 1, 1, 0.0)
    assert (city.name, city.kind, city.passed, city.failed, city.mean_value) == (
        "names the city",
        "contains",
        1,
        1,
        0.5,
    )


def test_tags_are_counted_with_their_errors_and_their_own_rate() -> None:
    """Where a product is weak shows by tag, and a tag of errors must not look like a good one."""
    billing, smoke = summary_of(*MIXED).tags

    assert (billing.name, billing.n, billing.passed, billing.failed, billing.errors) == ("billing", 4, 2, 1, 1)
    assert billing.rate.value == pytest.approx(2 / 3)
    assert (smoke.n, smoke.passed, smoke.errors) == (2, 1, 0)


def test_a_tag_given_twice_counts_a_test_once() -> None:
    """Otherwise a slip in a file doubles a test."""
    assert summary_of(passed(0, tags=("a", "a"))).tags[0].n == 1


def test_errors_are_grouped_by_kind_and_message_largest_first() -> None:
    """Three causes for forty errors are three lines, each with tests to try it on."""
    summary = summary_of(
        erred(0, "connection refused", kind=FailureKind.CONNECTION),
        *(erred(no, "no  answer\nwithin 60 s") for no in range(1, 8)),
    )

    slow, refused = summary.errors
    assert (slow.kind, slow.message, slow.count) == ("timed_out", "no answer within 60 s", 7)
    assert slow.keys == ("test-1", "test-2", "test-3", "test-4", "test-5")
    assert (refused.kind, refused.count, refused.keys) == ("connection", 1, ("test-0",))
    assert summary.other_errors == 0


def test_errors_beyond_the_groups_shown_are_still_counted() -> None:
    """600 different messages are 20 lines and an honest rest."""
    summary = summary_of(*(erred(no, f"trace {no}") for no in range(600)))

    assert len(summary.errors) == 20
    assert sum(group.count for group in summary.errors) + summary.other_errors == 600


def test_metrics_and_tags_beyond_the_rows_shown_are_added_up() -> None:
    """A test set with a tag of its own for each test must not make a page of 600 lines, nor lose a count."""
    summary = summary_of(*(judged(no, score(PASS, metric=f"m{no}"), tags=(f"t{no}",)) for no in range(600)))

    assert (len(summary.metrics), summary.metrics[-1].name, summary.metrics[-1].passed) == (501, "(others)", 100)
    assert (len(summary.tags), summary.tags[-1].name, summary.tags[-1].n) == (501, "(others)", 100)


def test_failed_tests_are_listed_with_what_made_them_fail() -> None:
    """What failed and why is the first question; metrics that are not required did not decide it."""
    culprit = score(FAIL, metric="names the city", reason='the answer does not contain "Paris"')
    row = judged(0, culprit, score(FAIL, required=False), score(PASS), answer="L" * 2_000, key="capital")
    (test,) = summary_of(row, passed(1)).failures

    assert (test.key, test.scores) == ("capital", (culprit,))
    assert test.answer == "L" * 500 + " … (1,500 more characters)"


def test_only_the_first_failures_are_kept() -> None:
    """The list is to read; the count is the truth."""
    summary = summary_of(*(failed(no) for no in range(120)))

    assert [test.key for test in summary.failures] == [f"test-{no}" for no in range(50)]
    assert summary.failed == 120


def test_latency_is_over_all_that_was_answered() -> None:
    """An answer that could not be judged was still had, and its time is as true as any."""
    unjudged = erred(1, kind=FailureKind.EVALUATION_ERROR, result={"answer": "Paris", "latency_s": 4.0})
    summary = summary_of(judged(0, score(PASS), latency_s=2.0), unjudged, erred(2))

    assert summary.latency is not None
    assert (summary.latency.n, summary.latency.mean, summary.latency.max) == (2, 3.0, 4.0)


def test_tokens_are_added_up_over_answers_that_came_with_a_count() -> None:
    """A total over some answers must say over how many."""
    summary = summary_of(judged(0, score(PASS), tokens=(10, 5)), judged(1, score(PASS), tokens=(20, 7)), passed(2))

    assert summary.tokens == Tokens(prompt=30, completion=12, answers=2)


def test_the_mean_score_is_over_tests_that_have_one() -> None:
    """An inconclusive test has no score, not a score of 0."""
    assert summary_of(passed(0), failed(1), judged(2, score(INCONCLUSIVE))).mean_score == 0.5
    assert summary_of(erred(0)).mean_score is None


@pytest.mark.parametrize(("wanted", "met"), [(0.7, True), (0.75, True), (0.76, False)])
def test_the_least_pass_rate_is_compared_with_the_rate_itself(wanted: float, met: bool) -> None:
    """ "At least 75 %" is met by 3 of 4, as people expect, whatever the interval."""
    summary = summary_of(*MIXED, gates=Gates(min_pass_rate=wanted))

    assert [(gate.gate, gate.wanted, gate.found, gate.met) for gate in summary.gates] == [
        ("min_pass_rate", wanted, 0.75, met)
    ]
    assert summary.gates_met is met


def test_a_run_that_judged_nothing_meets_no_pass_rate() -> None:
    """A target that is down must never pass a release gate, not even one of 0."""
    summary = summary_of(erred(0), gates=Gates(min_pass_rate=0.0))

    assert (summary.gates[0].found, summary.gates_met) == (None, False)


@pytest.mark.parametrize(("most", "met"), [(0, False), (1, True)])
def test_errors_are_held_against_their_own_gate(most: int, met: bool) -> None:
    """Wrong answers and errors are gated apart."""
    summary = summary_of(*MIXED, gates=Gates(max_errors=most))

    assert [(gate.gate, gate.wanted, gate.found, gate.met) for gate in summary.gates] == [("max_errors", most, 1, met)]


def test_without_gates_nothing_is_missed() -> None:
    """A plain run ends well when it ran."""
    assert summary_of(*MIXED).gates_met


def test_costs_are_added_up_and_those_nobody_knows_are_counted() -> None:
    """A sum that leaves out what it does not know, without saying so, is wrong."""
    judge = attrs.evolve(score(PASS), usage=Usage(requests=2, cost_nanousd=7))
    unpriced = attrs.evolve(score(PASS), usage=Usage(requests=1))

    summary = summary_of(judged(0, judge, cost_nanousd=100), judged(1, unpriced), erred(2))

    assert summary.cost == Cost(target_nanousd=100, judging_nanousd=7, known=2, unknown=2)
    assert summary.cost.nanousd == 107
    assert summary_of(passed(0)).cost.nanousd is None
