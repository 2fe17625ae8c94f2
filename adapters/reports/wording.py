"""How numbers, times and foreign text are put before people."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_UNSEEN = re.compile("\r\n|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufffe\uffff]")
"""Characters a page can't hold or doesn't show, and the two that turn text around; tab and line feed are fine."""
_REPLACEMENT = "\ufffd"


def visible(text: str) -> str:
    """
    Return *text* with a visible stand-in for each character that a page can't hold or would hide.

    Answers come from outside: NUL, escape codes and lone surrogates are worth seeing, and break encoders and parsers.
    """
    return _UNSEEN.sub(_stand_in, text)


def _stand_in(found: re.Match[str]) -> str:
    character = found.group()
    if character == "\r\n":
        return "\n"
    if character < " ":
        return chr(0x2400 + ord(character))  # Unicode's control pictures: U+2400 shows NUL, U+241B escape
    return _REPLACEMENT


def percent(share: float | None) -> str:
    """Return a share as per cent; one that isn't all or nothing never reads 100% or 0%."""
    if share is None:
        return "–"
    if 0 < share < 0.0005:
        return "<0.1%"
    if 0.9995 <= share < 1:
        return ">99.9%"
    return f"{share * 100:.0f}%" if share in (0, 1) else f"{share * 100:.1f}%"


def number(value: float | None) -> str:
    """Return a count with thousands apart, or another number with at most three digits after the point."""
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3f}".rstrip("0").rstrip(".")


def seconds(value: float | None) -> str:
    """Return a time span in the unit people would say it in."""
    if value is None:
        return "–"
    if value < 0.9995:
        return f"{value * 1000:.0f} ms"
    if value < 59.995:
        return f"{value:.2f} s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min" if hours else f"{minutes} min {rest} s"


def moment(value: datetime | None) -> str:
    """Return a time in UTC, to the second."""
    return "–" if value is None else value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
