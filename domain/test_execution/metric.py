"""
A metric: a yes-or-no (and how much) about one answer; and the rule that makes a test's verdict of its metrics.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from attrs import field, frozen
from attrs.validators import ge, min_len

from domain.jobs.item import Document
from domain.jobs.usage import Usage


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
    when its *required* metrics pass; *weight* counts in the test's score.
    """

    name: str = field(validator=min_len(1))
    kind: str = field(validator=min_len(1))
    negated: bool = False
    value: object = None
    threshold: float | None = None
    weight: float = field(default=1.0, validator=ge(0))
    required: bool = True

    @property
    def title(self) -> str:
        """The kind as people write it: `not-contains`."""
        return f"not-{self.kind}" if self.negated else self.kind


@frozen(kw_only=True)
class Score:
    """
    What a metric found: the verdict, a *value* from 0 (worst) to 1, and a *reason* in one sentence.

    *usage* is what judging has cost, None where it costs nothing. *details* is JSON for those who look closer: the
    parts that the value was made of.
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


def verdict_of(scores: Sequence[Score]) -> Verdict:
    """
    Return a test's verdict: fail when a required metric failed, else inconclusive when one could not tell, else pass.

    A test without a required metric claims nothing, so nothing is proved: inconclusive.
    """
    required = {score.verdict for score in scores if score.required}
    if Verdict.FAIL in required:
        return Verdict.FAIL
    if Verdict.INCONCLUSIVE in required or not required:
        return Verdict.INCONCLUSIVE
    return Verdict.PASS


def weighted_value(scores: Sequence[Score]) -> float | None:
    """Return the mean of the scores' values by weight; None when no score has a weight or one is inconclusive."""
    weight = sum(score.weight for score in scores)
    if not weight or any(score.verdict is Verdict.INCONCLUSIVE for score in scores):
        return None
    return sum(score.value * score.weight for score in scores) / weight
