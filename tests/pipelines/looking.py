"""Waiting for something to become so, with a deadline: what tests use in place of pauses."""

from __future__ import annotations

import time
from collections.abc import Callable

LOOK_EVERY_S = 0.005
WITHIN_S = 120.0
"""Longer than anything here takes on a busy machine; a test that reaches it has found a hang."""


def look_until(is_so: Callable[[], bool], *, within_s: float = WITHIN_S, what: str = "") -> float:
    """
    Return, when *is_so* says yes, how many seconds that took.

    Raises:
        AssertionError: it did not within the deadline; *what* was waited for is named.
    """
    began = time.monotonic()
    while not is_so():
        waited = time.monotonic() - began
        assert waited < within_s, f"not so after {within_s:g} s: {what or is_so.__name__}"
        time.sleep(LOOK_EVERY_S)
    return time.monotonic() - began
