"""An information document: what a buyer says of the tender beside the questionnaire, cut into chunks to be cited."""

from __future__ import annotations

from datetime import datetime
from typing import NewType

from attrs import field, frozen
from attrs.validators import ge

from domain.tenancy import OrganizationId, UserId

InformationId = NewType("InformationId", str)
CHUNK_TOKENS = 384
"""How long a chunk is at most, by our estimate: as in the library, so that a citation is a paragraph or two."""


@frozen(kw_only=True)
class TextChunk:
    """A piece of the text, *ordinal* from 0; *heading_path* are the headings it stands under, from the highest down."""

    ordinal: int = field(validator=ge(0))
    text: str
    heading_path: tuple[str, ...] = ()


@frozen(kw_only=True)
class InformationPlace:
    """Where a document stands in the list, which begins with the newest; of one moment, the greater id is first."""

    created_at: datetime
    id: InformationId


@frozen(kw_only=True)
class InformationDocument:
    """
    One document that is summarized. Its bytes are not kept: what is cited are the *chunks* (so many) of its text.

    *content_hash* is the SHA-256 of the bytes, in hex: the same file handed in again is the same document.
    """

    id: InformationId
    organization_id: OrganizationId
    name: str
    title: str
    content_hash: str
    size_bytes: int
    chunks: int = field(validator=ge(1))
    created_at: datetime
    created_by: UserId

    @property
    def place(self) -> InformationPlace:
        """Where it stands in lists."""
        return InformationPlace(created_at=self.created_at, id=self.id)


def subject_of(document_id: InformationId) -> str:
    """Return what the jobs over a document are about: one at a time."""
    return f"information:{document_id}"
