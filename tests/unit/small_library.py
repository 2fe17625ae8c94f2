"""A library of three short texts, as those who answer see it."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define, field

from domain.jobs.usage import NOTHING, Usage
from domain.rfp_answering.authorship import Spent
from domain.rfp_answering.passage import Passage
from domain.rfp_answering.proving.stems import stems
from domain.tenancy import TenantContext

TEXTS = {
    "encryption": "All customer data is encrypted at rest with AES-256. Keys are rotated every 90 days.",
    "backups": "Backups are kept for 30 days. They are stored in Frankfurt.",
    "standards": "We are certified to ISO 27001 since 14 March 2024.",
}


@define
class SmallLibrary:
    """`Passages` over a few texts: those that share words with what is looked for, most of them first, at a *price*."""

    texts: dict[str, str] = field(factory=lambda: dict(TEXTS))
    generation: int = 1
    price: Usage = NOTHING

    def find(
        self, tenant: TenantContext, text: str, *, k: int, only_approved: bool, spent: Spent
    ) -> tuple[Passage, ...]:
        """Return passages that share a word with *text*."""
        _ = tenant, only_approved
        if self.price != NOTHING:
            spent(self.price)
        wanted = stems(text)
        shared = {name: len(wanted & stems(f"{name} {body}")) for name, body in self.texts.items()}
        return tuple(self._passage(name) for name in sorted(shared, key=lambda one: -shared[one]) if shared[name])[:k]

    def named(self, tenant: TenantContext, chunk_ids: Sequence[str]) -> tuple[Passage, ...]:
        """Return the passages of these ids."""
        _ = tenant
        every: dict[str, Passage] = {passage.chunk_id: passage for passage in map(self._passage, self.texts)}
        return tuple(every[one] for one in chunk_ids if one in every)

    def _passage(self, name: str) -> Passage:
        return Passage(
            document_id=name, generation=self.generation, ordinal=0, title=name.title(), text=self.texts[name]
        )
