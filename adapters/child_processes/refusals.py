"""Why a file is not taken, in the words its sender reads."""

from __future__ import annotations

from domain.jobs.errors import FailureKind, PermanentFailure


def unreadable(what: str) -> PermanentFailure:
    """Return the refusal of a file whose content is wrong; *what* says how, and what to do about it."""
    return PermanentFailure(what, kind=FailureKind.BAD_INPUT)


def too_large(what: str) -> PermanentFailure:
    """Return the refusal of a file that has more of something than its limit."""
    return PermanentFailure(what, kind=FailureKind.TOO_LARGE)
