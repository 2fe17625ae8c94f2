"""A sync's steps as items of its job, and back: plain JSON that survives every message and restart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import cast

from domain.embedding.library_document import DocumentId
from domain.embedding.source_ports import Entry
from domain.embedding.sync_plan import Delete, Deletions, Finish, Skip, Step, Take
from domain.jobs.item import Document, PlannedItem

DO = "do"
LONGEST_KEY = 200


def planned_items(steps: Iterable[Step], *, now: datetime) -> Iterator[PlannedItem]:
    """
    Yield the items of a plan.

    All deletions of a sync bear one moment, *now*: by it they are found again, to be undone. The last item says where
    the items begin that are no documents.
    """
    unchanged = deleted = 0
    tail: int | None = None
    for number, step in enumerate(steps):
        if isinstance(step, Take):
            yield PlannedItem(key=step.entry.location[:LONGEST_KEY], input=_taken(step))
        elif isinstance(step, Skip):
            key = f"unchanged {unchanged + 1}-{unchanged + step.count}"
            yield PlannedItem(key=key, input={DO: "skip", "count": step.count})
            unchanged += step.count
        elif isinstance(step, Delete):
            tail = number if tail is None else tail
            key = f"deletions {deleted + 1}-{deleted + len(step.documents)}"
            moment = now.isoformat()
            body = {DO: "delete", "documents": list(step.documents), "moment": moment, "tail": tail}
            yield PlannedItem(key=key, input=body)
            deleted += len(step.documents)
        else:
            yield PlannedItem(key="end of the sync", input=_finished(step, tail=number if tail is None else tail))


def step_of(data: Document) -> Step:
    """Read an item's input back."""
    do = data[DO]
    if do == "take":
        entry = Entry(location=str(data["location"]), version=str(data["version"]), size=_number(data.get("size")))
        return Take(
            entry=entry,
            is_new=bool(data["is_new"]),
            visible_hash=str(data["visible_hash"]),
            version=str(data["known_version"]),
        )
    if do == "skip":
        return Skip(count=cast(int, data["count"]))
    if do == "delete":
        return Delete(documents=tuple(DocumentId(str(one)) for one in cast(list[object], data["documents"])))
    return Finish(
        listed=cast(int, data["listed"]),
        known=cast(int, data["known"]),
        vanished=cast(int, data["vanished"]),
        deletions=Deletions(str(data["deletions"])),
    )


def moment_of(data: Document) -> datetime:
    """Return the moment that a deletion's tombstones bear."""
    return datetime.fromisoformat(str(data["moment"]))


def tail_of(data: Document) -> int:
    """Return the number of the first item that is no document, from an item that is none itself."""
    return cast(int, data["tail"])


def _taken(step: Take) -> Mapping[str, object]:
    entry = step.entry
    size = {} if entry.size is None else {"size": entry.size}
    return {
        DO: "take",
        "location": entry.location,
        "version": entry.version,
        **size,
        "is_new": step.is_new,
        "visible_hash": step.visible_hash,
        "known_version": step.version,
    }


def _finished(step: Finish, *, tail: int) -> Mapping[str, object]:
    return {
        DO: "finish",
        "listed": step.listed,
        "known": step.known,
        "vanished": step.vanished,
        "deletions": step.deletions.value,
        "tail": tail,
    }


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None
