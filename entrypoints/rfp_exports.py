"""A questionnaire with its answers, on its way out: what was written into it, and what was left open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from domain.rfp_answering.deciding import Exported

WRITTEN, LEFT_OPEN, LEFT_OUT = "Antiphon-Written", "Antiphon-Left-Open", "Antiphon-Left-Out"
"""Headers of an export; its body is the file."""


@frozen(kw_only=True)
class ExportedFile:
    """
    A file's bytes, and the numbers of questions: those answered in it, those without an answer, and those whose answer
    it could not take.
    """

    content: bytes
    written: tuple[int, ...]
    left_open: tuple[int, ...]
    left_out: tuple[int, ...]


def exported_file(exported: Exported) -> ExportedFile:
    """Return what leaves of an export."""
    return ExportedFile(
        content=exported.content, written=exported.written, left_open=exported.left_open, left_out=exported.left_out
    )


def ranges(numbers: Iterable[int]) -> str:
    """Return numbers as `1-3,7`: a thousand of them fit into a header."""
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in _runs(sorted(numbers)))


def numbers_in(text: str) -> tuple[int, ...]:
    """Return the numbers that `ranges` has written."""
    pairs = [part.partition("-") for part in text.split(",") if part]
    return tuple(no for first, _, last in pairs for no in range(int(first), int(last or first) + 1))


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for at, number in enumerate(numbers):
        if at + 1 == len(numbers) or numbers[at + 1] > number + 1:
            yield numbers[start], number
            start = at + 1
