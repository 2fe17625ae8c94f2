"""What all documents that a caller sends have in common: nothing unknown in them, and no number that is none."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import get_args

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationInfo, field_validator

JsonObject = dict[str, JsonValue]


class Words(BaseModel):
    """A part of a request; a field that nobody knows is refused, since a misspelt one would be believed."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _check_numbers(cls, value: object, info: ValidationInfo) -> object:
        """Refuse `true` where a number belongs: pydantic takes it for 1, and the OpenAPI document says no."""
        said = value if isinstance(value, list) else [value]
        if any(isinstance(one, bool) for one in said) and _takes_numbers(cls, info.field_name or ""):
            raise ValueError("true and false are no numbers")
        return value


@cache
def _takes_numbers(words: type[Words], field: str) -> bool:
    kinds = list(_kinds_in(words.model_fields[field].annotation))
    return any(kind in (int, float) for kind in kinds) and not any(kind is bool for kind in kinds)


def _kinds_in(annotation: object) -> Iterator[object]:
    """Yield what a type is made of (`list[int] | None`: list of nothing else, int, None)."""
    inner = get_args(annotation)
    for one in inner:
        yield from _kinds_in(one)
    if not inner:
        yield annotation
