"""What is said to a model, and what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from attrs import field, frozen
from attrs.validators import min_len

from domain.jobs.item import Document
from domain.jobs.usage import Usage


@frozen(kw_only=True)
class Message:
    """
    One message of a conversation; *role* is system, user, assistant or tool.

    *content* is a text, or the provider's own list of parts (texts, images ...), which is sent as it is. *more* holds
    what else the provider's API has in a message (`tool_calls`, `tool_call_id`, `name`).
    """

    role: str = field(validator=min_len(1))
    content: str | Sequence[Document] | None
    more: Document = field(factory=dict)

    @property
    def text(self) -> str:
        """The content as one text; parts that are none are left out."""
        if isinstance(self.content, str):
            return self.content
        return "".join(str(part["text"]) for part in self.content or () if "text" in part)


class FinishReason(StrEnum):
    """Why the model stopped, in one vocabulary for all providers."""

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    CONTENT_FILTER = "content_filter"
    OTHER = "other"


@frozen(kw_only=True)
class ToolCall:
    """A function the model asks for; *arguments* are JSON, or the text that the model gave where it is none."""

    name: str
    arguments: object
    id: str = ""


@frozen(kw_only=True)
class Completion:
    """
    A model's answer.

    *model* is the one that says it answered (a dated version of the one asked, often), *data* the parsed response.
    Tokens are None where the provider doesn't say; *cached_tokens* are the part of *prompt_tokens* that came from a
    cache, *cache_write_tokens* the part that went into one; tokens of reasoning are part of *completion_tokens*.
    *latency_s* is from the first byte sent to the last byte read. *cost_nanousd* is None where the model's price is
    not known.
    """

    text: str
    finish_reason: FinishReason
    model: str
    latency_s: float
    tool_calls: tuple[ToolCall, ...] = ()
    request_id: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    cost_nanousd: int | None = None
    status: int | None = None
    data: object = field(default=None, repr=False)

    @property
    def usage(self) -> Usage:
        """What it cost: one request, and what else is known."""
        return Usage(
            requests=1,
            prompt_tokens=self.prompt_tokens or 0,
            completion_tokens=self.completion_tokens or 0,
            cost_nanousd=self.cost_nanousd or 0,
        )


@frozen(kw_only=True)
class Embeddings:
    """One vector for each text, in their order; all of one length. Cost as in `Completion`."""

    vectors: tuple[tuple[float, ...], ...] = field(repr=False)
    model: str
    latency_s: float
    prompt_tokens: int | None = None
    cost_nanousd: int | None = None

    @property
    def usage(self) -> Usage:
        """What they cost, as of a `Completion`."""
        return Usage(requests=1, prompt_tokens=self.prompt_tokens or 0, cost_nanousd=self.cost_nanousd or 0)
