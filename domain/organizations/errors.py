"""What organizations refuse, beside what the kernel's tree of errors has words for."""

from __future__ import annotations

from domain.jobs.errors import AntiphonError


class Unauthenticated(AntiphonError):
    """Nobody we know presented this; the message never says in which way it was wrong."""
