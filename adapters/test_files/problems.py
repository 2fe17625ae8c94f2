"""
What is wrong with a file, gathered: a file with three mistakes needs one round, not three.

Every line reads `FILE:LINE: what; expected what; what to do`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from adapters.test_files.nodes import LineAt, LineIn
from domain.jobs.errors import InvalidInput

SHOWN = 50
"""More lines than this help nobody: the rest is counted."""

_KEPT = 1_000
"""Memory stays bounded when every row of a large file is bad."""

SIMILAR = 0.6
"""How alike (0 to 1) an unknown word and a known one must be to name it in a refusal."""

VERY_SIMILAR = 0.8
"""How alike to warn about a word that may well be meant: `context` is no misspelt `contains`."""


class Problems:
    """The problems of one file, in the order of its lines."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: list[tuple[int, str]] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, line: int | None, what: str, *, expected: str, do: str) -> None:
        """Note a problem; *line* is counted from 1, None means the file as a whole."""
        self.add_text(line, f"{what}; expected {expected}; {do}")

    def add_text(self, line: int | None, text: str) -> None:
        """Note a problem that somebody else has worded (a metric's own complaint)."""
        self._count += 1
        if len(self._kept) < _KEPT:
            self._kept.append((0 if line is None else line, text))

    def refuse(self) -> NoReturn:
        """
        Refuse the file.

        Raises:
            InvalidInput: always; its message holds every problem, its `problems` one line each.
        """
        listed = sorted(self._kept, key=_place)[:SHOWN]
        lines = tuple(self._worded(line, text) for line, text in listed)
        pointers = tuple(_pointer(line) for line, _ in listed)
        if self._count > len(lines):
            lines, pointers = (*lines, f"... and {self._count - len(lines)} more"), (*pointers, "")
        noun = "problem" if self._count == 1 else "problems"
        head = f"{self._path} was not accepted: {self._count} {noun}"
        raise InvalidInput("\n".join((head, *lines)), problems=lines, pointers=pointers)

    def refuse_if_any(self) -> None:
        """
        Go on only with a file that has no problem.

        Raises:
            InvalidInput: there is one, or several.
        """
        if self._count:
            self.refuse()

    def _worded(self, line: int, text: str) -> str:
        path = self._path.parent / line.file if isinstance(line, LineIn) else self._path
        return f"{path}:{int(line)}: {text}" if line else f"{path}: {text}"


def _place(kept: tuple[int, str]) -> tuple[str, int]:
    """Return where a problem sorts: the file's own before those of files it names, each by line."""
    line, _ = kept
    return line.file if isinstance(line, LineIn) else "", line


def _pointer(line: int) -> str:
    return line.pointer if isinstance(line, LineAt) else ""


def nearest(word: str, *, among: Iterable[str], likeness: float = SIMILAR) -> str:
    """Return `did you mean X? ` for the known word that looks most like *word*, or nothing when none does."""
    found = difflib.get_close_matches(word.lower(), sorted(among), n=1, cutoff=likeness)
    return f"did you mean {found[0]}? " if found else ""


def misspelt(word: str, *, line: int, among: Iterable[str]) -> list[str]:
    """Return a warning when a variable's name looks like a misspelt key: a typo must not switch a metric off unseen."""
    hint = nearest(word, among=among, likeness=VERY_SIMILAR)
    return [f"line {line}: {shown(word)} is read as a variable; {hint}".strip()] if hint else []


def shown(value: object) -> str:
    """Return a value as a message shows it: on one line, and short."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
