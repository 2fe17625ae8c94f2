"""/v1/documents: the documents of the library."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from attrs import frozen

from domain.embedding.library_document import ReviewStatus, checked_location
from entrypoints.api.documents.library import (
    AddedDocument,
    ChunkDocument,
    DocumentText,
    ReviewWords,
    StoredDocument,
)
from entrypoints.calls.asking import Calls, path

UNSAID = "application/octet-stream"
"""The media type of a file that nobody has said one of."""

LOOKING_EVERY_S = 1.0


@frozen(kw_only=True)
class DocumentCalls(Calls):
    """`Documents` of a server; changing them asks for a key with the scope `write`."""

    def all(
        self, *, status: ReviewStatus | None = None, source_id: str | None = None, id_prefix: str = ""
    ) -> Iterator[StoredDocument]:
        wanted = {"status": status, "source_id": source_id, "id": id_prefix or None}
        return self._pages(path("documents"), StoredDocument, **wanted)

    def get(self, document_id: str) -> StoredDocument:
        return self._get(path("documents", document_id), StoredDocument)

    def text(self, document_id: str) -> DocumentText:
        return self._get(path("documents", document_id, "text"), DocumentText)

    def chunks(self, document_id: str) -> Iterator[ChunkDocument]:
        return self._pages(path("documents", document_id, "chunks"), ChunkDocument)

    def add(self, name: str, content: bytes, *, media_type: str = "") -> AddedDocument:
        file = ("file", content, media_type or UNSAID)  # a form's file names hold no quotation marks
        said = {"name": checked_location(name)}
        answer = self.sender.send("POST", path("documents"), repeatable=True, params=said, files={"file": file})
        return AddedDocument.model_validate_json(answer.content)

    def settle(self, document_ids: Sequence[str], *, watch: Callable[[int], None]) -> None:
        for done, document_id in enumerate(document_ids):
            watch(done)
            while self.get(document_id).review_status is ReviewStatus.PROCESSING:
                self.sender.sleep(LOOKING_EVERY_S)
        watch(len(document_ids))

    def approve(self, document_id: str, words: ReviewWords) -> StoredDocument:
        return self._post(path("documents", document_id, "approve"), StoredDocument, words, repeatable=True)

    def reject(self, document_id: str, words: ReviewWords) -> StoredDocument:
        return self._post(path("documents", document_id, "reject"), StoredDocument, words, repeatable=True)

    def remove(self, document_id: str) -> None:
        self._delete(path("documents", document_id))
