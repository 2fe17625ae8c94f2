"""Scoring answers by metrics: each metric prepared once, and a score that was paid for never made twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import monotonic

import attrs
from attrs import frozen

from domain.jobs.errors import Deferred, FailureKind, InvalidInput, PermanentFailure
from domain.jobs.usage import NOTHING, Usage
from domain.test_execution.metric import CONTEXT_TRANSFORM, Metric, Score
from domain.test_execution.metric_sets import scores_of
from domain.test_execution.ports import Scorer, Scorers
from domain.test_execution.sample import Sample
from domain.test_execution.shaping import Shaping


@frozen(kw_only=True)
class Scoring:
    """
    Scores answers; a metric that many tests share is prepared once.

    *outputs* are the scripts of the run's targets, by name: what a target says goes through its own first, then through
    the test's, then through the metric's. Answers are kept as they came, so they go through them at every judging.
    """

    scorers: Scorers
    shaping: Shaping
    outputs: Mapping[str, object] = attrs.field(factory=dict)
    _made: dict[str, Scorer] = attrs.field(factory=dict, init=False, eq=False)

    def scores(self, metrics: Sequence[Metric], sample: Sample, *, deadline_s: float, made: list[Score]) -> list[Score]:
        """
        Return a score for each metric; *deadline_s* is the time left for all of them, in seconds.

        *made* are the scores that an earlier attempt got, in the metrics' order; each new one is added to it at once,
        so that they can be kept when a later metric fails.

        Raises:
            PermanentFailure: evaluation_error: a metric could not be computed; it has no verdict.
            TransientFailure, Deferred: a judge is away, or may not be asked yet.
        """
        ends = monotonic() + deadline_s
        earlier = iter(tuple(made))
        sample = self.seen(sample, deadline_s=deadline_s)

        def for_metric(metric: Metric) -> Sample:
            seen = self.shaping.seen(sample, metric.transform, deadline_s=max(0.0, ends - monotonic()))
            context = metric.options.get(CONTEXT_TRANSFORM)
            return self.shaping.with_context(seen, context, of=sample, deadline_s=max(0.0, ends - monotonic()))

        def score(metric: Metric) -> Score:
            known = next(earlier, None)
            if known is None:
                known = self.scorer(metric)(for_metric(metric), deadline_s=max(0.0, ends - monotonic()))
                made.append(known)
            return known

        return scores_of(metrics, score=score)

    def seen(self, sample: Sample, *, deadline_s: float) -> Sample:
        """
        Return the sample as all metrics see it: through the scripts of its target and of its test.

        Raises:
            PermanentFailure: evaluation_error: a script fails.
        """
        ends = monotonic() + deadline_s
        for script in (self.outputs.get(sample.target), sample.case.transform):
            sample = self.shaping.seen(sample, script, deadline_s=max(0.0, ends - monotonic()))
        return sample

    def scorer(self, metric: Metric) -> Scorer:
        """
        Return the metric's scorer.

        Raises:
            PermanentFailure: evaluation_error: there can be none.
        """
        # keyed by its words: metrics hold JSON, which can't be hashed; losing a race makes the same scorer twice
        key = repr(metric)
        known = self._made.get(key)
        if known is None:
            known = self._made[key] = self._make(metric)
        return known

    def _make(self, metric: Metric) -> Scorer:
        try:
            return self.scorers.make(metric)
        except InvalidInput as error:
            raise PermanentFailure(str(error), kind=FailureKind.EVALUATION_ERROR) from error


def paid_by(failure: Exception) -> Usage:
    """Return what a score that was put off has used; that of one that failed the kernel counts with the failure."""
    return failure.usage if isinstance(failure, Deferred) else NOTHING
