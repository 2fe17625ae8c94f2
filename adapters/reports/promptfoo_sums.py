"""What promptfoo says of each prompt: counts, tokens and cost, and its named scores, added up as it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import define, field, frozen

from domain.test_execution.metric import Score, Verdict
from domain.test_execution.test_result import Standing, TestResult

NANO = 1_000_000_000
REASONS = {Standing.PASS: 0, Standing.FAIL: 1}
ERROR = 2
_COUNTED = {0: "testPassCount", 1: "testFailCount", ERROR: "testErrorCount"}


@frozen(kw_only=True)
class NamedScore:
    """The scores of one name in one test: their sum by *weight*, and how many they are."""

    total: float = 0.0
    weight: float = 0.0
    count: int = 0

    @property
    def mean(self) -> float:
        """The mean by weight; 0, as promptfoo has it, of scores that weigh nothing."""
        return self.total / self.weight if self.weight else 0.0

    def __add__(self, other: NamedScore) -> NamedScore:
        return NamedScore(
            total=self.total + other.total, weight=self.weight + other.weight, count=self.count + other.count
        )


def named_scores(scores: Sequence[Score]) -> Mapping[str, NamedScore]:
    """Return the scores that somebody gave a name of its own, by that name."""
    found: dict[str, NamedScore] = {}
    for score in scores:
        if score.metric != score.kind:
            one = NamedScore(total=score.value * score.weight, weight=score.weight, count=1)
            found[score.metric] = found.get(score.metric, NamedScore()) + one
    return found


@define(kw_only=True)
class PromptSums:
    """The sums over the tests of one prompt and target."""

    score: float = 0.0
    counts: dict[str, int] = field(factory=lambda: dict.fromkeys(_COUNTED.values(), 0))
    right: int = 0
    wrong: int = 0
    ms: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    answers: int = 0
    nanousd: int = 0
    named: dict[str, NamedScore] = field(factory=dict)

    def add(self, result: TestResult) -> None:
        """Count a test."""
        self.score += result.score or 0.0
        self.counts[_COUNTED[REASONS.get(result.standing, ERROR)]] += 1
        self.right += sum(score.verdict is Verdict.PASS for score in result.scores)
        self.wrong += sum(score.verdict is not Verdict.PASS for score in result.scores)
        self.ms += 1000 * (result.latency_s or 0.0)
        self.prompt_tokens += result.prompt_tokens or 0
        self.completion_tokens += result.completion_tokens or 0
        self.answers += result.answer is not None
        self.nanousd += result.cost_nanousd or 0
        for name, scores in named_scores(result.scores).items():
            self.named[name] = self.named.get(name, NamedScore()) + scores

    def to_json(self) -> dict[str, object]:
        """Return the prompt's `metrics`."""
        return {
            "score": round(self.score, 6),
            **self.counts,
            "assertPassCount": self.right,
            "assertFailCount": self.wrong,
            "totalLatencyMs": round(self.ms),
            "tokenUsage": tokens_json(self.prompt_tokens, self.completion_tokens, requests=self.answers),
            "namedScores": {name: round(scores.total, 6) for name, scores in self.named.items()},
            "namedScoresCount": {name: scores.count for name, scores in self.named.items()},
            "namedScoreWeights": {name: round(scores.weight, 6) for name, scores in self.named.items()},
            "cost": self.nanousd / NANO,
        }


def tokens_json(prompt: int, completion: int, *, requests: int) -> dict[str, object]:
    """Return promptfoo's `tokenUsage`; what judges used is not told apart, and 0."""
    details = {"reasoning": 0, "acceptedPrediction": 0, "rejectedPrediction": 0}
    counts = {"total": prompt + completion, "prompt": prompt, "completion": completion, "cached": 0,
              "numRequests": requests, "completionDetails": details}  # fmt: skip
    return {**counts, "assertions": {**dict.fromkeys(counts, 0), "completionDetails": details}}
