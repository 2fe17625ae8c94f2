"""A source's settings as JSON, for its row, its jobs and the API; secrets are names in all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from domain.embedding.documentation_source import SourceKind, SourceSettings
from domain.embedding.selection import Selection
from domain.jobs.item import Document

_TEXTS = ("location", "branch", "endpoint", "region", "user", "secret")


def settings_to_json(settings: SourceSettings) -> dict[str, object]:
    """Return the settings as JSON."""
    return {
        "kind": settings.kind.value,
        **{name: getattr(settings, name) for name in _TEXTS},
        "include": list(settings.selection.include),
        "exclude": list(settings.selection.exclude),
        "most_documents": settings.most_documents,
    }


def settings_from_json(data: Document) -> SourceSettings:
    """Read settings back."""
    include, exclude = cast(Iterable[str], data["include"]), cast(Iterable[str], data["exclude"])
    return SourceSettings(
        kind=SourceKind(str(data["kind"])),
        **{name: str(data[name]) for name in _TEXTS},
        selection=Selection(include=tuple(include), exclude=tuple(exclude)),
        most_documents=cast(int, data["most_documents"]),
    )
