"""What a summary says: bullets and rows of the compliance matrix, each with where it stands, and what was left out."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen


class RowKind(StrEnum):
    """What a row of the compliance matrix is about."""

    DATE = "date"
    REQUIREMENT = "requirement"
    ELIGIBILITY = "eligibility"


class FoundBy(StrEnum):
    """Who found a row: an author, or the words that stand in the text (`wording.py`), where no author had it."""

    AUTHOR = "author"
    WORDS = "words"


@frozen(kw_only=True)
class Claim:
    """
    What an author says that a chunk says, not checked yet: a bullet, or a row where it has a *kind*.

    *chunk* is its ordinal; None is one that was not shown.
    """

    text: str
    chunk: int | None
    quote: str
    kind: RowKind | None = None


@frozen(kw_only=True)
class Citation:
    """Where it stands: a *quote* found word for word in the chunk of this ordinal."""

    chunk: int
    quote: str


@frozen(kw_only=True)
class Bullet:
    """One sentence of a summary, and what it rests on; *doubts* say what people should look at."""

    text: str
    citations: tuple[Citation, ...]
    doubts: tuple[str, ...] = ()

    @property
    def chunk(self) -> int:
        """The chunk it stands in; the first of several."""
        return self.citations[0].chunk


@frozen(kw_only=True)
class MatrixRow:
    """One row of the compliance matrix. *date* is ISO 8601 as far as the quote says it (`2026-03-14`, `2026-03`)."""

    kind: RowKind
    text: str
    chunk: int
    quote: str
    date: str = ""
    found_by: FoundBy = FoundBy.AUTHOR
    doubts: tuple[str, ...] = ()


@frozen(kw_only=True)
class LeftOut:
    """What an author said and the document does not prove, with the *reasons*: it is told, and never shown as sound."""

    text: str
    reasons: tuple[str, ...]
    kind: RowKind | None = None


@frozen(kw_only=True)
class Partial:
    """What was made of one part of a document, or of the bullets of all parts (an overview has no rows)."""

    bullets: tuple[Bullet, ...] = ()
    rows: tuple[MatrixRow, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
