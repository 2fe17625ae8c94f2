"""Money on the command line: US dollars as people write them, whole nano-dollars inside."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

import click

from domain.jobs.usage import NANOUSD


class _Dollars(click.ParamType[int]):
    name = "dollars"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the amount in billionths of a dollar, exactly as it was written."""
        if isinstance(value, int):
            return value
        try:
            nanousd = Decimal(str(value).removeprefix("$")) * NANOUSD
        except InvalidOperation:
            self.fail(f"{value!r} is no amount of dollars; write it like 0.50", param, ctx)
        if not nanousd.is_finite() or nanousd < 1 or nanousd != int(nanousd):
            self.fail(f"{value!r} must be more than 0 and have at most nine decimals", param, ctx)
        return int(nanousd)


DOLLARS = _Dollars()
