"""What only the API refuses: a field of a request that can't be used."""

from __future__ import annotations

from domain.jobs.errors import InvalidInput


class InvalidField(InvalidInput):
    """One field of the request is wrong; *pointer* is its JSON pointer: `/query/after`, `/body/name`."""

    def __init__(self, message: str, *, pointer: str, problems: tuple[str, ...] = ()) -> None:
        said = problems or (message,)
        super().__init__(message, problems=said, pointers=(pointer,) * len(said))
