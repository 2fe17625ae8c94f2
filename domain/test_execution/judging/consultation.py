"""
What a kind of judgement works with: the evidence on one answer, and a judge that can be asked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from attrs import field, frozen

from domain.jobs.errors import FailureKind, PermanentFailure
from domain.jobs.item import Document
from domain.test_execution.contest import Candidate
from domain.test_execution.judging.reply import Read

T = TypeVar("T")


@frozen(kw_only=True)
class Evidence:
    """
    What is known of one answer.

    *value* is what the metric looks for, its templates filled in. *question* is what the user wanted: the variable
    `query` where the test has one, else the prompt as it was sent. *options* are the metric's. *candidates* are the
    answers of a contest, None where there is one answer to judge.
    """

    question: str
    answer: str
    value: object
    variables: Document
    options: Document = field(factory=dict)
    candidates: tuple[Candidate, ...] | None = None

    @property
    def rubric(self) -> str:
        """The value as a text; an object as JSON."""
        return self.value if isinstance(self.value, str) else json.dumps(self.value, ensure_ascii=False)

    @property
    def context(self) -> list[str]:
        """
        The retrieved context, from the variable `context`: its chunks, or the one text.

        Raises:
            PermanentFailure: bad_input: the test has no such variable.
        """
        context = self.variables.get("context")
        chunks = context if isinstance(context, list) else [context]
        texts = [chunk.strip() for chunk in chunks if isinstance(chunk, str) and chunk.strip()]
        if not texts or len(texts) < sum(chunk is not None for chunk in chunks):
            raise PermanentFailure(
                "the variable 'context' is needed: a text, or a list of texts, with what the answer was made from",
                kind=FailureKind.BAD_INPUT,
            )
        return texts


@frozen(kw_only=True)
class Found:
    """What a kind of judgement found: whether the metric holds, how much (0 to 1), why; the *winner* of a contest."""

    holds: bool
    value: float
    reason: str
    winner: str = ""


class NoOpinion(Exception):
    """The judge could not come to an opinion: a reply that could not be read twice, or nothing to judge."""


class Consultation(Protocol):
    """One judge, consulted on one answer; what it costs is counted where it is made."""

    def ask(self, prompt: str, blocks: Mapping[str, str], *, read: Read[T]) -> T:
        """
        Ask with the prompt of that name, and return what *read* takes out of the reply.

        A reply that can't be read is asked for once more, with the reason; then there is no opinion.

        Raises:
            NoOpinion: the second reply could not be read either.
            TransientFailure, PermanentFailure: the judge could not be asked.
        """

    def embed(self, texts: Sequence[str]) -> list[Sequence[float]]:
        """
        Return a vector for each text.

        Raises:
            TransientFailure, PermanentFailure: the embedding model could not be asked.
        """
