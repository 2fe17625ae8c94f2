"""The kind `max-score`: which of several answers the other metrics score best. No model is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import cast

from attrs import frozen

from domain.jobs.errors import FailureKind, InvalidInput, PermanentFailure
from domain.test_execution.contest import MAX_SCORE, Candidate
from domain.test_execution.metric import Metric, Score, Verdict
from domain.test_execution.sample import Sample

METHODS = ("average", "sum")
_ROUNDING = 1e-9


@frozen(kw_only=True)
class MaxScore:
    """
    Picks the candidate whose scores have the highest mean (or sum), each weighed by the *weights* of its kind.

    The mean is sum(score * weight) / sum(weight), the sum is sum(score * weight); a kind that is not named weighs 1.
    Of equals the first in the file's order wins, and the reason says that there were several.
    """

    metric: Metric
    method: str
    weights: Mapping[str, float]

    def __call__(self, sample: Sample, *, deadline_s: float) -> Score:
        """Return which candidate won."""
        _ = deadline_s
        if sample.candidates is None:
            raise PermanentFailure(f"{MAX_SCORE} compares several answers", kind=FailureKind.EVALUATION_ERROR)
        totals = {each.key: total for each in sample.candidates if (total := self._total(each)) is not None}
        unscored = [each.key for each in sample.candidates if each.key not in totals]
        without = f"; without a score: {', '.join(unscored)}" if unscored else ""
        if len(totals) < 2:
            return self._score(Verdict.INCONCLUSIVE, 0.0, f"fewer than two answers with a score{without}", totals)
        best = max(totals.values())
        first, *ties = [key for key, total in totals.items() if total >= best - _ROUNDING]
        threshold = self.metric.threshold
        if threshold is not None and best < threshold - _ROUNDING:
            reason = f"none reaches {threshold:g}: the best is {first} with {best:.3f}{without}"
            return self._score(Verdict.FAIL, 0.0, reason, totals)
        tied = f", as much as {', '.join(ties)}, which stand behind it" if ties else ""
        reason = f"{first} has the highest {self.method}, {best:.3f}{tied}{without}"
        return self._score(Verdict.PASS, 1.0, reason, totals, winner=first)

    def _total(self, candidate: Candidate) -> float | None:
        scores = [score for score in candidate.scores if not score.part_of]
        weights = [self.weights.get(score.kind, 1.0) for score in scores]
        if not sum(weights) or any(score.verdict is Verdict.INCONCLUSIVE for score in scores):
            return None
        total = sum(score.value * weight for score, weight in zip(scores, weights, strict=True))
        return total / sum(weights) if self.method == "average" else total

    def _score(
        self, verdict: Verdict, value: float, reason: str, totals: Mapping[str, float], *, winner: str | None = None
    ) -> Score:
        return Score(
            metric=self.metric.name,
            kind=self.metric.title,
            verdict=verdict,
            value=value,
            reason=reason,
            weight=self.metric.weight,
            required=self.metric.required,
            details={"winner": winner, "totals": dict(totals)},
        )


def max_score(metric: Metric) -> MaxScore:
    """
    The best score wins; the value is nothing, or a mapping with `method` and `weights`.

    Raises:
        InvalidInput: another value, or a threshold that is no number from 0 on.
    """
    value = {} if metric.value is None else metric.value
    if not isinstance(value, Mapping) or value.keys() - {"method", "weights"}:
        raise _wrong("value", metric.value, expected="nothing, or {method: average or sum, weights: {KIND: NUMBER}}")
    method, weights = value.get("method", METHODS[0]), value.get("weights") or {}
    if method not in METHODS:
        raise _wrong("method", method, expected=" or ".join(METHODS))
    if not isinstance(weights, Mapping) or not all(map(_is_weight, weights.values())):
        raise _wrong("weights", weights, expected="a number, 0 or more, for each kind of metric named")
    if metric.threshold is not None and metric.threshold < 0:
        raise _wrong("threshold", metric.threshold, expected="a number, 0 or more")
    known = {str(kind): float(cast(float, weight)) for kind, weight in weights.items()}
    return MaxScore(metric=metric, method=cast(str, method), weights=known)


def check_contest_metric(metric: Metric, *, without: Sequence[str] = ()) -> None:
    """
    Refuse what no contest can have: a negation, a transform of its own, and the options *without*.

    Raises:
        InvalidInput: it has one.
    """
    if metric.negated:
        raise InvalidInput(f"a contest can't be negated; expected {metric.kind}, without not-")
    if metric.transform is not None:
        raise InvalidInput("transform: a contest sees the answers as the test's and the target's transforms make them")
    for name in without:
        if name in metric.options:
            raise InvalidInput(f"{name}: {metric.kind} has no use for it; take it out")


def _is_weight(weight: object) -> bool:
    return isinstance(weight, int | float) and not isinstance(weight, bool) and isfinite(weight) and float(weight) >= 0


def _wrong(field: str, found: object, *, expected: str) -> InvalidInput:
    return InvalidInput(f"{field}: found {found!r}; expected {expected}")
