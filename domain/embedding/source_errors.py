"""What is said of sources that are not there, or are there already."""

from __future__ import annotations

from domain.jobs.errors import Conflict, NotFound


def unknown_source(words: str) -> NotFound:
    """Return what to raise where there is no such source."""
    return NotFound(
        f"there is no documentation source {words!r} in this organization; `antiphon library sources list` shows those "
        "there are"
    )


def name_taken(name: str) -> Conflict:
    """Return what to raise where a name is somebody else's."""
    return Conflict(f"name: there is a documentation source {name!r} already; give this one another name")
