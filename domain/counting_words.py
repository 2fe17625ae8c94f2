"""Numbers of things in words: `1 answer`, `1,024 answers`; a message that says `1 answers` reads like a machine's."""

from __future__ import annotations


def counted(count: int, one: str, several: str = "") -> str:
    """Return so many of a thing; *several* is its plural where that is not *one* with an `s`."""
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"
