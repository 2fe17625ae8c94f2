"""
A metric: a yes-or-no (and how much) about one answer; and the rule that makes a test's verdict of its metrics.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from attrs import field, frozen
from attrs.validators import ge, min_len

from domain.jobs.item import Document
from domain.jobs.usage import Usage

SET = "assert-set"
"""The kind of a metric that is a set of others."""

CONTEXT_TRANSFORM = "context_transform"
"""The option of a metric that says how to find the context in an output: a script (`Script.from_value`)."""

_ROUNDING = 1e-9
"""A mean of floats may miss the threshold it stands for by a rounding error, which must not decide a test."""


class Verdict(StrEnum):
    """The quality of an answer that could be judged, or `inconclusive` where it could not."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


@frozen(kw_only=True)
class Metric:
    """
    What is asked of an answer.

    *kind* names the scorer (`contains`, `regex` ...), without `not-`: that is *negated*. *value* is the kind's own
    JSON: what to look for. *threshold* is the kind's own unit (a score from 0 to 1, a distance, seconds). A test passes
    when its *required* metrics pass; *weight* counts in the test's score. *transform* is a script (`Script.from_value`)
    that makes of the output what this metric looks at. *options* are what the kind takes beside value and threshold,
    such as a judge's model. A set (kind `assert-set`) has *metrics*, and a threshold that their score must reach.
    """

    name: str = field(validator=min_len(1))
    kind: str = field(validator=min_len(1))
    negated: bool = False
    value: object = None
    threshold: float | None = None
    weight: float = field(default=1.0, validator=ge(0))
    required: bool = True
    transform: object = None
    options: Mapping[str, object] = field(factory=dict)
    metrics: tuple[Metric, ...] = ()

    @property
    def title(self) -> str:
        """The kind as people write it: `not-contains`."""
        return f"not-{self.kind}" if self.negated else self.kind


@frozen(kw_only=True)
class Score:
    """
    What a metric found: the verdict, a *value* from 0 (worst) to 1, and a *reason* in one sentence.

    *usage* is what judging has cost, None where it costs nothing. *details* is JSON for those who look closer: the
    parts that the value was made of. *part_of* is the set the metric belongs to, empty for one that stands by itself:
    in the test's verdict and score the set counts, and its parts are only there to be looked at.
    """

    metric: str
    kind: str
    verdict: Verdict
    value: float
    reason: str
    weight: float = 1.0
    required: bool = True
    usage: Usage | None = None
    details: Document | None = None
    part_of: str = ""


def verdict_of(scores: Sequence[Score], *, threshold: float | None = None) -> Verdict:
    """
    Return a test's verdict: fail when a required metric failed, else inconclusive when one could not tell, else pass.

    A test without a required metric claims nothing, so nothing is proved: inconclusive. With a *threshold* only the
    weighted value decides: at least that much passes, and without a value nothing can be said.
    """
    if threshold is not None:
        return _by_value(weighted_value(scores), threshold)
    required = {score.verdict for score in scores if score.required and not score.part_of}
    if Verdict.FAIL in required:
        return Verdict.FAIL
    if Verdict.INCONCLUSIVE in required or not required:
        return Verdict.INCONCLUSIVE
    return Verdict.PASS


def weighted_value(scores: Sequence[Score]) -> float | None:
    """Return the mean of the scores' values by weight; None when no score has a weight or one is inconclusive."""
    counted = [score for score in scores if not score.part_of]
    weight = sum(score.weight for score in counted)
    if not weight or any(score.verdict is Verdict.INCONCLUSIVE for score in counted):
        return None
    return sum(score.value * score.weight for score in counted) / weight


def _by_value(value: float | None, threshold: float) -> Verdict:
    if value is None:
        return Verdict.INCONCLUSIVE
    return Verdict.PASS if value >= threshold - _ROUNDING else Verdict.FAIL
