"""What is said to those who may not come in, or may not do what they ask for."""

from __future__ import annotations

from domain.jobs.errors import AntiphonError

_UNKNOWN = (
    "the API key is missing, unknown, expired or revoked; send `Authorization: Bearer antiphon_...` with a key that "
    "`antiphon keys list` shows as active"
)


class Unauthenticated(AntiphonError):
    """
    Nobody known asks.

    The message never says in which way a key was wrong: that would tell a stranger which keys exist.
    """

    def __init__(self, message: str = _UNKNOWN) -> None:
        super().__init__(message)


class Forbidden(AntiphonError):
    """Who asks is known, and may not do this; the message says what it would take."""
