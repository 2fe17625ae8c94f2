"""The Retry-After header: a number of seconds or an HTTP date (RFC 9110, 10.2.3)."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# The RFC allows whole seconds only; some servers send fractions or negative numbers, and what they mean is plain.
_SECONDS = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?")


def retry_after_s(header: str | None, *, now: datetime) -> float | None:
    """Return the seconds to wait from *now* (with a time zone), never negative; None when the header says nothing."""
    text = (header or "").strip()
    if _SECONDS.fullmatch(text):
        seconds = float(text)
        return max(seconds, 0.0) if math.isfinite(seconds) else None
    return _seconds_until(text, now=now)


def _seconds_until(text: str, *, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    # HTTP dates are always UTC; the asctime form among them does not say so.
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((moment - now).total_seconds(), 0.0)
