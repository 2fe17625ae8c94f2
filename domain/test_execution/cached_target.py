"""A target whose answers are kept: what was asked before is not asked again."""

from __future__ import annotations

from time import monotonic
from typing import cast

import attrs
from attrs import frozen

from domain.jobs.item import Document
from domain.limits.door import Door
from domain.tenancy import TenantContext
from domain.test_execution.codec import answer_from_json, to_json
from domain.test_execution.ports import Target
from domain.test_execution.response_cache import CacheKey, Caching, TargetKeys
from domain.test_execution.target import Answer, Question


@frozen(kw_only=True)
class CachedTarget:
    """
    `Target` that looks into the cache before it asks *target*, and keeps what that one answers; failures are not kept.

    An item is let in at *door* before anybody knows what it asks; when the answer is there, its pass goes back at once.
    """

    target: Target
    caching: Caching
    keys: TargetKeys
    tenant: TenantContext
    max_age_s: float
    door: Door | None = None

    def ask(self, question: Question, *, deadline_s: float) -> Answer:
        """Return the answer that is kept, marked as such, or ask; looking takes from the deadline."""
        key = self.keys.key(question)
        if key is None:
            return self.target.ask(question, deadline_s=deadline_s)
        ends = monotonic() + deadline_s
        found = self._found(key)
        if found is not None:
            if self.door is not None:
                self.door.forgo()
            return attrs.evolve(found, cached=True)
        answer = self.target.ask(question, deadline_s=ends - monotonic())
        self._keep(key, answer)
        return answer

    def close(self) -> None:
        """Close the target."""
        self.target.close()

    def _found(self, key: CacheKey) -> Answer | None:
        entry = self.caching.cache.get(self.tenant, key)
        try:
            if entry is None or self._now() - float(cast(float, entry["stored_at"])) > self.max_age_s:
                return None
            return answer_from_json(cast(Document, entry["answer"]))
        except (KeyError, TypeError, ValueError):  # what another program, or another version, has put there
            return None

    def _keep(self, key: CacheKey, answer: Answer) -> None:
        entry = {"stored_at": self._now(), "answer": to_json(answer)}
        self.caching.cache.put(self.tenant, key, entry, keep_s=self.max_age_s)

    def _now(self) -> float:
        return self.caching.clock.now().timestamp()
