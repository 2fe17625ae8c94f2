"""
One request for the texts of many: what threads of a process hand in within some milliseconds is embedded together.

Most documents are small. A request for each would cost what a whole batch costs, in time and against the limits of the
account. So the first of those who ask waits a moment for others, then asks for all of them; who comes meanwhile is in
the next request. Nobody waits for others longer than that moment, and who brings most of a batch not at all.

A text that is on its way already, or was answered a moment ago, is not asked for again.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Event, Lock
from time import monotonic

from attrs import define, field, frozen

from domain.embedding.batching import BatchLimits, Brought, Halved, Size, calls_of, embed_halving, shares_of, size_of
from domain.embedding.chunk import text_hash
from domain.embedding.embedder import Embedder, only_vector
from domain.embedding.refusals import LONGEST_ON_THE_SPOT_S, Refusals, must_wait
from domain.embedding.vector import BYTES_A_NUMBER, Vector
from domain.jobs.errors import Deferred, FailureKind, ItemFailure, PermanentFailure, TransientFailure
from domain.jobs.usage import NOTHING, Usage

GATHER_S = 0.01
REMEMBERED_BYTES = 8_000_000
"""So much of the newest answers is kept at hand: until one is stored, others may ask for the same text."""


@frozen(kw_only=True)
class TextEmbedding:
    """What a text came to, and its share of what was spent: nothing where others had asked for the same text."""

    brought: Brought = field(repr=False)
    usage: Usage = NOTHING


@define(kw_only=True, eq=False)
class _Text:
    """A text on its way."""

    text: str
    size: Size
    hash: str
    spent: Usage = NOTHING
    answer: TextEmbedding | None = None
    answered: Event = field(factory=Event)

    def settle(self, brought: Brought) -> None:
        self.answer = TextEmbedding(brought=brought, usage=self.spent)
        self.answered.set()


@define(kw_only=True, eq=False)
class _Wish:
    """What one thread hands in; *news* comes when it is to ask for the others, or when somebody has asked for it."""

    texts: list[_Text]
    size: Size
    ends: float
    due: float
    leads: bool = False
    news: Event = field(factory=Event)
    full: Event = field(factory=Event)


@define(eq=False)
class GatheredEmbedder:
    """
    An embedding model that is asked by many threads; made once a process, organization and model.

    *gather_s*: how long the first of those who ask waits for others. *pause* waits where a short wait is asked for.
    """

    embedder: Embedder
    limits: BatchLimits = field(factory=BatchLimits, kw_only=True)
    gather_s: float = field(default=GATHER_S, kw_only=True)
    refusals: Refusals = field(factory=Refusals, kw_only=True)
    pause: Callable[[float], None] = field(default=time.sleep, kw_only=True)
    _queue: list[_Wish] = field(factory=list, init=False)
    _flying: dict[str, _Text] = field(factory=dict, init=False)
    _recent: OrderedDict[str, Vector] = field(factory=OrderedDict, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def embed(self, texts: Sequence[str], *, deadline_s: float) -> list[TextEmbedding]:
        """
        Return what each of *texts* came to, in their order, within *deadline_s* seconds; raises none of it.

        They should be no more than a batch (`batches_of`): those of one call are asked for together.
        """
        ends = monotonic() + deadline_s
        found, own = self._taken(texts)
        if own:
            size = sum((text.size for text in own), start=Size())
            self._hand_in(_Wish(texts=own, size=size, ends=ends, due=monotonic() + self.gather_s))
        paying = set(map(id, own))
        answers = []
        for text in found:
            answers.append(_answer(text, ends=ends, pays=id(text) in paying))
            paying.discard(id(text))  # a text that is there twice is paid for once
        return answers

    def embed_query(self, text: str, *, deadline_s: float) -> tuple[Vector, Usage]:
        """
        Return the vector of a question, which waits for nobody, and what it cost.

        Raises: as `Embedder.embed_query`; a call that was made is in the failure's usage.
        """
        try:
            found = self.embedder.embed_query(text, deadline_s=deadline_s)
        except ItemFailure as failure:
            failure.usage += calls_of(failure)
            raise
        try:
            return only_vector(found), found.usage
        except ItemFailure as failure:
            failure.usage += found.usage
            raise

    def _taken(self, texts: Sequence[str]) -> tuple[list[_Text], list[_Text]]:
        """Return all texts, and those among them that nobody else asks for: these are to be sent."""
        new = [_Text(text=text, size=size_of(text), hash=text_hash(text)) for text in texts]
        found: list[_Text] = []
        own: list[_Text] = []
        with self._lock:
            for text in new:
                flying, vector = self._flying.get(text.hash), self._recent.get(text.hash)
                if flying is None and vector is not None:
                    text.settle(vector)
                elif flying is None:
                    self._flying[text.hash] = text
                    own.append(text)
                found.append(flying or text)
        return found, own

    def _hand_in(self, wish: _Wish) -> None:
        with self._lock:
            wish.leads = not self._queue
            self._queue.append(wish)
            self._tell_if_full()
        if not wish.leads:
            wish.news.wait()
        if wish.leads:
            wish.full.wait(max(0.0, wish.due - monotonic()))
            self._send(self._next_batch())

    def _next_batch(self) -> list[_Wish]:
        """Take what fits into one request, and let the first of the others lead the next one."""
        with self._lock:
            batch, filled = [self._queue[0]], self._queue[0].size
            for wish in self._queue[1:]:
                filled += wish.size
                if not filled.fits(self.limits):
                    break
                batch.append(wish)
            del self._queue[: len(batch)]
            if self._queue:
                self._queue[0].leads = True
                self._queue[0].news.set()
                self._tell_if_full()
        return batch

    def _tell_if_full(self) -> None:
        """Waiting for others is over once the texts that are there leave no room for one more of their size."""
        filled = sum((wish.size for wish in self._queue), start=Size())
        if not filled.with_one_more().fits(self.limits):
            self._queue[0].full.set()

    def _send(self, batch: Sequence[_Wish]) -> None:
        texts, ends = [text for wish in batch for text in wish.texts], max(wish.ends for wish in batch)
        on_the_spot_until = min(ends, monotonic() + LONGEST_ON_THE_SPOT_S)
        try:
            while texts:
                texts, wait_s = self._ask(texts, ends=ends, waits_until=on_the_spot_until)
                if texts:
                    self.pause(wait_s)
        finally:  # whatever went wrong: nobody waits for ever
            for text in texts:
                self._settle(text, _unanswered())
            for wish in batch:
                wish.news.set()

    def _ask(self, texts: list[_Text], *, ends: float, waits_until: float) -> tuple[list[_Text], float]:
        """Ask once for all texts, and settle them, but for those that wait here, and so long, to be asked for again."""
        asked = self._embedded(texts, ends=ends)
        wait_s = self.refusals.wait_s(asked.brought) or 0.0
        if not wait_s and not all(isinstance(each, Exception) for each in asked.brought):
            self.refusals.answered()
        waits_here = monotonic() + wait_s <= waits_until
        again = []
        for text, brought in zip(texts, asked.brought, strict=True):
            if not must_wait(brought) or self.refusals.are_lasting:
                self._settle(text, brought)
            elif waits_here:
                again.append(text)
            else:
                self._settle(text, Deferred(wait_s, str(brought)))
        return again, wait_s

    def _embedded(self, texts: Sequence[_Text], *, ends: float) -> Halved:
        asked = embed_halving(
            lambda some: self.embedder.embed_documents(some, deadline_s=max(0.001, ends - monotonic())),
            [text.text for text in texts],
        )
        for text, share in zip(texts, shares_of(asked.usage, [text.size.tokens for text in texts]), strict=True):
            text.spent += share
        return asked

    def _settle(self, text: _Text, brought: Brought) -> None:
        with self._lock:
            self._flying.pop(text.hash, None)
            if not isinstance(brought, Exception):
                self._recent[text.hash] = brought
                while len(self._recent) * len(brought) * BYTES_A_NUMBER > REMEMBERED_BYTES:
                    self._recent.popitem(last=False)
        text.settle(brought)


def _answer(text: _Text, *, ends: float, pays: bool) -> TextEmbedding:
    text.answered.wait(max(0.0, ends - monotonic()))
    if text.answer is None:
        late = "the embedding model did not answer within the time that was left"
        return TextEmbedding(brought=PermanentFailure(late, kind=FailureKind.TIMED_OUT))
    brought = _copied(text.answer.brought)
    return TextEmbedding(brought=brought, usage=text.answer.usage if pays else NOTHING)


def _copied(brought: Brought) -> Brought:
    """Return the answer as this thread's own: what is raised collects where it was, and what it cost."""
    if isinstance(brought, Deferred):
        return Deferred(brought.retry_after_s, str(brought))
    if isinstance(brought, TransientFailure):
        return TransientFailure(str(brought), kind=brought.kind, retry_after_s=brought.retry_after_s)
    if isinstance(brought, ItemFailure):
        return PermanentFailure(str(brought), kind=brought.kind)
    return brought


def _unanswered() -> TransientFailure:
    return TransientFailure("a request for embeddings ended without a word", kind=FailureKind.INTERNAL)
