"""
What a sync has to do: pure rules over a listing, and what the library knows of the source.

Nothing here reads or writes. The listing is gone through once, lazily; what is vanished is known when it has ended, and
never before: a listing that breaks off raises through this and leaves no plan at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

from attrs import define, field, frozen

from domain.embedding.library_document import DocumentId, LibraryDocument, ReviewStatus
from domain.embedding.source_ports import Entry

SKIPS_AT_ONCE = 500
"""Documents that are known to be unchanged need no work: so many of them are one item."""

DELETIONS_AT_ONCE = 200
FEW_DELETIONS = 20
DELETED_PERCENT = 20


@frozen(kw_only=True)
class Known:
    """
    What the library has of one location.

    *is_settled*: what was made last was made of the newest content, and nothing went wrong. *is_there*: it was not
    removed. A sync that removes a document takes its version away, so that it comes back as soon as it is listed
    again; a person who removes one leaves the version, and it comes back with its next change. *visible_hash* is that
    of the content which readers see: it tells, when an item is tried again, whether an earlier attempt had done it.
    """

    id: DocumentId
    version: str
    visible_hash: str
    is_settled: bool
    is_there: bool = True


@frozen(kw_only=True)
class Take:
    """A document is new, or may have changed: fetch it. *visible_hash* and *version* are those of before ("": none)."""

    entry: Entry
    is_new: bool
    visible_hash: str = ""
    version: str = ""


@frozen(kw_only=True)
class Skip:
    """So many documents are unchanged by their versions."""

    count: int


@frozen(kw_only=True)
class Delete:
    """These documents are not in the source any more."""

    documents: tuple[DocumentId, ...]


class Deletions(StrEnum):
    """What becomes of vanished documents: there are none; they are deleted; a person is asked; the listing is wrong."""

    NONE = "none"
    DELETE = "delete"
    UNCONFIRMED = "unconfirmed"
    EMPTY = "empty"


@frozen(kw_only=True)
class Finish:
    """The end of a plan: how many documents were *listed*, were *known*, have *vanished*; and what becomes of these."""

    listed: int
    known: int
    vanished: int
    deletions: Deletions


Step = Take | Skip | Delete | Finish


@frozen(kw_only=True)
class Leave:
    """Whether deletions were *confirmed*, and whether even a few wait for that (*is_held*)."""

    confirmed: bool = False
    is_held: bool = False


@define
class _Count:
    listed: int = 0
    unchanged: int = 0
    seen: set[str] = field(factory=set)


def known_of(document: LibraryDocument) -> Known:
    """Return what a plan needs to know of a document."""
    return Known(
        id=document.id,
        version=document.version,
        visible_hash=document.visible_hash,
        is_settled=is_settled(document),
        is_there=document.removed_at is None,
    )


def is_settled(document: LibraryDocument) -> bool:
    """Whether readers see the newest content of a document, or would, had nobody removed it."""
    is_whole = document.generation > 0 and document.visible_hash == document.content_hash
    is_under_way = document.review_status is ReviewStatus.PROCESSING
    return is_whole and document.failure is None and not is_under_way


def is_same_version(known: str, listed: str) -> bool:
    """Whether a listing's version is the one that is stored; what stands behind a space there is the reader's own."""
    return bool(listed) and known.partition(" ")[0] == listed


def most_deletions(known: int) -> int:
    """Return how many of *known* documents may vanish without anybody being asked."""
    return max(FEW_DELETIONS, known * DELETED_PERCENT // 100)


def steps_of(known: Mapping[str, Known], entries: Iterable[Entry], *, leave: Leave) -> Iterator[Step]:
    """
    Yield what there is to do; deletions and the end come last.

    A location that is listed twice counts once. Whatever *entries* raises gets through: then there is no plan.
    """
    count = _Count()
    for entry in entries:
        if entry.location in count.seen:
            continue
        count.seen.add(entry.location)
        count.listed += 1
        step = _step(known.get(entry.location), entry)
        if step is not None:
            yield step
            continue
        count.unchanged += 1
        if count.unchanged == SKIPS_AT_ONCE:
            yield Skip(count=count.unchanged)
            count.unchanged = 0
    if count.unchanged:
        yield Skip(count=count.unchanged)
    yield from _end(known, count, leave)


def _step(known: Known | None, entry: Entry) -> Take | None:
    """Return what to do with an entry; None: nothing. One that comes back after its removal is new to people."""
    if known is None:
        return Take(entry=entry, is_new=True)
    if known.is_settled and is_same_version(known.version, entry.version):
        return None
    is_new = not known.is_there or not known.visible_hash
    version = known.version if known.is_settled else ""
    return Take(entry=entry, is_new=is_new, visible_hash=known.visible_hash, version=version)


def _end(known: Mapping[str, Known], count: _Count, leave: Leave) -> Iterator[Step]:
    there = {location: each.id for location, each in known.items() if each.is_there}
    vanished = tuple(document for location, document in there.items() if location not in count.seen)
    deletions = deletions_of(len(vanished), known=len(there), listed=count.listed, leave=leave)
    if deletions is Deletions.DELETE:
        for first in range(0, len(vanished), DELETIONS_AT_ONCE):
            yield Delete(documents=vanished[first : first + DELETIONS_AT_ONCE])
    yield Finish(listed=count.listed, known=len(there), vanished=len(vanished), deletions=deletions)


def deletions_of(vanished: int, *, known: int, listed: int, leave: Leave) -> Deletions:
    """
    Return what becomes of *vanished* of *known* documents.

    A source that is suddenly empty deletes nothing, even when that is confirmed: an unmounted folder looks the same.
    Who means it removes the source.
    """
    if not vanished:
        return Deletions.NONE
    if not listed:
        return Deletions.EMPTY
    if leave.confirmed:
        return Deletions.DELETE
    is_much = vanished > most_deletions(known)
    return Deletions.UNCONFIRMED if is_much or leave.is_held else Deletions.DELETE
