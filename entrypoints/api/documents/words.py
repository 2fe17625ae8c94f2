"""What all documents that a caller sends have in common: nothing unknown in them, and no number that is none."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, JsonValue

JsonObject = dict[str, JsonValue]


class Words(BaseModel):
    """A part of a request; a field that nobody knows is refused, since a misspelt one would be believed."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
