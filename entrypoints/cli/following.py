"""Following a job to its end, and reporting it in every form that was asked for."""

from __future__ import annotations

import functools
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import click
from attrs import frozen

from domain.jobs.item import Item, ItemNo
from domain.jobs.job import JobId
from domain.jobs.service import JobView
from domain.test_execution.run import RunSpec
from domain.test_execution.summary import RunSummary, summarise
from domain.test_execution.summary_document import summary_document
from entrypoints.cli.console import print_json, progress, say
from entrypoints.container import Antiphon
from entrypoints.driving import run_to_end
from entrypoints.exit_codes import ExitCode, exit_code_of

F = TypeVar("F", bound=Callable[..., Any])
PAGE = 500


@frozen(kw_only=True)
class Outputs:
    """Where a report goes: JSON on standard output instead of tables; JUnit and HTML files."""

    as_json: bool = False
    junit: Path | None = None
    html: Path | None = None

    def check(self) -> None:
        """
        Find out before the run, not after it, that a report can't be written.

        Raises:
            InvalidInput: no such folder, or not one that can be written to.
        """
        from adapters.reports.files import check_report_path

        for path in (self.junit, self.html):
            if path is not None:
                check_report_path(path)


def output_options(command: F) -> F:
    """Add --json, --junit and --html, handed over as one `outputs`."""

    @functools.wraps(command)
    def with_outputs(*args: Any, as_json: bool, junit: Path | None, html: Path | None, **rest: Any) -> Any:
        return command(*args, outputs=Outputs(as_json=as_json, junit=junit, html=html), **rest)

    options = (
        click.option("--json", "as_json", is_flag=True, help="Print one JSON document, described in docs."),
        click.option("--junit", type=click.Path(path_type=Path), help="Write JUnit XML to this file."),
        click.option("--html", type=click.Path(path_type=Path), help="Write the HTML report to this file."),
    )
    wrapped: Any = with_outputs
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]  # click's decorators return what they are given


def follow(antiphon: Antiphon, job_id: JobId, outputs: Outputs, *, drive: Callable[..., JobView] = run_to_end) -> int:
    """Bring the job to its end with a progress display, report it, and return the exit code."""
    quiet = outputs.as_json
    if not quiet:
        say(f"job {job_id}")
    try:
        with _terminable(), progress("tests", quiet=quiet) as watch:
            view = drive(antiphon, job_id, watch)
    except KeyboardInterrupt:
        say(f"interrupted; nothing is lost: `antiphon jobs resume {job_id}` goes on with it")
        return ExitCode.INTERRUPTED
    return report(antiphon, view, outputs)


def report(antiphon: Antiphon, view: JobView, outputs: Outputs) -> int:
    """Write the reports of a test run and return the exit code that fits how it ended."""
    spec = RunSpec.from_document(view.job.spec)
    rows = functools.partial(items_of, antiphon, view.job.id)
    summary = summarise(view.job, items=rows(), gates=spec.gates)
    page = outputs.html or _default_page(antiphon, view)
    _write_files(view, summary, rows, title=spec.test_set_name, page=page, junit=outputs.junit)
    if outputs.as_json:
        print_json(summary_document(view.job, summary=summary))
    else:
        from entrypoints.cli.tables import print_summary

        print_summary(view, summary, title=spec.test_set_name)
        say(f"report    {page}\ndatabase  {antiphon.engine.url.render_as_string(hide_password=True)}")
    return exit_code_of(view.job.status, gates_met=summary.gates_met)


def items_of(antiphon: Antiphon, job_id: JobId) -> Iterator[Item]:
    """Yield the job's rows in order, read in pages: a job may be larger than memory."""
    after: ItemNo | None = None
    while True:
        with antiphon.store.view(antiphon.tenant) as work:
            page = work.ledger.page(job_id, after=after, limit=PAGE)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].no


def _write_files(
    view: JobView,
    summary: RunSummary,
    rows: Callable[[], Iterator[Item]],
    *,
    title: str,
    page: Path,
    junit: Path | None,
) -> None:
    from adapters.reports.html import write_html
    from adapters.reports.junit import write_junit

    write_html(page, job=view.job, items=rows, summary=summary, title=title)
    if junit is not None:
        write_junit(junit, job=view.job, items=rows, summary=summary, title=title)


def _default_page(antiphon: Antiphon, view: JobView) -> Path:
    folder = antiphon.settings.home / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{view.job.id}.html"


@contextmanager
def _terminable() -> Iterator[None]:
    """Treat SIGTERM like an interrupt for the length of the block, so that a stopped command gives back its items."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
