"""The forms a report of a run is asked for in, and writing its files."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click
from attrs import frozen

from domain.jobs.errors import InvalidInput, ServiceUnavailable
from domain.jobs.item import Item
from domain.jobs.service import JobView
from domain.test_execution.summary import RunSummary
from entrypoints.cli.console import say

F = TypeVar("F", bound=Callable[..., Any])


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
            InvalidInput: no such folder, or not one that can be written to; one name for both.
        """
        from adapters.reports.files import check_report_path

        if self.junit is not None and self.html is not None and self.junit.absolute() == self.html.absolute():
            raise InvalidInput(f"--junit and --html both name {str(self.html)!r}; give them different names")
        for path in (self.junit, self.html):
            if path is not None:
                check_report_path(path)


def output_options(command: F) -> F:
    """Add --json, --junit and --html, handed over as one `outputs`."""

    @functools.wraps(command)
    def with_outputs(*args: Any, as_json: bool, junit: Path | None, html: Path | None, **rest: Any) -> Any:
        return command(*args, outputs=Outputs(as_json=as_json, junit=junit, html=html), **rest)

    options = (
        click.option("--json", "as_json", is_flag=True, help="Print one JSON document (docs/json-output.md)."),
        click.option("--junit", type=click.Path(path_type=Path), help="Write JUnit XML to this file."),
        click.option("--html", type=click.Path(path_type=Path), help="Write the HTML report to this file."),
    )
    wrapped: Any = with_outputs
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]  # click's decorators return what they are given


def write_reports(
    home: Path,
    view: JobView,
    summary: RunSummary,
    rows: Callable[[], Iterator[Item]],
    *,
    title: str,
    outputs: Outputs,
) -> Path | None:
    """
    Write the files that were asked for, and a page in the home folder when no other one was; return where the page is.

    Raises:
        InvalidInput, ServiceUnavailable: a file that was asked for can't be written; the page in the home is optional.
    """
    from adapters.reports.html import write_html
    from adapters.reports.junit import write_junit

    if outputs.junit is not None:
        write_junit(outputs.junit, job=view.job, items=rows, summary=summary, title=title)
    page = outputs.html or home / "reports" / f"{view.job.id}.html"
    try:
        if outputs.html is None:
            page.parent.mkdir(parents=True, exist_ok=True)
        write_html(page, job=view.job, items=rows, summary=summary, title=title)
    except (OSError, InvalidInput, ServiceUnavailable) as error:
        if outputs.html is not None:
            raise
        say(f"no page was written: {error}")
        return None
    return page
