"""
Answers that are there already: kept by an attempt whose judge failed, or stored by an earlier run.

What was paid for is never bought again: the next attempt, or the next run, judges it and asks nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from attrs import field, frozen

from domain.jobs.errors import FailureKind, PermanentFailure
from domain.jobs.item import Document, Item
from domain.jobs.job import JobId
from domain.test_execution.codec import answer_from_json, item_from_json, score_from_json, to_json
from domain.test_execution.metric import Score
from domain.test_execution.target import Answer


@frozen(kw_only=True)
class RecordedAnswer:
    """
    The *prompt* as it was sent, what came back, and the *scores* it has got so far, in the metrics' order.

    *heard* are replies of judges to a metric that has no score yet, by what was asked.
    """

    prompt: str
    answer: Answer
    scores: tuple[Score, ...] = ()
    heard: Mapping[str, str] = field(factory=dict)

    def to_document(self) -> dict[str, object]:
        """Return the answer as JSON."""
        scores = {"scores": [to_json(score) for score in self.scores]} if self.scores else {}
        heard = {"heard": dict(self.heard)} if self.heard else {}
        return {"prompt": self.prompt, "answer": to_json(self.answer), **scores, **heard}

    @classmethod
    def from_document(cls, data: Document) -> RecordedAnswer:
        """Read an answer back."""
        scores = cast(list[Document], data.get("scores", ()))
        return cls(
            prompt=str(data["prompt"]),
            answer=answer_from_json(cast(Document, data["answer"])),
            scores=tuple(map(score_from_json, scores)),
            heard=cast(Mapping[str, str], data.get("heard", {})),
        )


def kept_by(item: Item) -> RecordedAnswer | None:
    """Return the answer that an earlier attempt of the item kept, if one did."""
    return RecordedAnswer.from_document(item.progress) if item.progress and "answer" in item.progress else None


def stored_input(item: Item, *, job_id: JobId, revision: int) -> dict[str, object]:
    """
    Return what a later run's item holds of this one's answer: the answer, or why there is none; and where it is from.

    An item that judged a stored answer itself names the run that bought it, so that the source is never a copy.
    """
    before = item_from_json(item.input).stored or {}
    source = before.get("source") or {"job": job_id, "revision": revision, "item": item.key}
    found = recorded_in(item)
    if found is None:
        return {"source": source, "missing": str(before.get("missing") or _why_missing(item))}
    turns = item.outcome.result.get("conversation") if item.outcome else None
    talk = {"conversation": turns} if turns else {}
    return {"source": source, **RecordedAnswer(prompt=found.prompt, answer=found.answer).to_document(), **talk}


def stored_answer(stored: Document) -> RecordedAnswer:
    """
    Return the answer that a run's item carries from an earlier run.

    Raises:
        PermanentFailure: no_stored_answer: there was none, and it is not asked for anew.
    """
    if "missing" in stored:
        raise PermanentFailure(
            f"there is no stored answer to judge: in the run before, {stored['missing']}",
            kind=FailureKind.NO_STORED_ANSWER,
        )
    return RecordedAnswer.from_document(stored)


def recorded_in(item: Item) -> RecordedAnswer | None:
    """Return the answer that the row holds, as runs keep it; None where there is none."""
    kept = kept_by(item)
    result: Document = item.outcome.result if item.outcome else {}
    if kept is not None or not isinstance(result.get("answer"), str):
        return kept
    # of the parsed response a run keeps what metrics ask for most: why the model stopped, and the tools it called
    response = {name: result[name] for name in ("finish_reason", "tool_calls") if name in result}
    answer = {**result, "text": result["answer"], "latency_s": result.get("latency_s", 0.0), "data": response or None}
    return RecordedAnswer(prompt=str(result.get("prompt", "")), answer=answer_from_json(answer))


def _why_missing(item: Item) -> str:
    failure = item.outcome.failure if item.outcome else None
    if failure is not None:
        return f"the test failed ({failure.kind}: {failure.message})"
    return f"the test ended as {item.state}" if item.state.is_end else f"the test was {item.state}"
