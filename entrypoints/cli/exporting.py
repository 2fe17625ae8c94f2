"""`antiphon runs export`: a stored run as a file, in the form that other tools read."""

from __future__ import annotations

from pathlib import Path

import click

from entrypoints.cli.console import say
from entrypoints.cli.hosts import open_host

FORMS = {"jsonl": "jsonl", "csv": "csv", "promptfoo": "promptfoo.json", "junit": "junit.xml", "html": "html"}
"""What the command calls a form, and how the API's reports of it end."""

_ENDINGS = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".json": "promptfoo", ".xml": "junit", ".html": "html",
    ".htm": "html",
}  # fmt: skip


@click.command()
@click.argument("run")
@click.option("--format", "form", type=click.Choice(list(FORMS)), help="What to write. Default: by the file's ending.")
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
    host = open_host()
    host.runs.export(host.find(run), FORMS[chosen], file)
    say(f"written   {file} ({chosen})")


def _form_of(file: Path) -> str:
    if file.suffix.lower() not in _ENDINGS:
        raise click.BadParameter(f"{str(file)!r} has none of the endings {', '.join(_ENDINGS)}; say which of "
                                 f"{', '.join(FORMS)} it is to be", param_hint="--format")  # fmt: skip
    return _ENDINGS[file.suffix.lower()]
