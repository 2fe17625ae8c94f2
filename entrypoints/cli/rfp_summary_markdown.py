"""A summary as a Markdown file; what a document or a model says can't become markup in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from adapters.reports.files import replacing
from adapters.reports.markdown_text import escaped
from entrypoints.api.documents.rfp_summaries import BulletDocument, MatrixRowDocument, SummaryDocument
from entrypoints.cli.rfp_summary_tables import by_whom, what_is_lacking, where


def write_summary(path: Path, summary: SummaryDocument) -> None:
    """
    Write the file, in place of one that is there.

    Raises:
        InvalidInput: it can't be written there.
        ServiceUnavailable: the disk is full, or broken.
    """
    with replacing(path) as file:
        file.write("\n".join(_lines(summary)) + "\n")


def _lines(summary: SummaryDocument) -> Iterator[str]:
    yield f"# {escaped(summary.title)}"
    yield f"\n{escaped(f'{summary.name}, SHA-256 {summary.content_hash}; {by_whom(summary)}.')}"
    yield from _bullets("The most important", summary.overview, level=2)
    if summary.sections:
        yield "\n## By section"
    for section in summary.sections:
        yield from _bullets(" > ".join(section.heading_path) or summary.title, section.bullets, level=3)
    if summary.matrix:
        yield "\n## Compliance matrix\n"
        yield "| no | kind | date | what | where | quote | found by | look at |"
        yield "|---|---|---|---|---|---|---|---|"
        yield from map(_row, summary.matrix)
    if lacking := what_is_lacking(summary):
        yield "\n## What this summary lacks\n"
        yield from (f"- {escaped(line)}" for line in lacking)


def _bullets(title: str, bullets: Sequence[BulletDocument], *, level: int) -> Iterator[str]:
    if bullets:
        yield f"\n{'#' * level} {escaped(title)}\n"
    for one in bullets:
        chunks = ", ".join(f"[{chunk}]" for chunk in dict.fromkeys(cited.chunk for cited in one.citations))
        doubts = f" (look at it: {'; '.join(one.doubts)})" if one.doubts else ""
        yield f"- {escaped(f'{one.text} {chunks}{doubts}')}"


def _row(one: MatrixRowDocument) -> str:
    place, doubts = where(one.heading_path, one.chunk), "; ".join(one.doubts)
    cells = (str(one.no), one.kind.value, one.date, one.text, place, one.quote, one.found_by.value, doubts)
    return f"| {' | '.join(map(escaped, cells))} |"
