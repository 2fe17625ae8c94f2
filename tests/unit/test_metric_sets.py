"""Sets of metrics, and thresholds that decide instead of the single metrics: agreed with what promptfoo documents."""

from __future__ import annotations

import pytest

from domain.test_execution.metric import Metric, Score, Verdict, verdict_of, weighted_value
from domain.test_execution.metric_sets import scores_of

PASS, FAIL, UNSURE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
FOUND = {"good": PASS, "bad": FAIL, "unsure": UNSURE}


def part(found: str, *, weight: float = 1.0) -> Metric:
    """Return a metric that finds what it is called."""
    return Metric(name=found, kind="contains", weight=weight)


def group(*metrics: Metric, threshold: float | None = None, negated: bool = False, weight: float = 1.0) -> Metric:
    """Return a set of metrics."""
    return Metric(name="set", kind="assert-set", metrics=metrics, threshold=threshold, negated=negated, weight=weight)


def scores(*metrics: Metric) -> list[Score]:
    """Return what the metrics find."""

    def score(metric: Metric) -> Score:
        verdict = FOUND[metric.name]
        value = float(verdict is PASS)
        reason = f"it was {metric.name}"
        return Score(
            metric=metric.name, kind=metric.title, verdict=verdict, value=value, reason=reason, weight=metric.weight
        )

    return scores_of(metrics, score=score)


@pytest.mark.parametrize(
    ("metric", "verdict", "value"),
    [
        (group(part("good"), part("good")), PASS, 1.0),
        (group(part("good"), part("bad")), FAIL, 0.5),
        (group(part("good"), part("bad"), threshold=0.5), PASS, 0.5),
        (group(part("good"), part("bad", weight=3), threshold=0.5), FAIL, 0.25),
        (group(part("bad"), threshold=0.0), PASS, 0.0),
        (group(part("good"), part("unsure")), UNSURE, 0.0),
        (group(part("bad"), part("unsure")), FAIL, 0.0),
        (group(part("good"), part("unsure"), threshold=0.5), UNSURE, 0.0),
        (group(part("good"), part("bad"), negated=True), PASS, 0.5),
        (group(group(part("bad"), threshold=0), part("good")), PASS, 0.5),
    ],
)
def test_a_set_has_the_verdict_and_the_score_of_its_parts(metric: Metric, verdict: Verdict, value: float) -> None:
    """All must pass, or with a threshold the weighted score must reach it; a set may hold sets."""
    first = scores(metric)[0]

    assert (first.metric, first.verdict, first.value) == ("set", verdict, value)


def test_the_parts_are_listed_but_only_the_set_counts() -> None:
    """One set of three metrics is one third of a test of three, and a part that failed inside it fails no test."""
    found = scores(group(part("good"), part("bad"), threshold=0.5, weight=2), part("good"))

    assert [(score.metric, score.part_of) for score in found] == [
        ("set", ""),
        ("good", "set"),
        ("bad", "set"),
        ("good", ""),
    ]
    assert verdict_of(found) is PASS
    assert weighted_value(found) == pytest.approx((0.5 * 2 + 1) / 3)


def test_a_set_says_which_of_its_parts_failed() -> None:
    """The reason of the set is what a report shows of a failed test."""
    (first, *_) = scores(group(part("good"), part("bad"), threshold=0.75))

    assert first.reason == "1 of 2 passed, score 0.50 for at least 0.75 (bad: it was bad)"


@pytest.mark.parametrize(
    ("threshold", "verdict"), [(0.2, PASS), (1 / 3, PASS), (0.34, FAIL), (0.0, PASS), (None, FAIL)]
)
def test_a_test_s_threshold_decides_instead_of_its_metrics(threshold: float | None, verdict: Verdict) -> None:
    """The example of promptfoo's documentation: weights 2 and 1, the heavy one failed, score one third."""
    found = scores(part("bad", weight=2), part("good"))

    assert verdict_of(found, threshold=threshold) is verdict


def test_a_threshold_without_a_score_proves_nothing() -> None:
    """A judge that could not tell must not become a pass by way of a low threshold."""
    assert verdict_of(scores(part("good"), part("unsure")), threshold=0.1) is UNSURE
    assert verdict_of([], threshold=0.0) is UNSURE


def test_a_threshold_is_not_missed_by_a_rounding_error() -> None:
    """0.1 + 0.2 is more than 0.3 in floats, and a third of 0.9 a little less than 0.3."""
    third = Score(metric="m", kind="k", verdict=PASS, value=0.1 + 0.2 - 1e-16, reason="")

    assert verdict_of([third], threshold=0.3) is PASS
