"""Objects and arrays in the middle of other text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Never

from adapters.metrics.time_budget import check_time

_START = re.compile(r"[{\[]")


def json_in(text: str) -> Iterator[object]:
    """
    Yield each object or array that *text* has, outermost ones only, in their order; to be used in `judgement_time`.

    >>> from adapters.metrics.time_budget import judgement_time
    >>> with judgement_time():
    ...     list(json_in('first {"a": [1]}, then [2] and {no}'))
    [{'a': [1]}, [2]]
    """
    at = 0
    while found := _START.search(text, at):
        check_time()
        try:
            value, at = _DECODER.raw_decode(text, found.start())
        except (ValueError, RecursionError):
            at = found.end()
        else:
            yield value


def _refuse(name: str) -> Never:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)
