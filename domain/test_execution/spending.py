"""What a run has spent: the tokens and the cost of its answers, and of judging them."""

from __future__ import annotations

from attrs import define, field, frozen

from domain.jobs.usage import Usage
from domain.test_execution.cached_answers import NONE_CACHED, CachedAnswers
from domain.test_execution.test_result import TestResult


@frozen(kw_only=True)
class Tokens:
    """Tokens over the *answers* that came with a count; targets that don't say leave them all at 0."""

    prompt: int = 0
    completion: int = 0
    answers: int = 0


@frozen(kw_only=True)
class Cost:
    """
    What was paid, in billionths of a US dollar, as far as it is known.

    What simulated users cost counts as judging. *known* counts the answers and judgements whose cost is in the sums,
    *unknown* those that cost something nobody can tell: a model without a price, a target that doesn't say what it
    used.
    """

    target_nanousd: int = 0
    judging_nanousd: int = 0
    known: int = 0
    unknown: int = 0

    @property
    def nanousd(self) -> int | None:
        """All of it; None where nothing is known."""
        return self.target_nanousd + self.judging_nanousd if self.known else None


@define(kw_only=True)
class Spending:
    """Adds up what tests have spent."""

    tokens: Tokens = field(factory=Tokens)
    cost: Cost = field(factory=Cost)
    cached: CachedAnswers = NONE_CACHED

    def add(self, result: TestResult) -> None:
        """Add a test: its answer, as far as it was bought, its simulated user, and each judgement that used a model."""
        self.cached += result.cached
        if result.answer is not None and not result.is_all_cached:
            self._add_tokens(result)
            cost = result.cost_nanousd
            self._add_cost(None if cost is None else cost - result.cached.saved_nanousd)
        if result.user_usage is not None:
            self._add_judging(result.user_usage)
        for score in result.scores:
            if score.usage is not None and score.usage.requests:
                self._add_judging(score.usage)

    def _add_tokens(self, result: TestResult) -> None:
        if result.prompt_tokens is None and result.completion_tokens is None:
            return
        self.tokens = Tokens(
            prompt=self.tokens.prompt + (result.prompt_tokens or 0) - result.cached.prompt_tokens,
            completion=self.tokens.completion + (result.completion_tokens or 0) - result.cached.completion_tokens,
            answers=self.tokens.answers + 1,
        )

    def _add_cost(self, nanousd: int | None) -> None:
        self.cost = Cost(
            target_nanousd=self.cost.target_nanousd + (nanousd or 0),
            judging_nanousd=self.cost.judging_nanousd,
            known=self.cost.known + (nanousd is not None),
            unknown=self.cost.unknown + (nanousd is None),
        )

    def _add_judging(self, usage: Usage) -> None:
        # a usage says 0 of what it does not know, and no model that is asked over a network costs nothing
        is_known = usage.cost_nanousd > 0
        self.cost = Cost(
            target_nanousd=self.cost.target_nanousd,
            judging_nanousd=self.cost.judging_nanousd + usage.cost_nanousd,
            known=self.cost.known + is_known,
            unknown=self.cost.unknown + (not is_known),
        )
