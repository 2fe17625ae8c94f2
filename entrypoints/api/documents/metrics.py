"""Kinds of metric as the API shows them."""

from __future__ import annotations

import attrs
from pydantic import BaseModel, Field

from adapters.metrics.catalogue import KindInWords


class ParameterDocument(BaseModel):
    """What a kind takes."""

    expected: str = Field(description="In words.", examples=["a share from 0 to 1"])
    required: bool


class MetricKind(BaseModel):
    """A kind of metric, each also with `not-` before its name."""

    kind: str = Field(examples=["contains-all"])
    about: str = Field(description="What it looks at.")
    value: ParameterDocument | None = Field(description="What it looks for; null: nothing.")
    threshold: ParameterDocument | None = Field(description="From where on it passes; null: it has none.")
    threshold_default: float | None = Field(description="The threshold of a metric that has none, where there is one.")
    asks_judge: bool = Field(description="Whether a model judges.")
    embeds: bool = Field(description="Whether an embedding model is needed.")
    unavailable: str = Field(description="Why the kind can't be used here; empty where it can.")


class MetricKinds(BaseModel):
    """All kinds, by name."""

    items: list[MetricKind]


def metric_kind(found: KindInWords) -> MetricKind:
    """Return the document of a kind."""
    return MetricKind.model_validate(attrs.asdict(found))
