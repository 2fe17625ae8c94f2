"""
The summary of a document, put together from what there is: a pure function of the job's rows and the partials.

So no state can disagree with what was done, and a job that ended in part has a summary in part, which says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import cast

from attrs import frozen

from domain.jobs.item import Item, ItemState
from domain.jobs.job import Job
from domain.rfp_answering.records import Author
from domain.rfp_answering.summaries.information_document import InformationDocument, TextChunk
from domain.rfp_answering.summaries.ports import PartialRecord
from domain.rfp_answering.summaries.statements import Bullet, LeftOut, MatrixRow, RowKind
from domain.rfp_answering.summaries.summarizing import basis_in


@frozen(kw_only=True)
class Section:
    """The bullets under one heading."""

    heading_path: tuple[str, ...]
    bullets: tuple[Bullet, ...]


@frozen(kw_only=True)
class MissingPart:
    """Chunks (ordinals, both included) that nothing was made of, and why; its job's item is *state*."""

    first: int
    last: int
    state: ItemState
    reason: str


@frozen(kw_only=True)
class Summary:
    """
    What is known of a document. *job* is its newest one (None: nobody has asked yet), *authors* are who wrote.

    *overview*: the most important; empty where it was not made (yet), or where there is only one part.
    *missing*: parts that the summary says nothing about. *headings*: of each chunk that is cited, where it stands.
    """

    document: InformationDocument
    job: Job | None = None
    parts: int = 0
    authors: tuple[Author, ...] = ()
    overview: tuple[Bullet, ...] = ()
    sections: tuple[Section, ...] = ()
    rows: tuple[MatrixRow, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    missing: tuple[MissingPart, ...] = ()
    headings: Mapping[int, tuple[str, ...]]

    @property
    def is_whole(self) -> bool:
        """Whether every part of the document is in it."""
        return bool(self.parts) and not self.missing


def put_together(
    document: InformationDocument,
    chunks: Sequence[TextChunk],
    *,
    job: Job | None,
    items: Sequence[Item],
    records: Mapping[str, PartialRecord],
) -> Summary:
    """Return the summary that the *items* of the newest *job*, and the *records* by basis, make."""
    parts = [item for item in items if "first" in item.input]
    made = [records[basis_in(item)] for item in parts if basis_in(item) in records]
    condensed = [records[basis_in(item)] for item in items if "parts" in item.input and basis_in(item) in records]
    headings = {chunk.ordinal: chunk.heading_path for chunk in chunks}
    bullets = [bullet for record in made for bullet in record.partial.bullets]
    return Summary(
        document=document,
        job=job,
        parts=len(parts),
        authors=tuple(dict.fromkeys(record.author for record in (*made, *condensed))),
        overview=tuple(bullet for record in condensed for bullet in record.partial.bullets),
        sections=_sections(bullets, headings),
        rows=_matrix([row for record in made for row in record.partial.rows]),
        left_out=tuple(one for record in (*made, *condensed) for one in record.partial.left_out),
        missing=tuple(_missing(item) for item in parts if basis_in(item) not in records),
        headings=headings,
    )


def _sections(bullets: Sequence[Bullet], headings: Mapping[int, tuple[str, ...]]) -> tuple[Section, ...]:
    in_order = sorted(bullets, key=lambda one: one.chunk)
    grouped = groupby(in_order, key=lambda one: headings.get(one.chunk, ()))
    return tuple(Section(heading_path=path, bullets=tuple(group)) for path, group in grouped)


def _matrix(rows: Sequence[MatrixRow]) -> tuple[MatrixRow, ...]:
    """Dates by day (those without a calendar date behind), then requirements and criteria, in the document's order."""
    kinds = list(RowKind)
    return tuple(sorted(dict.fromkeys(rows), key=lambda one: (kinds.index(one.kind), _day(one), one.chunk)))


def _day(row: MatrixRow) -> str:
    return (row.date or "9999") if row.kind is RowKind.DATE else ""


def _missing(item: Item) -> MissingPart:
    failure = item.outcome.failure if item.outcome else None
    reason = failure.message if failure else f"it is {item.state.value}"
    first, last = cast(int, item.input["first"]), cast(int, item.input["last"])
    return MissingPart(first=first, last=last, state=item.state, reason=reason)
