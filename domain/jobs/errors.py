"""
The one tree of errors.

    AntiphonError
    |- InvalidInput           the caller's words are wrong: which field, what was found, expected, and to do
    |- NotFound               no such thing in this organization
    |- Conflict               the thing is there, and its state forbids the move
    |  |- AlreadyRunning      a second active job of one kind on one subject
    |  `- KeyReused           an idempotency key came again with another request
    |- ServiceUnavailable     a database or broker that is needed can't be reached, or refuses to work
    |  `- WorkerStopping      the worker itself was told to stop; another one does it
    |- BrokenSettings         settings that would break a promise; nothing was started
    |- Unauthenticated        nobody known asks (domain/organizations/errors.py, as the next one)
    |- Forbidden              who asks is known, and may not do this
    |- LeaseLost              the attempt is no longer the item's live one: whoever runs it must stop
    |- Deferred               the attempt may not begin its work yet; it does not count
    `- ItemFailure            one attempt at one item failed; the kernel turns it into a retry or an outcome
       |- TransientFailure    another attempt may succeed
       `- PermanentFailure    another attempt would fail the same way

Adapters turn the errors of their libraries into this tree (`raise ... from exc`); nothing else decides about retry.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from domain.jobs.usage import NOTHING, Usage


class AntiphonError(Exception):
    """Anything Antiphon says no with; the message is written for its user."""


class InvalidInput(AntiphonError):
    """
    The caller's words are wrong; nothing was changed.

    *problems* holds one line per thing to mend, so that a file with three mistakes needs one round, not three.
    *pointers* says of each where it is, as a JSON pointer (RFC 6901), where the words came as JSON; "" where nobody
    knows.
    """

    def __init__(self, message: str, *, problems: tuple[str, ...] = (), pointers: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems
        self.pointers = pointers or ("",) * len(problems)


class NotFound(AntiphonError):
    """No such thing in this organization (another organization's things are not found either)."""


class Conflict(AntiphonError):
    """The thing exists, and its state forbids what was asked."""


class AlreadyRunning(Conflict):
    """A second active job of one kind on one subject was refused."""


class KeyReused(Conflict):
    """An idempotency key came again with a request that differs from its first one."""


class ServiceUnavailable(AntiphonError):
    """A service that is needed can't be reached, or refuses to work; what was accepted before stays accepted."""


class WorkerStopping(ServiceUnavailable):
    """The worker was told to stop before it had done this; nothing is wrong, and another one does it."""


class BrokenSettings(AntiphonError):
    """The settings would break a promise; *problems* says which and what to set instead."""

    def __init__(self, message: str, *, problems: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class LeaseLost(AntiphonError):
    """The attempt has lost its item (to its deadline, or to another worker); nothing it still does will count."""


class Deferred(AntiphonError):
    """
    A runner could not get permission for its work yet: a rate limit, or something it needs that is not ready.

    The item waits for *retry_after_s* seconds and is tried again; the attempt does not count, and nothing has failed.
    *usage* is what was spent and not kept yet; the runner keeps it before it lets the item go, and with it what was
    *heard* for that: replies, by what was asked.
    """

    def __init__(self, retry_after_s: float, reason: str, *, usage: Usage = NOTHING) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s
        self.usage = usage
        self.heard: Mapping[str, str] = {}


class FailureKind(StrEnum):
    """
    Why an item could not be executed or judged. Stable names: reports, filters and users' scripts rely on them.

    `dns`, `tls`, and from `authentication` to `context_too_long` say more than `connection` and `refused` do, where
    the far side can be understood. Only connection, dns, tls, timed_out, rate_limited and server_error may pass, and
    not always: whether one does is said by the class of the failure.
    """

    CONNECTION = "connection"
    DNS = "dns"
    TLS = "tls"
    TIMED_OUT = "timed_out"
    TARGET_DOWN = "target_down"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    AUTHENTICATION = "authentication"
    PERMISSION = "permission"
    QUOTA = "quota"
    MODEL_NOT_FOUND = "model_not_found"
    CONTENT_FILTERED = "content_filtered"
    CONTEXT_TOO_LONG = "context_too_long"
    REFUSED = "refused"
    BAD_ANSWER = "bad_answer"
    TOO_LARGE = "too_large"
    BAD_INPUT = "bad_input"
    EVALUATION_ERROR = "evaluation_error"
    NO_STORED_ANSWER = "no_stored_answer"
    POISON = "poison"
    BUDGET = "budget"
    EXPIRED = "expired"
    INTERNAL = "internal"


class ItemFailure(AntiphonError):
    """
    One attempt failed; *partial_result* keeps what was paid for before (an answer that could not be judged).

    *usage* is what the attempt spent since it last kept something, *heard* the replies it got for that, by what was
    asked: the next attempt need not ask again.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: FailureKind,
        partial_result: dict[str, object] | None = None,
        usage: Usage = NOTHING,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.partial_result = partial_result or {}
        self.usage = usage
        self.heard: Mapping[str, str] = {}


class TransientFailure(ItemFailure):
    """Another attempt may succeed; *retry_after_s* is what the far side asked for, in seconds, when it said so."""

    def __init__(
        self,
        message: str,
        *,
        kind: FailureKind,
        retry_after_s: float | None = None,
        partial_result: dict[str, object] | None = None,
        usage: Usage = NOTHING,
    ) -> None:
        super().__init__(message, kind=kind, partial_result=partial_result, usage=usage)
        self.retry_after_s = retry_after_s


class PermanentFailure(ItemFailure):
    """Another attempt would fail the same way."""
