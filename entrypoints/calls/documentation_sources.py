"""/v1/documentation-sources: where the library's documents come from."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

from attrs import frozen

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
from entrypoints.calls.asking import Calls, path

_SOURCES = "documentation-sources"


@frozen(kw_only=True)
class DocumentationSourceCalls(Calls):
    """`DocumentationSources` of a server; changing them asks for a key with the scope `write`."""

    def all(self) -> Iterator[SourceDocument]:
        return self._pages(path(_SOURCES), SourceDocument)

    def get(self, source: str) -> SourceDocument:
        return self._get(path(_SOURCES, source), SourceDocument)

    def add(self, words: NewSource) -> SourceDocument:
        return self._post(path(_SOURCES), SourceDocument, words)

    def change(self, source: str, words: SourceChange) -> SourceDocument:
        return self._patch(path(_SOURCES, source), SourceDocument, words)

    def remove(self, source: str) -> None:
        self._delete(path(_SOURCES, source))

    def sync(self, source: str, words: SyncWords) -> JobDocument:
        return self._start(path(_SOURCES, source, "sync"), words, idempotency_key=None)

    def sync_all(self) -> QueuedSyncs:
        headers = {"Idempotency-Key": str(uuid4())}
        answer = self.sender.send("POST", path(_SOURCES, "sync-all"), repeatable=True, headers=headers)
        return QueuedSyncs.model_validate_json(answer.content)

    def dry_run(self, source: str) -> DryRunDocument:
        return self._post(path(_SOURCES, source, "dry-run"), DryRunDocument, repeatable=True)

    def undo_deletions(self, source: str) -> RestoredDocuments:
        return self._post(path(_SOURCES, source, "undo-deletions"), RestoredDocuments)
