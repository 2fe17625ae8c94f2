"""Failures that every kind of source words in the same way."""

from __future__ import annotations

from domain.embedding.source_ports import MOST_BYTES
from domain.jobs.errors import FailureKind, PermanentFailure, TransientFailure


def too_large(location: str, *, size: int) -> PermanentFailure:
    """Return the failure of a document that is too large to be read."""
    return PermanentFailure(
        f"{location}: it has {size:,} bytes; expected at most {MOST_BYTES:,}", kind=FailureKind.TOO_LARGE
    )


def gone(location: str) -> PermanentFailure:
    """Return the failure of a document that was listed, and is not there when it is fetched."""
    return PermanentFailure(
        f"{location}: it was listed and is gone by now; the next sync looks again", kind=FailureKind.REFUSED
    )


def lost(location: str) -> TransientFailure:
    """Return the failure of a document that the source calls unchanged, and that went wrong here since the plan."""
    return TransientFailure(
        f"{location}: the source says it is unchanged, and the library lost it meanwhile; the next sync takes it",
        kind=FailureKind.INTERNAL,
    )
