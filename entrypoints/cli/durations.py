"""Lengths of time on the command line: a number and a unit."""

from __future__ import annotations

import re
from typing import Any

import click

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 24 * 3600}
_LONGEST_S = 3650.0 * 24 * 3600


class Duration(click.ParamType[float]):
    """Seconds, written like 90s, 30m, 12h or 7d; *name* is what messages call it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the duration in seconds."""
        if isinstance(value, float):
            return value
        found = re.fullmatch(r"(\d{1,9})([smhd])", str(value).strip())
        seconds = float(int(found[1]) * _UNITS[found[2]]) if found else 0.0
        if not 0 < seconds <= _LONGEST_S:
            self.fail(f"{value!r} is no {self.name}; write it like 90s, 30m, 12h or 7d (at most 3650d)", param, ctx)
        return seconds
