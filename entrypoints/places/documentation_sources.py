"""What `antiphon library sources` and `sync` ask of where they act."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from entrypoints.api.documents.documentation_sources import (
    DryRunDocument,
    NewSource,
    QueuedSyncs,
    RestoredDocuments,
    SourceChange,
    SourceDocument,
    SyncWords,
)
from entrypoints.api.documents.jobs import JobDocument


class DocumentationSources(Protocol):
    """The documentation sources of one organization; they are named by name or id."""

    def all(self) -> Iterable[SourceDocument]:
        """Return the sources, by name."""

    def get(self, source: str) -> SourceDocument:
        """
        Return a source, and how its newest sync stands.

        Raises:
            NotFound: there is no such source in this organization.
        """

    def add(self, words: NewSource) -> SourceDocument:
        """
        Add a source.

        Raises:
            InvalidInput: something that can't be so, or a place that is not allowed there.
            Conflict: there is one of this name.
        """

    def change(self, source: str, words: SourceChange) -> SourceDocument:
        """Change how a source is read. Raises as `add`, and NotFound."""

    def remove(self, source: str) -> None:
        """
        Forget a source, and take its documents out of the library.

        Raises:
            NotFound: there is no such source.
            Conflict: it is being synced.
        """

    def sync(self, source: str, words: SyncWords) -> JobDocument:
        """
        Start a sync.

        Raises:
            NotFound: there is no such source.
            AlreadyRunning: it is being synced.
        """

    def sync_all(self) -> QueuedSyncs:
        """Start a sync of each source that has none."""

    def dry_run(self, source: str) -> DryRunDocument:
        """
        Return what a sync would do.

        Raises:
            NotFound: there is no such source.
        """

    def undo_deletions(self, source: str) -> RestoredDocuments:
        """
        Bring back what the newest deletions took away.

        Raises:
            NotFound: there is no such source.
            Conflict: nothing was deleted.
        """
