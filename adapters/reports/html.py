"""
A test run as one HTML file that needs nothing else: to read, to mail, to keep as an artefact of a build.

The page loads nothing and sends nothing: its content security policy allows the one style sheet and the one script it
holds, by their hashes. Whatever a model answered stays text. Tables and the first failures are plain HTML and can be
read where scripts are not run; the script draws the list of all tests, a part at a time.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from attrs import frozen
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from adapters.reports import wording
from adapters.reports.files import replacing
from adapters.reports.rows import MOST_TESTS, Listing
from domain.jobs.item import Item
from domain.jobs.job import Job
from domain.test_execution.summary import RunSummary
from domain.test_execution.test_result import Standing

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
    most_tests: int = MOST_TESTS,
) -> None:
    """
    Write the run to *path*; *title* names what was tested, *items* yields the rows in their order.

    More than *most_tests* tests are not listed, except that every failure, error and inconclusive test is.

    Raises:
        InvalidInput: the report can't be written there.
        ServiceUnavailable: the disk is full, or broken.
    """
    problems = summary.failed + summary.inconclusive + summary.tally.failed
    listing = Listing(problems=problems, most=most_tests)
    with replacing(path) as report:
        for piece in _pieces(job, summary, title, listing=listing, items=items()):
            report.write(piece)


def _pieces(job: Job, summary: RunSummary, title: str, *, listing: Listing, items: Iterator[Item]) -> Iterator[str]:
    style, script = _resource("page.css"), _resource("page.js")
    return _template().generate(
        job=job,
        summary=summary,
        title=title,
        segments=_segments(summary),
        wall_time_s=_wall_time_s(job),
        rows=listing.rows(items),
        listing=listing,
        left_out=lambda: _left_out(listing.left_out),
        style=Markup(style),  # safe: a file of this package
        script=Markup(script),  # safe: a file of this package
        style_hash=_csp_hash(style),
        script_hash=_csp_hash(script),
    )


def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("adapters", "reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: (
            wording.visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
        ),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "percent": wording.percent,
        "number": wording.number,
        "seconds": wording.seconds,
        "moment": wording.moment,
    }
    return environment.get_template("page.html.jinja")


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


def _left_out(left_out: Counter[Standing]) -> str:
    return ", ".join(f"{left_out[standing]:,} {word}" for standing, word in WORDS.items() if left_out[standing])


def _wall_time_s(job: Job) -> float | None:
    if job.started_at is None:
        return None
    return max(((job.ended_at or job.updated_at) - job.started_at).total_seconds(), 0.0)


def _resource(name: str) -> str:
    return files("adapters.reports").joinpath(name).read_text(encoding="utf-8")


def _csp_hash(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode()).digest()).decode()}"
