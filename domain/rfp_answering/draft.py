"""A drafted answer: what a responder says, and the passages that it says prove it."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

from attrs import field, frozen

ChunkId = NewType("ChunkId", str)


class AnswerVerdict(StrEnum):
    """How far the library answers a question; `no_answer` is an answer of its own, and no failure."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    NO_ANSWER = "no_answer"


@frozen(kw_only=True)
class Quote:
    """A passage that is said to stand in a chunk of the library, word for word."""

    chunk_id: ChunkId
    text: str


@frozen(kw_only=True)
class Draft:
    """What a responder answered. An *answer* is empty where the verdict is `no_answer`."""

    answer: str
    verdict: AnswerVerdict = field(converter=AnswerVerdict)
    quotes: tuple[Quote, ...] = ()


@frozen(kw_only=True)
class AnswerRules:
    """What a questionnaire demands of an answer: one of *allowed_values*, if any; at most *most_characters*."""

    allowed_values: tuple[str, ...] = ()
    most_characters: int | None = None

    def allow(self, answer: str) -> bool:
        """Return whether the answer is one of the allowed values, letter by letter; any is, where none are named."""
        return not self.allowed_values or answer in self.allowed_values

    def have_room_for(self, answer: str) -> bool:
        """Return whether the answer is short enough."""
        return self.most_characters is None or len(answer) <= self.most_characters

    @property
    def allowed(self) -> str:
        """The allowed values in words, for messages."""
        return ", ".join(map(repr, self.allowed_values))
