"""Summaries for people: lists, bullets by section, and the compliance matrix."""

from __future__ import annotations

from collections.abc import Sequence

from entrypoints.api.documents.rfp_summaries import (
    BulletDocument,
    InformationDocumentDocument,
    MatrixRowDocument,
    SummaryDocument,
)
from entrypoints.cli.acting import shown_time
from entrypoints.cli.console import say, show
from entrypoints.cli.plain_tables import print_rows

LIST_COLUMNS = ("id", "name", "chunks", "newest job", "handed in (UTC)")
_MATRIX_COLUMNS = ("no", "kind", "date", "what", "where", "found by", "look at")


def list_row(one: InformationDocumentDocument) -> tuple[str, ...]:
    """Return a document as a row of a list."""
    job = f"{one.job.status.value} ({one.job.job_id[:8]})" if one.job else "none"
    return one.id[:8], one.name, f"{one.chunks:,}", job, shown_time(one.created_at, otherwise="")


def print_summary(summary: SummaryDocument) -> None:
    """Print a summary, and say what it lacks."""
    show(f"{summary.title}  ({summary.name}, {summary.id})")
    show(by_whom(summary))
    _print_bullets("The most important", summary.overview)
    for section in summary.sections:
        _print_bullets(" > ".join(section.heading_path) or summary.title, section.bullets)
    if summary.matrix:
        show("\nCompliance matrix")
        print_rows(_MATRIX_COLUMNS, map(_row, summary.matrix))
    for line in what_is_lacking(summary):
        say(line)


def by_whom(summary: SummaryDocument) -> str:
    """Return who summarized: that no model did must be seen at once."""
    if summary.authors == ["extractive"]:
        return "extractive: sentences of the document, chosen without a model"
    return f"by {', '.join(summary.authors)} ({', '.join(summary.prompts)})" if summary.authors else "not made yet"


def what_is_lacking(summary: SummaryDocument) -> list[str]:
    """Return lines about what the summary does not say: missing parts, and what was left out of it."""
    said = [
        f"missing   chunks {one.first_chunk}-{one.last_chunk}: {one.reason}; nothing here is about them"
        for one in summary.missing
    ]
    said += [
        f"left out  {one.kind.value if one.kind else 'bullet'} {one.text!r}: {'; '.join(one.reasons)}"
        for one in summary.left_out
    ]
    return said


def where(heading_path: Sequence[str], chunk: int) -> str:
    """Return where something stands, as people find it."""
    return f"{' > '.join(heading_path)} [{chunk}]" if heading_path else f"[{chunk}]"


def _print_bullets(title: str, bullets: Sequence[BulletDocument]) -> None:
    if bullets:
        show(f"\n{title}")
    for one in bullets:
        chunks = ", ".join(f"[{chunk}]" for chunk in dict.fromkeys(cited.chunk for cited in one.citations))
        doubts = f"  (look at it: {'; '.join(one.doubts)})" if one.doubts else ""
        show(f"  - {one.text} {chunks}{doubts}")


def _row(one: MatrixRowDocument) -> tuple[str, ...]:
    place = where(one.heading_path, one.chunk)
    return str(one.no), one.kind.value, one.date, one.text, place, one.found_by.value, "; ".join(one.doubts)
