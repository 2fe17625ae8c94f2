"""What a sync is asked for: the source, and what a person has confirmed."""

from __future__ import annotations

from attrs import frozen

from domain.embedding.library_document import SourceId
from domain.jobs.item import Document
from domain.jobs.job import JobOptions

KIND = "documentation_sync"
OPTIONS = JobOptions(concurrency=16, deadline_s=300.0)
"""Sixteen documents at once, each of up to 25 MB: they wait for networks, and share requests for embeddings."""


@frozen(kw_only=True)
class SyncSpec:
    """What a sync's job carries: the source, and whether a person has confirmed that vanished documents are to go."""

    source_id: SourceId
    source_name: str
    confirms_deletions: bool = False

    def to_document(self) -> dict[str, object]:
        """Return the specification as the job's JSON."""
        return {"source": self.source_id, "name": self.source_name, "confirms_deletions": self.confirms_deletions}

    @classmethod
    def from_document(cls, data: Document) -> SyncSpec:
        """Read a specification back."""
        return cls(
            source_id=SourceId(str(data["source"])),
            source_name=str(data["name"]),
            confirms_deletions=data["confirms_deletions"] is True,
        )
