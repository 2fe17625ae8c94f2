"""
What judges think of one answer, and how the opinions of several become one finding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from attrs import field, frozen

from domain.jobs.item import Document
from domain.test_execution.panel import Rule


@frozen(kw_only=True)
class Opinion:
    """
    What one judge thinks: *holds* and *value* (0 to 1), or neither where its reply could not be read.

    *model* and *prompts* (name and version) say who was asked what; *requests* how many calls it took;
    *winner* whom it chose in a contest.
    """

    model: str
    prompts: tuple[str, ...]
    holds: bool | None
    value: float | None
    reason: str
    requests: int = 0
    winner: str = ""

    @property
    def is_conclusive(self) -> bool:
        """Whether the judge came to an opinion."""
        return self.holds is not None and self.value is not None

    def to_json(self) -> dict[str, object]:
        """Return the opinion as results keep it."""
        return {
            "model": self.model,
            "prompts": list(self.prompts),
            "pass": self.holds,
            "score": self.value,
            "reason": self.reason,
            "requests": self.requests,
            **({"winner": self.winner} if self.winner else {}),
        }


@frozen(kw_only=True)
class Ruling:
    """What the judges came to; *holds* is None where they came to nothing, and the reason says why."""

    holds: bool | None
    value: float
    reason: str
    opinions: tuple[Opinion, ...] = field(factory=tuple)
    winner: str = ""

    def negated(self) -> Ruling:
        """Return the ruling of the opposite metric; no opinion stays no opinion."""
        if self.holds is None:
            return self
        return Ruling(holds=not self.holds, value=1.0 - self.value, reason=self.reason, opinions=self.opinions)

    def details(self, rule: Rule) -> Document:
        """Return what the score keeps of how it came about."""
        judges = [opinion.to_json() for opinion in self.opinions]
        winner = {"winner": self.winner} if self.winner else {}
        return {"judges": judges, "rule": rule.value, **winner} if len(judges) > 1 else {"judges": judges, **winner}


def ruling(opinions: Sequence[Opinion], *, rule: Rule, threshold: float) -> Ruling:
    """
    Return what the judges came to.

    Majority: more than half of all judges must say the same; a tie, or too many without an opinion, is inconclusive.
    In a contest more than half of all judges must choose the same winner, by either rule.
    Mean: more than half must have an opinion, and the mean of their scores must reach *threshold*.
    """
    if any(opinion.winner for opinion in opinions):
        return _by_winner(opinions)
    conclusive = [opinion for opinion in opinions if opinion.is_conclusive]
    values = [opinion.value or 0.0 for opinion in conclusive]
    mean = sum(values) / len(values) if values else 0.0
    holds = _by_mean(opinions, mean, threshold) if rule is Rule.MEAN else _by_majority(opinions)
    return Ruling(holds=holds, value=mean, reason=_reason(opinions, holds), opinions=tuple(opinions))


def _by_winner(opinions: Sequence[Opinion]) -> Ruling:
    winner, votes = Counter(opinion.winner for opinion in opinions if opinion.winner).most_common(1)[0]
    holds = True if 2 * votes > len(opinions) else None
    return Ruling(
        holds=holds,
        value=votes / len(opinions) if holds else 0.0,
        reason=_reason(opinions, holds),
        opinions=tuple(opinions),
        winner=winner if holds else "",
    )


def _by_majority(opinions: Sequence[Opinion]) -> bool | None:
    for verdict in (True, False):
        if 2 * sum(opinion.is_conclusive and opinion.holds is verdict for opinion in opinions) > len(opinions):
            return verdict
    return None


def _by_mean(opinions: Sequence[Opinion], mean: float, threshold: float) -> bool | None:
    if 2 * sum(opinion.is_conclusive for opinion in opinions) <= len(opinions):
        return None
    return mean >= threshold


def _reason(opinions: Sequence[Opinion], holds: bool | None) -> str:
    if len(opinions) == 1:
        return opinions[0].reason
    votes = [_vote(opinion) for opinion in opinions]
    outcome = {True: "pass", False: "fail", None: "no agreement"}[holds]
    return f"{outcome}: {'; '.join(votes)}"


def _vote(opinion: Opinion) -> str:
    if not opinion.is_conclusive:
        return f"{opinion.model} could not be read ({opinion.reason})"
    return f"{opinion.model} {'pass' if opinion.holds else 'fail'} {opinion.value:.2f} ({opinion.reason})"
