"""
Bounds on what one template may make and how long it may take.

Every filter, test, call, operator and turn of a loop looks at the time, and each of them is small: what it would make
is measured before it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from math import inf
from time import monotonic

from jinja2.exceptions import SecurityError

MAX_OUTPUT_CHARACTERS = 1_000_000
RENDER_LIMIT_S = 1.0
_MAX_RANGE = 1_000
_MAX_BITS = 4_096
_MAX_BASE = 1_000_000_000
_MAX_EXPONENT = 64

_ends: ContextVar[float] = ContextVar("rendering_ends", default=inf)


@contextmanager
def rendering_time() -> Iterator[None]:
    """Start the time of one rendering, in this thread, until the end of the block."""
    token = _ends.set(monotonic() + RENDER_LIMIT_S)
    try:
        yield
    finally:
        _ends.reset(token)


def check_time() -> None:
    """
    Go on, if there is time left.

    Raises:
        SecurityError: the rendering has taken longer than the limit.
    """
    if monotonic() > _ends.get():
        raise SecurityError(f"it takes longer than {RENDER_LIMIT_S:g} s")


def timed(function: Callable[..., object]) -> Callable[..., object]:
    """Return a filter or test that looks at the time first; what marks it for Jinja is kept."""

    @wraps(function)
    def call(*args: object, **kwargs: object) -> object:
        check_time()
        return function(*args, **kwargs)

    return call


def counted(values: Iterable[object]) -> Iterator[object]:
    """Yield the values of a loop, looking at the time at each turn."""
    for value in values:
        check_time()
        yield value


def check_size(size: int) -> None:
    """
    Refuse a text or list of more than the allowed size.

    Raises:
        SecurityError: it would be larger.
    """
    if size > MAX_OUTPUT_CHARACTERS:
        raise SecurityError(f"a value has at most {MAX_OUTPUT_CHARACTERS} characters or elements")


def check_operation(operator: str, left: object, right: object) -> None:
    """
    Refuse `+`, `*`, `**` and `%` whose result could be huge.

    Raises:
        SecurityError: it could.
    """
    check_time()
    if operator == "**" and not (_is_within(left, limit=_MAX_BASE) and _is_within(right, limit=_MAX_EXPONENT)):
        raise SecurityError(f"a power has at most {_MAX_BASE} as its base and {_MAX_EXPONENT} as its exponent")
    if operator == "%" and isinstance(left, str):
        raise SecurityError("'%' is for numbers here")
    if operator == "*":
        check_size(max(_repeated(left, right), _repeated(right, left)))
    if operator == "+" and isinstance(left, str | list | tuple) and isinstance(right, str | list | tuple):
        check_size(len(left) + len(right))
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right.bit_length() > _MAX_BITS:
        raise SecurityError(f"a whole number has at most {_MAX_BITS} binary digits")


def joined(texts: Sequence[str], separator: str) -> str:
    """
    Join texts.

    Raises:
        SecurityError: the result would be too large.
    """
    check_size(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def replaced(text: str, old: str, new: str, count: int | None = None) -> str:
    """
    Replace *old* by *new*, everywhere or *count* times.

    Raises:
        SecurityError: the result would be too large.
    """
    check_size(len(text) + text.count(old) * len(new))
    return text.replace(old, new, -1 if count is None else count)


def short_range(*bounds: int) -> Iterator[int]:
    """
    Return a range of at most 1,000 numbers.

    Raises:
        SecurityError: it is longer.
    """
    numbers = range(*bounds)
    if len(numbers) > _MAX_RANGE:
        raise SecurityError(f"a range has at most {_MAX_RANGE} numbers")
    return iter(numbers)


def _is_within(value: object, *, limit: int) -> bool:
    return isinstance(value, int | float) and abs(value) <= limit


def _repeated(value: object, times: object) -> int:
    return len(value) * times if isinstance(value, str | list | tuple) and isinstance(times, int) else 0
