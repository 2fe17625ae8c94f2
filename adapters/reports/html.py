"""
A test run as one HTML file that needs nothing else: to read, to mail, to keep as an artefact of a build.

Tables, charts and the first failures are plain HTML and can be read where scripts are not run; the script draws the
list of all tests, a part at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from attrs import frozen

from adapters.reports.charts import bars
from adapters.reports.chunks import PackedRows
from adapters.reports.files import replacing
from adapters.reports.pages import page_pieces, page_policy
from adapters.reports.rows import RunRows
from domain.jobs.item import Item
from domain.jobs.job import Job
from domain.test_execution.summary import RunSummary
from domain.test_execution.test_result import Standing

SCRIPT = "page.js"
_LEAST_WIDTH = 0.6
"""Per cent of the bar that even a single test gets, so that it can be seen among thousands."""
WORDS = {
    Standing.PASS: "passed",
    Standing.FAIL: "failed",
    Standing.INCONCLUSIVE: "inconclusive",
    Standing.ERROR: "errors",
    Standing.SKIPPED: "skipped",
    Standing.CANCELLED: "cancelled",
    Standing.RUNNING: "running",
    Standing.PENDING: "waiting",
}


@frozen(kw_only=True)
class Segment:
    """A part of the bar of all tests: where it starts and how wide it is, in per cent."""

    standing: Standing
    word: str
    count: int
    start: float
    width: float


def write_html(
    path: Path,
    *,
    job: Job,
    items: Callable[[], Iterator[Item]],
    summary: RunSummary,
    title: str = "Test run",
) -> None:
    """
    Write the run to *path*; *title* names what was tested, *items* yields the rows in their order.

    Raises:
        InvalidInput: the report can't be written there.
        ServiceUnavailable: the disk is full, or broken.
    """
    with replacing(path) as report:
        for piece in html_pieces(job, items(), summary=summary, title=title):
            report.write(piece)


def html_pieces(job: Job, items: Iterator[Item], *, summary: RunSummary, title: str) -> Iterator[str]:
    """Yield the page, piece by piece."""
    packed = PackedRows()
    return page_pieces(
        "page.html.jinja",
        script=SCRIPT,
        job=job,
        summary=summary,
        title=title,
        segments=_segments(summary),
        latency_bars=bars(summary.latency_bins),
        score_bars=bars(summary.score_bins),
        wall_time_s=_wall_time_s(job),
        chunks=packed.elements(RunRows(packed=packed).rows(items)),
        index=packed.index,
    )


def html_policy() -> str:
    """Return the content security policy that the page has."""
    return page_policy(SCRIPT)


def _segments(summary: RunSummary) -> list[Segment]:
    tally = summary.tally
    counts = {
        Standing.PASS: summary.passed,
        Standing.FAIL: summary.failed,
        Standing.INCONCLUSIVE: summary.inconclusive,
        Standing.ERROR: tally.failed,
        Standing.SKIPPED: tally.skipped,
        Standing.CANCELLED: tally.cancelled,
        Standing.RUNNING: tally.running,
        Standing.PENDING: tally.pending,
    }
    wide = {standing: max(count / tally.total * 100, _LEAST_WIDTH) for standing, count in counts.items() if count}
    scale, start, segments = 100 / (sum(wide.values()) or 1), 0.0, []
    for standing, width in wide.items():
        width *= scale
        segment = Segment(
            standing=standing,
            word=WORDS[standing],
            count=counts[standing],
            start=round(start, 3),
            width=round(width, 3),
        )
        segments.append(segment)
        start += width
    return segments


def _wall_time_s(job: Job) -> float | None:
    if job.started_at is None:
        return None
    return max(((job.ended_at or job.updated_at) - job.started_at).total_seconds(), 0.0)
