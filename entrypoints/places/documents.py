"""What `antiphon library` asks of where it acts about documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from domain.embedding.library_document import ReviewStatus
from entrypoints.api.documents.library import (
    AddedDocument,
    ChunkDocument,
    DocumentText,
    ReviewWords,
    StoredDocument,
)


class Documents(Protocol):
    """The documents of one organization's library; they are named by id."""

    def all(
        self, *, status: ReviewStatus | None = None, source_id: str | None = None, id_prefix: str = ""
    ) -> Iterable[StoredDocument]:
        """Return documents, the newest first; by the start of the id, at most ten."""

    def get(self, document_id: str) -> StoredDocument:
        """
        Return a document.

        Raises:
            NotFound: there is no such document in this organization.
        """

    def text(self, document_id: str) -> DocumentText:
        """
        Return what search finds of a document.

        Raises:
            NotFound: there is no such document, or nothing of it can be found yet.
        """

    def chunks(self, document_id: str) -> Iterable[ChunkDocument]:
        """Return the pieces of that."""

    def add(self, name: str, content: bytes, *, media_type: str = "") -> AddedDocument:
        """
        Hand in a file under a name; the same again changes nothing.

        Raises:
            InvalidInput: the name can't be one, or the file is empty or too large.
        """

    def settle(self, document_ids: Sequence[str], *, watch: Callable[[int], None]) -> None:
        """
        Wait until none of these documents is processed any more, and work on them where nobody else does.

        *watch* hears how many are through. What became of each, the document says.
        """

    def approve(self, document_id: str, words: ReviewWords) -> StoredDocument:
        """
        Let what search finds of a document be evidence.

        Raises:
            NotFound: there is no such document.
            Conflict: it is not ready to be decided on, or was changed since it was looked at.
        """

    def reject(self, document_id: str, words: ReviewWords) -> StoredDocument:
        """Say that it is no evidence. Raises as `approve`."""

    def remove(self, document_id: str) -> None:
        """
        Let nobody find a document any more.

        Raises:
            NotFound: there is no such document.
        """
