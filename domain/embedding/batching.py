"""
Which texts go into one request, and what becomes of a request that is refused.

A batch closes at a number of texts, of bytes or of tokens, whichever comes first. A request that is too large, or that
one of its texts spoils, is halved until it works or the text is found that is to blame; only that one fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from attrs import field, frozen
from attrs.validators import gt

from domain.embedding.embedder import Embedded
from domain.embedding.tokens import estimated_tokens
from domain.embedding.vector import Vector
from domain.jobs.errors import Deferred, FailureKind, ItemFailure, PermanentFailure
from domain.jobs.usage import NOTHING, Usage

_OF_A_TEXT = frozenset(
    {
        FailureKind.CONTEXT_TOO_LONG,
        FailureKind.TOO_LARGE,
        FailureKind.REFUSED,
        FailureKind.CONTENT_FILTERED,
        FailureKind.BAD_ANSWER,
        FailureKind.BAD_INPUT,
    }
)
"""What fewer texts, or others, may pass; a wrong key or a model that is not there fails whatever is asked."""

Brought = Vector | ItemFailure | Deferred
"""What a text came to: its vector, why there is none, or that it must wait."""


@frozen(kw_only=True)
class BatchLimits:
    """
    How much one request may hold.

    The defaults are within what the strictest of the well-known APIs take: 96 texts (Cohere; Google 100, OpenAI 2048),
    and tokens and bytes far below OpenAI's 300,000 and a gateway's usual megabytes.
    """

    most_texts: int = field(default=96, validator=gt(0))
    most_bytes: int = field(default=1_000_000, validator=gt(0))
    most_tokens: int = field(default=60_000, validator=gt(0))


@frozen(kw_only=True)
class Size:
    """What texts take of a request."""

    texts: int = 0
    bytes: int = 0
    tokens: int = 0

    def __add__(self, other: Size) -> Size:
        return Size(texts=self.texts + other.texts, bytes=self.bytes + other.bytes, tokens=self.tokens + other.tokens)

    def with_one_more(self) -> Size:
        """Return what it would be with one more text of the average size."""
        texts = max(self.texts, 1)
        return self + Size(texts=1, bytes=self.bytes // texts, tokens=self.tokens // texts)

    def fits(self, limits: BatchLimits) -> bool:
        """Whether one request may hold so much."""
        return (
            self.texts <= limits.most_texts
            and self.bytes <= limits.most_bytes
            and self.tokens <= limits.most_tokens
        )  # fmt: skip


def size_of(text: str) -> Size:
    """Return what a text takes; its tokens are estimated."""
    return Size(texts=1, bytes=len(text.encode("utf-8", "replace")), tokens=estimated_tokens(text))


def batches_of(texts: Iterable[str], limits: BatchLimits) -> Iterator[tuple[str, ...]]:
    """
    Yield the texts in batches: all of them, each once, in their order.

    A text that is larger than any batch may be is one of its own: whether it is too long the model says.
    """
    batch: list[str] = []
    filled = Size()
    for text in texts:
        size = size_of(text)
        if batch and not (filled + size).fits(limits):
            yield tuple(batch)
            batch, filled = [], Size()
        batch.append(text)
        filled += size
    if batch:
        yield tuple(batch)


@frozen(kw_only=True)
class Halved:
    """What each text came to, in their order, and what all requests cost, those that failed among them."""

    brought: tuple[Brought, ...] = field(repr=False)
    usage: Usage = NOTHING


def embed_halving(call: Callable[[Sequence[str]], Embedded], texts: Sequence[str]) -> Halved:
    """
    Embed *texts* with one call, or with several of fewer texts where that one fails for what it holds.

    Never raises what a call raises: what was paid for before a later half failed is not lost.
    """
    try:
        found = call(texts)
    except Deferred as wait:
        return Halved(brought=(wait,) * len(texts), usage=wait.usage)
    except ItemFailure as failure:
        made = calls_of(failure)
        if len(texts) == 1 or not is_of_a_text(failure):
            return Halved(brought=(failure,) * len(texts), usage=made)
        return _halves(call, texts, made)
    return Halved(brought=found.vectors, usage=found.usage)


def _halves(call: Callable[[Sequence[str]], Embedded], texts: Sequence[str], made: Usage) -> Halved:
    middle = (len(texts) + 1) // 2
    first = embed_halving(call, texts[:middle])
    stop = next((each for each in first.brought if isinstance(each, Exception) and not is_of_a_text(each)), None)
    others = texts[middle:]  # what stops the one half for good would stop the other as well
    rest = embed_halving(call, others) if stop is None else Halved(brought=(stop,) * len(others))
    return Halved(brought=first.brought + rest.brought, usage=made + first.usage + rest.usage)


def calls_of(failure: ItemFailure) -> Usage:
    """Return what a call that failed so has cost, as far as anybody knows: the call, unless nobody was called."""
    return NOTHING if failure.kind is FailureKind.TARGET_DOWN else Usage(requests=1)


def is_of_a_text(failure: Exception) -> bool:
    """Whether fewer texts, or others, may pass where this failure was."""
    return isinstance(failure, PermanentFailure) and failure.kind in _OF_A_TEXT


def shares_of(usage: Usage, weights: Sequence[int]) -> list[Usage]:
    """
    Return what each of those who shared a request has to pay: the request the first, the rest by their *weights*.

    The shares add up to the whole exactly.
    """
    tokens = _shared(usage.prompt_tokens, weights)
    costs = _shared(usage.cost_nanousd, weights)
    answers = _shared(usage.completion_tokens, weights)
    return [
        Usage(
            requests=0 if no else usage.requests,
            prompt_tokens=tokens[no],
            completion_tokens=answers[no],
            cost_nanousd=costs[no],
        )
        for no in range(len(weights))
    ]


def _shared(amount: int, weights: Sequence[int]) -> list[int]:
    whole = sum(weights) + len(weights)  # one more for each: texts without a token have a share as well
    seen, given, shares = 0, 0, []
    for weight in weights:
        seen += weight + 1
        shares.append(amount * seen // whole - given)
        given += shares[-1]
    return shares
