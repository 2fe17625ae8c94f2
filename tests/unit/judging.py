"""A judge that says what a test wrote down, for each prompt, and remembers what it was shown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TypeVar

from attrs import define, evolve, field

from domain.test_execution.judging.consultation import Evidence, Found
from domain.test_execution.judging.kinds import JUDGED_KINDS
from domain.test_execution.judging.reply import Read, read_reply
from domain.test_execution.metric import Metric

T = TypeVar("T")


@define(kw_only=True)
class ScriptedJudge:
    """The `Consultation` port: *replies* by the name of the prompt, *vectors* by the text."""

    replies: Mapping[str, object] = field(factory=dict)
    vectors: Mapping[str, Sequence[float]] = field(factory=dict)
    shown: list[tuple[str, Mapping[str, str]]] = field(factory=list)

    def ask(self, prompt: str, blocks: Mapping[str, str], *, read: Read[T]) -> T:
        """Read the reply that was written down."""
        self.shown.append((prompt, blocks))
        return read_reply(json.dumps(self.replies[prompt]), read=read)

    def embed(self, texts: Sequence[str]) -> list[Sequence[float]]:
        """Return the vectors that were written down."""
        return [self.vectors[text] for text in texts]


def evidence(
    value: object = None, *, answer: str = "Paris.", question: str = "Capital?", **variables: object
) -> Evidence:
    """Return evidence on one answer."""
    return Evidence(question=question, answer=answer, value=value, variables=variables)


def judged(
    kind: str,
    judge: ScriptedJudge,
    on: Evidence,
    *,
    threshold: float | None = None,
    options: Mapping[str, object] | None = None,
) -> Found:
    """Return what a kind finds, with its own threshold where none is given."""
    known = JUDGED_KINDS[kind]
    metric = Metric(name=kind, kind=kind, value=on.value, threshold=threshold, options=options or {})
    known.check(metric)
    return known.judgement(judge, evolve(on, options=options or {}), known.threshold_of(metric))
