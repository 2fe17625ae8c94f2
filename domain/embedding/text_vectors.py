"""
Getting the vectors of a document's texts: what is stored is taken, the rest is embedded, batch by batch.

Each batch is stored before the next one is asked for, so whoever goes on after a crash pays for no text again. Only
the last one is handed back instead: it is stored with the chunks it belongs to, which spares small documents a
transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import monotonic

from attrs import define, field, frozen

from domain.embedding.batching import batches_of, is_of_a_text
from domain.embedding.chunk import text_hash
from domain.embedding.embedding_model import EmbeddingModel
from domain.embedding.gathering import GatheredEmbedder, TextEmbedding
from domain.embedding.ports import Library
from domain.embedding.vector import Vector
from domain.jobs.errors import Deferred, ItemFailure, PermanentFailure
from domain.jobs.family import Keep
from domain.jobs.ports import Clock
from domain.jobs.usage import NOTHING, Usage
from domain.tenancy import TenantContext

FIRST_GUESS_S = 5.0
"""How long a batch may take, before one has been seen; an attempt without twice as much time left ends in between."""


@frozen(kw_only=True)
class TextVectors:
    """What became of a document's texts: *unstored* vectors are to be stored with its chunks."""

    embedded: int
    reused: int
    unstored: Mapping[str, Vector] = field(factory=dict, repr=False)
    usage: Usage = NOTHING


@define(kw_only=True)
class Acquisition:
    """
    One attempt to get the vectors of texts under one model; *keep* is the item's, *ends* a time of `monotonic`.

    *spent* is what was paid and not kept yet.
    """

    library: Library
    clock: Clock
    tenant: TenantContext
    model: EmbeddingModel
    embedder: GatheredEmbedder
    keep: Keep
    ends: float
    spent: Usage = NOTHING

    def vectors_of(self, texts: Sequence[str]) -> TextVectors:
        """
        Return the vectors of *texts* as far as they are not stored, once all of them are there.

        Raises:
            ItemFailure: a text could not be embedded; the others are stored, its usage is what was spent.
            Deferred: it is not the model's turn yet, or time runs out; what was embedded is stored and kept.
            LeaseLost: the attempt is over.
        """
        wanted = {text_hash(text): text for text in texts}
        with self.library.view(self.tenant) as work:
            known = work.vectors.known(self.model.fingerprint, list(wanted))
        missing = [text for name, text in wanted.items() if name not in known]
        unstored: dict[str, Vector] = {}
        done, longest_s = 0, FIRST_GUESS_S
        for batch in batches_of(missing, self.embedder.limits):
            if done:
                self._store(unstored)
                self._keep(done, of=len(missing))
                self._leave_if_late(longest_s)
            begun = monotonic()
            unstored = self._embedded(batch)
            longest_s = monotonic() - begun if not done else max(longest_s, monotonic() - begun)
            done += len(batch)
        return TextVectors(
            embedded=len(missing), reused=len(wanted) - len(missing), unstored=unstored, usage=self.spent
        )

    def _embedded(self, batch: Sequence[str]) -> dict[str, Vector]:
        answers = self.embedder.embed(batch, deadline_s=max(0.0, self.ends - monotonic()))
        self.spent += sum((answer.usage for answer in answers), start=NOTHING)
        pairs = list(zip(batch, answers, strict=True))
        vectors = {text_hash(text): one.brought for text, one in pairs if not isinstance(one.brought, Exception)}
        if len(vectors) < len(pairs):
            self._store(vectors)
            raise self._worst(pairs)
        return vectors

    def _worst(self, pairs: Sequence[tuple[str, TextEmbedding]]) -> Exception:
        """Return what to raise: what no attempt can mend comes before what may pass, and that before a wait."""
        failures = [(text, one.brought) for text, one in pairs if isinstance(one.brought, Exception)]
        waits = [each for _, each in failures if isinstance(each, Deferred)]
        if len(waits) == len(failures):
            self._keep(len(pairs) - len(failures), of=len(pairs))
            return max(waits, key=lambda wait: wait.retry_after_s)
        own = [(text, each) for text, each in failures if isinstance(each, ItemFailure)]
        text, failure = next((pair for pair in own if isinstance(pair[1], PermanentFailure)), own[0])
        if is_of_a_text(failure):
            failure.args = (f"{failure} (the part that begins with {' '.join(text[:80].split())!r})",)
        failure.usage = self.spent
        return failure

    def _store(self, vectors: Mapping[str, Vector]) -> None:
        if vectors:
            with self.library.begin(self.tenant) as work:
                work.vectors.add(self.model.fingerprint, vectors, now=self.clock.now())
                work.commit()

    def _keep(self, done: int, *, of: int) -> None:
        if self.spent or done:
            self.keep({"embedded": done, "of": of}, self.spent)
            self.spent = NOTHING

    def _leave_if_late(self, batch_s: float) -> None:
        if self.ends - monotonic() < 2 * batch_s:
            raise Deferred(0.0, "the time of this attempt is used up; another one goes on with what is stored")
