"""Scoring sets of metrics: the set's own verdict and score, made of its parts'."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import evolve

from domain.test_execution.metric import SET, Metric, Score, Verdict, verdict_of, weighted_value

_SHOWN_PARTS = 3


def scores_of(metrics: Sequence[Metric], *, score: Callable[[Metric], Score]) -> list[Score]:
    """Return a score for each metric, by *score*; a set's own comes before those of its parts."""
    scores: list[Score] = []
    for metric in metrics:
        scores += _set_scores(metric, score=score) if metric.kind == SET else (score(metric),)
    return scores


def set_score(metric: Metric, parts: Sequence[Score]) -> Score:
    """
    Return the score of a set: the weighted mean of its parts, and a verdict by the rules of a test.

    The set's threshold decides like a test's; without one all required parts must pass. A negated set turns the verdict
    round, and the value as well.
    """
    verdict, value = verdict_of(parts, threshold=metric.threshold), weighted_value(parts)
    if metric.negated:
        verdict, value = _OPPOSITE[verdict], None if value is None else 1.0 - value
    return Score(
        metric=metric.name,
        kind=metric.title,
        verdict=verdict,
        value=_all_or_nothing(verdict) if value is None else value,
        reason=_reason(metric, parts),
        weight=metric.weight,
        required=metric.required,
    )


def named_scores(scores: Sequence[Score], *, prefix: str) -> list[Score]:
    """Return the scores under names that begin with *prefix*, sets and their parts alike."""
    return [
        evolve(score, metric=prefix + score.metric, part_of=score.part_of and prefix + score.part_of)
        for score in scores
    ]


_OPPOSITE = {
    Verdict.PASS: Verdict.FAIL,
    Verdict.FAIL: Verdict.PASS,
    Verdict.INCONCLUSIVE: Verdict.INCONCLUSIVE,
}


def _set_scores(metric: Metric, *, score: Callable[[Metric], Score]) -> list[Score]:
    parts = scores_of(metric.metrics, score=score)
    return [set_score(metric, parts), *(evolve(part, part_of=part.part_of or metric.name) for part in parts)]


def _all_or_nothing(verdict: Verdict) -> float:
    return 1.0 if verdict is Verdict.PASS else 0.0


def _reason(metric: Metric, parts: Sequence[Score]) -> str:
    own = [part for part in parts if not part.part_of]
    passed = sum(part.verdict is Verdict.PASS for part in own)
    value = weighted_value(parts)
    score = (
        "" if value is None or metric.threshold is None else f", score {value:.2f} for at least {metric.threshold:g}"
    )
    others = [f"{part.metric}: {part.reason}" for part in own if part.verdict is not Verdict.PASS]
    rest = f" and {len(others) - _SHOWN_PARTS} more" if len(others) > _SHOWN_PARTS else ""
    listed = f" ({'; '.join(others[:_SHOWN_PARTS])}{rest})" if others else ""
    return f"{passed} of {len(own)} passed{score}{listed}"
