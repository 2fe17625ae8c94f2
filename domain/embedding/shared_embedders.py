"""The embedding models that a process has open: one of each, so that all its threads share requests."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic

from attrs import define, field, frozen

from domain.embedding.batching import BatchLimits
from domain.embedding.embedder import Embedders
from domain.embedding.embedding_model import EmbeddingModel, EmbeddingModelId, EmbeddingProvider
from domain.embedding.gathering import GATHER_S, GatheredEmbedder
from domain.tenancy import OrganizationId, TenantContext

KEPT_S = 60.0
"""A model behind an API is opened again after so long: its key may have been changed."""
MOST_OPEN = 32


@frozen(kw_only=True)
class _Open:
    embedder: GatheredEmbedder
    model: EmbeddingModel
    until: float


@define(kw_only=True, eq=False)
class SharedEmbedders:
    """
    Opens models, and hands out the one that is open already. Organizations share none: each has its own account.

    *gather_s* as in `GatheredEmbedder`.
    """

    embedders: Embedders
    limits: BatchLimits = field(factory=BatchLimits)
    gather_s: float = GATHER_S
    clock: Callable[[], float] = monotonic
    _open: OrderedDict[tuple[OrganizationId, EmbeddingModelId], _Open] = field(factory=OrderedDict, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def open(self, tenant: TenantContext, model: EmbeddingModel) -> GatheredEmbedder:
        """Return the model; raises as `Embedders.open`."""
        key = (tenant.organization_id, model.id)
        with self._lock:
            known = self._open.get(key)
            if known is None or known.model != model or known.until <= self.clock():
                known = self._open[key] = self._opened(tenant, model)
            self._open.move_to_end(key)
            while len(self._open) > MOST_OPEN:
                self._open.popitem(last=False)
            return known.embedder

    def _opened(self, tenant: TenantContext, model: EmbeddingModel) -> _Open:
        embedder = GatheredEmbedder(
            self.embedders.open(tenant, model),
            limits=self.limits,
            gather_s=self.gather_s if _is_called(model) else 0.0,
        )
        # a network in memory is loaded for seconds, and has no key
        kept_s = KEPT_S if _is_called(model) else float("inf")
        return _Open(embedder=embedder, model=model, until=self.clock() + kept_s)


def _is_called(model: EmbeddingModel) -> bool:
    return model.provider not in (EmbeddingProvider.LEXICAL_HASH, EmbeddingProvider.LOCAL)
