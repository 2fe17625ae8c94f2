"""The id of a test that was given none: a hash of its own words, the same in every format and every version."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence

from domain.jobs.item import Document
from domain.test_execution.metric import Metric

_ID_LENGTH = 12


def hash_of(prompt: str | None, variables: Document, metrics: Sequence[Metric], *, more: Document) -> str:
    """Return the id; *more* is what later versions of the formats can say, and left out where a test doesn't."""
    said = [prompt, variables, list(map(_words, metrics)), *([more] if more else [])]
    words = json.dumps(said, sort_keys=True, allow_nan=False)
    return base64.b32encode(hashlib.sha256(words.encode()).digest()).decode().lower()[:_ID_LENGTH]


def _words(metric: Metric) -> list[object]:
    said = {
        "transform": metric.transform,
        "options": dict(metric.options),
        "metrics": list(map(_words, metric.metrics)),
    }
    more = {name: value for name, value in said.items() if value}
    return [metric.title, metric.value, metric.threshold, *([more] if more else [])]
