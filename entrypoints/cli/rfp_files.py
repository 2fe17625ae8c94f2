"""Files that `antiphon rfp` is handed: read whole, or refused by name."""

from __future__ import annotations

from pathlib import Path

from domain.jobs.errors import InvalidInput
from entrypoints.cli.library_add import content_of


def content_named(file: Path, *, expected: str) -> bytes:
    """
    Return what a file holds; *expected* is what the message says that it should be.

    Raises:
        InvalidInput: it is a folder, or can't be read.
    """
    if file.is_dir():
        raise InvalidInput(f"{file}: it is a folder; expected {expected}")
    try:
        return content_of(file)
    except InvalidInput as error:
        raise InvalidInput(f"{file}: {error}") from error
