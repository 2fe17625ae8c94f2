"""`antiphon tests`: files of tests."""

from __future__ import annotations

from pathlib import Path

import click

from domain.test_execution.test_set import TestFile, items_of, tag_counts
from entrypoints.cli.console import print_json


@click.group()
def tests() -> None:
    """Look at files of tests."""


@tests.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def validate(file: Path, *, as_json: bool) -> None:
    """
    Check a file of tests, and say what is in it. Nothing is run or stored.

    Every problem is listed with its line, and what to do; the exit code is then 2.
    """
    from adapters.metrics.scorers import StandardScorers
    from adapters.templates.jinja import JinjaTemplates
    from adapters.test_files.reader import read_test_file

    read = read_test_file(file, scorers=StandardScorers(JinjaTemplates()))
    document = _document(read)
    if as_json:
        print_json(document)
        return
    target = document["target"] or "none, name one with --target"
    click.echo(f"{file}: {document['tests']} tests, {document['items']} items with repeats")
    click.echo(f"  metrics: {document['metrics']} of the kinds {', '.join(_words(document['kinds']))}")
    click.echo(f"  target:  {target}")
    for warning in read.warnings:
        click.echo(f"  look at: {warning}")


def _words(value: object) -> list[str]:
    return [str(word) for word in value] if isinstance(value, list) else []


def _document(read: TestFile) -> dict[str, object]:
    return {
        "name": read.name,
        "tests": len(read.cases),
        "items": sum(1 for _ in items_of(read.cases)),
        "metrics": sum(len(case.metrics) for case in read.cases),
        "kinds": sorted({metric.title for case in read.cases for metric in case.metrics}),
        "tags": dict(sorted(tag_counts(read.cases).items())),
        "target": None if read.target is None else type(read.target).__name__.removesuffix("Target").lower(),
        "warnings": list(read.warnings),
    }
