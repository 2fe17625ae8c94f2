"""The time that one judgement by a schema may take, for all the small steps it consists of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

from domain.jobs.errors import FailureKind, PermanentFailure

JUDGEMENT_LIMIT_S = 0.5

_ends: ContextVar[float] = ContextVar("judgement_ends")


@contextmanager
def judgement_time() -> Iterator[None]:
    """Start the time of one judgement, in this thread, until the end of the block."""
    token = _ends.set(monotonic() + JUDGEMENT_LIMIT_S)
    try:
        yield
    finally:
        _ends.reset(token)


def check_time() -> None:
    """
    Go on, if there is time left; to be called at every step.

    Raises:
        PermanentFailure: evaluation_error: the judgement has taken longer than the limit.
    """
    if monotonic() > _ends.get():
        raise PermanentFailure(
            f"judging the answer took longer than {JUDGEMENT_LIMIT_S:g} s; simplify the schema "
            "(choices such as anyOf that contain themselves are the usual cause) or have the target answer shorter",
            kind=FailureKind.EVALUATION_ERROR,
        )
