"""
Files of prices: the one that comes with the program, and one of the user's in the same form.

`{"updated": "2026-08-21", "source": "...", "prices": [{"provider": "openai", "model": "gpt-5-mini", "input": 0.25,
"output": 2, "cached_input": 0.025}, ...]}`, in US dollars per million tokens.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from adapters.language_models.json_values import count, mapping, text
from domain.jobs.errors import InvalidInput
from domain.language_models.codec import price_from_json
from domain.language_models.model import CALLABLE, Provider
from domain.language_models.price import Price
from domain.language_models.pricing import PriceTable

_FORM = '{"provider": "openai", "model": "NAME", "input": 0.25, "output": 2}, in US dollars per million tokens'
_MOST_SHOWN = 50


def shipped_prices() -> PriceTable:
    """Return the prices that come with the program."""
    return _table(files("adapters.language_models").joinpath("prices.json").read_text(encoding="utf-8"), name="shipped")


def read_prices(path: Path) -> PriceTable:
    """
    Return the prices in a file; they replace the shipped ones, all of them.

    Raises:
        InvalidInput: it can't be read, or is not of the form; every entry to mend is named.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8"
        raise InvalidInput(f"prices {str(path)!r}: can't be read: {reason}") from exc
    return _table(content, name=str(path))


def _table(content: str, *, name: str) -> PriceTable:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as exc:
        raise InvalidInput(f"prices {name!r}: not JSON: {exc}") from exc
    entries = mapping(data).get("prices")
    if not isinstance(entries, list) or not entries:
        raise InvalidInput(f"prices {name!r}: no list under 'prices'; expected entries such as {_FORM}")
    problems = tuple(f"entry {no}: {problem}" for no, entry in enumerate(entries, 1) for problem in _problems(entry))
    if problems:
        raise InvalidInput(f"prices {name!r}: expected entries such as {_FORM}", problems=problems[:_MOST_SHOWN])
    prices = {(Provider(entry["provider"]), entry["model"]): _price(entry) for entry in entries}
    said = mapping(data)
    return PriceTable(prices=prices, updated=text(said.get("updated")) or "", source=text(said.get("source")) or name)


def _problems(entry: object) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield "is no object"
        return
    if entry.get("provider") not in list(CALLABLE):
        yield f"provider: {entry.get('provider')!r}; expected one of {', '.join(CALLABLE)}"
    if not text(entry.get("model")):
        yield "model: expected the model's name"
    for name in ("input", "output", "cached_input", "cache_write"):
        value = entry.get(name)
        is_missing = value is None and name in ("input", "output")
        if is_missing or (value is not None and not _is_amount(value)):
            yield f"{name}: {value!r}; expected a number from 0"
    limit = entry.get("up_to_prompt_tokens")
    if limit is not None and not count(limit):
        yield f"up_to_prompt_tokens: {limit!r}; expected a whole number from 1"


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")


def _price(entry: Mapping[str, object]) -> Price:
    return price_from_json({name: value for name, value in entry.items() if value is not None})
