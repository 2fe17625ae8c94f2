"""RFP records as JSON and back; fields that a newer version wrote are ignored by an older one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar, cast

from cattrs import Converter

T = TypeVar("T")

_CONVERTER = Converter()
_CONVERTER.register_unstructure_hook(datetime, datetime.isoformat)
_CONVERTER.register_structure_hook(datetime, lambda text, _type: datetime.fromisoformat(text))


def to_document(record: object) -> dict[str, object]:
    """Return a record as JSON."""
    return cast(dict[str, object], _CONVERTER.unstructure(record))


def from_document(document: Mapping[str, Any], kind: type[T]) -> T:
    """Read a record back."""
    return _CONVERTER.structure(document, kind)
