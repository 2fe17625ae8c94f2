"""Test results as the API shows them: a row for each test, repeat and target."""

from __future__ import annotations

from pydantic import BaseModel, Field, JsonValue

from domain.jobs.item import Failure, Item
from domain.test_execution.metric import Score
from domain.test_execution.summary_document import usd
from domain.test_execution.test_result import ShownTurn, Standing, TestResult, read_result


class ScoreDocument(BaseModel):
    """What a metric found."""

    metric: str
    kind: str
    verdict: str
    value: float = Field(description="0 (worst) to 1.")
    reason: str
    weight: float
    required: bool
    part_of: str = Field(description="The set the metric belongs to; empty for one that stands by itself.")
    details: dict[str, JsonValue] | None


class TurnDocument(BaseModel):
    """One turn of a conversation."""

    user: str
    answer: str
    latency_s: float | None


class FailureDocument(BaseModel):
    """Why a test could not be executed or judged."""

    kind: str = Field(examples=["rate_limited"])
    message: str


class ResultDocument(BaseModel):
    """What became of one test in one repeat against one target."""

    no: int = Field(description="The item's number in the job.", examples=[0])
    key: str = Field(examples=["refund@gpt#2"])
    test: str = Field(description="The test's id.", examples=["refund"])
    target: str = Field(description="Empty where a run has only one.")
    prompt_label: str
    repeat: int = Field(description="Counted from 1.", examples=[1])
    tags: list[str]
    verdict: Standing = Field(description="The verdict of a test that was executed; else where its item stands.")
    score: float | None = Field(description="0 to 1.")
    prompt: str
    answer: str | None
    latency_s: float | None
    http_status: int | None
    prompt_tokens: int | None
    completion_tokens: int | None
    cost_usd: float | None
    model: str | None
    is_cached: bool
    attempts: int
    is_contest: bool = Field(description="Whether the row compares the answers of others, and is no test of its own.")
    scores: list[ScoreDocument]
    turns: list[TurnDocument] = Field(description="Of a test of several turns.")
    error: FailureDocument | None
    variables: dict[str, JsonValue]


def result_document(item: Item, result: TestResult | None = None) -> ResultDocument:
    """Return the document of a row; *result* is what was read from it, where somebody has done so."""
    found = result or read_result(item)
    return ResultDocument(
        no=item.no,
        key=found.key,
        test=found.test_id,
        target=found.target,
        prompt_label=found.prompt_label,
        repeat=found.repeat,
        tags=list(found.tags),
        verdict=found.standing,
        score=found.score,
        prompt=found.prompt,
        answer=found.answer,
        latency_s=found.latency_s,
        http_status=found.http_status,
        prompt_tokens=found.prompt_tokens,
        completion_tokens=found.completion_tokens,
        cost_usd=usd(found.cost_nanousd),
        model=found.model,
        is_cached=bool(found.cached.answers),
        attempts=found.attempts,
        is_contest=found.is_contest,
        scores=[_score(score) for score in found.scores],
        turns=[_turn(turn) for turn in found.conversation],
        error=_failure(found.failure),
        variables=dict(found.variables),  # type: ignore[arg-type]  # JSON, checked by the model
    )


def _score(score: Score) -> ScoreDocument:
    return ScoreDocument(
        metric=score.metric,
        kind=score.kind,
        verdict=score.verdict.value,
        value=score.value,
        reason=score.reason,
        weight=score.weight,
        required=score.required,
        part_of=score.part_of,
        details=None if score.details is None else dict(score.details),  # type: ignore[arg-type]  # JSON
    )


def _turn(turn: ShownTurn) -> TurnDocument:
    return TurnDocument(user=turn.user, answer=turn.answer, latency_s=turn.latency_s)


def _failure(failure: Failure | None) -> FailureDocument | None:
    return None if failure is None else FailureDocument(kind=failure.kind.value, message=failure.message)
