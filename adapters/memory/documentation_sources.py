"""The documentation sources of one organization, in memory."""

from __future__ import annotations

from attrs import frozen

from adapters.memory.journal import Journal
from adapters.memory.library_rows import LibraryRows
from domain.embedding.documentation_source import DocumentationSource
from domain.embedding.library_document import SourceId
from domain.embedding.source_errors import name_taken, unknown_source


@frozen(kw_only=True)
class MemorySourceRows:
    """`SourceRows` of one organization."""

    rows: LibraryRows
    journal: Journal

    def add(self, source: DocumentationSource) -> None:
        """Store a new source."""
        if source.id in self.rows.sources or self.named(source.name):
            raise name_taken(source.name)
        self.journal.put(self.rows.sources, source.id, source)

    def put(self, source: DocumentationSource) -> None:
        """Store a changed source."""
        if source.id not in self.rows.sources:
            raise unknown_source(source.id)
        self.journal.put(self.rows.sources, source.id, source)

    def get(self, source_id: SourceId, *, lock: bool = False) -> DocumentationSource:  # noqa: ARG002  # all is locked
        """Return the source."""
        found = self.rows.sources.get(source_id)
        if found is None or found.removed_at is not None:
            raise unknown_source(source_id)
        return found

    def named(self, name: str) -> DocumentationSource | None:
        """Return the source of that name, if there is one."""
        return next((source for source in self.all() if source.name == name), None)

    def all(self) -> list[DocumentationSource]:
        """Return the sources that were not removed, by name."""
        there = [source for source in self.rows.sources.values() if source.removed_at is None]
        return sorted(there, key=lambda source: source.name)
