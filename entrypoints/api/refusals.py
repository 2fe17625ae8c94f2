"""What only the API refuses: a field of a request that can't be used, and too many requests."""

from __future__ import annotations

from collections.abc import Mapping

from domain.jobs.errors import AntiphonError, InvalidInput


class InvalidField(InvalidInput):
    """One field of the request is wrong; *pointer* is its JSON pointer: `/query/after`, `/body/name`."""

    def __init__(self, message: str, *, pointer: str, problems: tuple[str, ...] = ()) -> None:
        said = problems or (message,)
        super().__init__(message, problems=said, pointers=(pointer,) * len(said))


class TooManyRequests(AntiphonError):
    """A key asks too often; *headers* say how it stands, and *retry_after_s* when to ask again."""

    def __init__(self, message: str, *, headers: Mapping[str, str], retry_after_s: int) -> None:
        super().__init__(message)
        self.headers = dict(headers)
        self.retry_after_s = retry_after_s
