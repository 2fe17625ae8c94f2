"""`antiphon runs export`: a stored run as a file, in the form that other tools read."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from domain.jobs.item import Item
from domain.jobs.service import JobView
from domain.test_execution.run import RunSpec
from domain.test_execution.summary import RunSummary, summarise
from entrypoints.cli.console import say
from entrypoints.cli.opening import open_antiphon
from entrypoints.stored_runs import find_run, items_of

FORMATS = ("jsonl", "csv", "promptfoo", "junit", "html")
_ENDINGS = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".json": "promptfoo", ".xml": "junit", ".html": "html",
    ".htm": "html",
}  # fmt: skip
Rows = Callable[[], Iterator[Item]]


@click.command()
@click.argument("run")
@click.option("--format", "form", type=click.Choice(FORMATS), help="What to write. Default: by the file's ending.")
@click.option("--output", "-o", "file", type=click.Path(path_type=Path), required=True, help="The file to write.")
def export(*, run: str, form: str | None, file: Path) -> None:
    """
    Write a stored RUN to a file, whatever its size: rows are streamed.

    jsonl and csv hold one row for each test, repeat and metric; promptfoo is its output.json, junit is for build
    servers, html is for people.

    \b
    antiphon runs export last -o run.jsonl
    antiphon runs export 3f2a -o results.csv
    antiphon runs export last --format junit -o out.xml
    """
    chosen = form or _form_of(file)
    antiphon = open_antiphon()
    view = find_run(antiphon, antiphon.tenant, run)
    _write(chosen, file, view, functools.partial(items_of, antiphon.store, antiphon.tenant, view.job.id))
    say(f"written   {file} ({chosen})")


def _write(form: str, file: Path, view: JobView, rows: Rows) -> None:
    from adapters.reports.html import write_html
    from adapters.reports.junit import write_junit
    from adapters.reports.promptfoo_output import write_promptfoo
    from adapters.reports.table_files import write_csv, write_jsonl

    title = RunSpec.from_document(view.job.spec).test_set_name
    match form:
        case "jsonl":
            write_jsonl(file, job=view.job, items=rows)
        case "csv":
            write_csv(file, job=view.job, items=rows)
        case "promptfoo":
            write_promptfoo(file, job=view.job, items=rows, summary=_summary(view, rows), title=title)
        case "junit":
            write_junit(file, job=view.job, items=rows, summary=_summary(view, rows), title=title)
        case _:
            write_html(file, job=view.job, items=rows, summary=_summary(view, rows), title=title)


def _summary(view: JobView, rows: Rows) -> RunSummary:
    return summarise(view.job, items=rows(), gates=RunSpec.from_document(view.job.spec).gates)


def _form_of(file: Path) -> str:
    if file.suffix.lower() not in _ENDINGS:
        raise click.BadParameter(f"{str(file)!r} has none of the endings {', '.join(_ENDINGS)}; say which of "
                                 f"{', '.join(FORMATS)} it is to be", param_hint="--format")  # fmt: skip
    return _ENDINGS[file.suffix.lower()]
