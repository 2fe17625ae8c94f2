"""
What became of one test, read from its item row: the one place where a row's JSON turns into what reports show.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from math import isfinite
from typing import ClassVar, cast

from attrs import frozen

from domain.jobs.item import Document, Failure, Item, ItemState
from domain.jobs.usage import Usage
from domain.test_execution.cached_answers import CachedAnswers, cached_in
from domain.test_execution.codec import item_from_json, scores_from_json
from domain.test_execution.metric import Score, Verdict


class Standing(StrEnum):
    """Where a test stands: its verdict when it was executed, else what its item says."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    RUNNING = "running"
    PENDING = "pending"


_UNJUDGED = {
    ItemState.FAILED: Standing.ERROR,
    ItemState.SKIPPED: Standing.SKIPPED,
    ItemState.CANCELLED: Standing.CANCELLED,
    ItemState.RUNNING: Standing.RUNNING,
    ItemState.PENDING: Standing.PENDING,
}


@frozen(kw_only=True)
class TestResult:
    """
    One test of a run, in one of its repeats, as people look at it.

    *key* names the row, *test_id* the test (which may have several rows), *repeat* counts from 1.
    *prompt* is what was sent; where nothing was sent (yet) it is the template, and *variables* what would fill it.
    *answer* and *latency_s* are also there for a failed item whose answer could not be judged. *last_failure* is the
    newest failed attempt, of a test that succeeded later too. *target* and *prompt_label* are empty in a run that has
    only one target or prompt. *is_contest*: the row compares the answers of others, and is no test of its own.
    """

    __test__: ClassVar[bool] = False

    key: str
    test_id: str
    repeat: int
    target: str
    prompt_label: str
    description: str
    tags: tuple[str, ...]
    standing: Standing
    prompt: str
    variables: Mapping[str, object]
    answer: str | None
    latency_s: float | None
    duration_s: float | None
    http_status: int | None
    prompt_tokens: int | None
    completion_tokens: int | None
    cost_nanousd: int | None
    model: str | None
    cached: CachedAnswers
    conversation: tuple[ShownTurn, ...]
    user_usage: Usage | None
    scores: tuple[Score, ...]
    score: float | None
    failure: Failure | None
    last_failure: Failure | None
    attempts: int
    losses: int
    is_contest: bool = False

    @property
    def measured_latency_s(self) -> float | None:
        """How long the target took in this run; None where any of it came from the cache."""
        return None if self.cached.answers else self.latency_s

    @property
    def is_all_cached(self) -> bool:
        """Whether nothing of it was asked for in this run."""
        return 0 < self.cached.answers >= len(self.conversation)

    @property
    def asked(self) -> str:
        """What is the same over the repeats, and only over them: the test, and which target was asked."""
        return f"{self.test_id}@{self.target}" if self.target else self.test_id


@frozen(kw_only=True)
class ShownTurn:
    """One turn of a conversation: what the user said, and what the target answered in how many seconds."""

    user: str
    answer: str
    latency_s: float | None


def read_result(item: Item) -> TestResult:
    """Return what became of the test whose row *item* is."""
    # without its metrics: scores say what they found, and building them is half the work for a large run
    test = item_from_json({**item.input, "case": {**cast(Document, item.input["case"]), "metrics": ()}})
    case = test.case
    result: Document = item.outcome.result if item.outcome else {}
    return TestResult(
        key=item.key,
        test_id=case.id,
        repeat=test.repeat,
        target=test.target,
        prompt_label=case.prompt_label,
        description=case.description,
        tags=tuple(dict.fromkeys(case.tags)),
        standing=standing_of(item),
        prompt=_text(result.get("prompt")) or case.prompt,
        variables=case.variables,
        answer=_text(result.get("answer")),
        latency_s=_measure(result.get("latency_s")),
        duration_s=_duration_s(item),
        http_status=_count(result.get("status")),
        prompt_tokens=_count(result.get("prompt_tokens")),
        completion_tokens=_count(result.get("completion_tokens")),
        cost_nanousd=_count(result.get("cost_nanousd")),
        model=_text(result.get("model")),
        cached=cached_in(_turn_documents(result) or [result]),
        conversation=_turns(result),
        user_usage=_usage(result),
        scores=tuple(scores_from_json(result)),
        score=_measure(result.get("score")),
        failure=item.outcome.failure if item.outcome else None,
        last_failure=item.last_failure,
        attempts=item.attempts,
        losses=item.losses,
        is_contest=bool(test.contest),
    )


def standing_of(item: Item) -> Standing:
    """Return where the item's test stands; a verdict that is missing or unknown here proves nothing: inconclusive."""
    if item.state is not ItemState.SUCCEEDED:
        return _UNJUDGED[item.state]
    verdict = item.outcome.verdict if item.outcome else None
    return Standing(verdict) if verdict in frozenset(Verdict) else Standing.INCONCLUSIVE


def shortened(text: str, *, most: int) -> str:
    """Return *text* with at most *most* characters, saying how many were left out."""
    if len(text) <= most:
        return text
    return f"{text[:most]} … ({len(text) - most:,} more characters)"


def _turns(result: Document) -> tuple[ShownTurn, ...]:
    return tuple(
        ShownTurn(
            user=_text(turn.get("user")) or "",
            answer=_text(turn.get("answer")) or "",
            latency_s=_measure(turn.get("latency_s")),
        )
        for turn in _turn_documents(result)
    )


def _turn_documents(result: Document) -> list[Document]:
    turns = result.get("conversation")
    return turns if isinstance(turns, list) else []


def _usage(result: Document) -> Usage | None:
    usage = result.get("user_usage")
    return Usage(**usage) if isinstance(usage, dict) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _measure(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value < 0:
        return None
    return float(value)


def _duration_s(item: Item) -> float | None:
    if item.started_at is None or item.ended_at is None:
        return None
    return max((item.ended_at - item.started_at).total_seconds(), 0.0)
