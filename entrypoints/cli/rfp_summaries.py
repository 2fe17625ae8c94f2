"""`antiphon rfp summaries`, `summary` and `remove-summary`: looking at summaries, and forgetting them."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import click

from entrypoints.cli.acting import JSON, at_place, print_document, print_documents
from entrypoints.cli.console import print_json, say
from entrypoints.cli.host import Host
from entrypoints.cli.hosts import at_place_and_host
from entrypoints.cli.rfp_choosing import NO_SUMMARIES, SUMMARY_ID, chosen_summary
from entrypoints.cli.rfp_files import FORCE, check_output
from entrypoints.cli.rfp_interrupted import refuse_interrupted
from entrypoints.places.place import Place


@click.command()
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="How many at most.")
@at_place
@JSON
def summaries(*, place: Place, limit: int, as_json: bool) -> None:
    """List the documents that were summarized, the newest first, and how their newest job stands."""
    found = list(islice(place.rfp_summaries.all(), limit))
    if as_json:
        print_documents("summaries", found)
    elif not found:
        say(NO_SUMMARIES)
    else:
        from entrypoints.cli.plain_tables import print_rows
        from entrypoints.cli.rfp_summary_tables import LIST_COLUMNS, list_row

        print_rows(LIST_COLUMNS, map(list_row, found))


@click.command()
@SUMMARY_ID
@click.option("-o", "--output", metavar="FILE.md", type=click.Path(path_type=Path),
              help="Write the summary to this file, as Markdown.")  # fmt: skip
@FORCE
@at_place
@JSON
def summary(*, place: Place, summary_id: str, output: Path | None, force: bool, as_json: bool) -> None:
    """
    Show a summary as far as it is: the most important, bullets by section, and the compliance matrix.

    ID is its id, the beginning of it, or `last`. Each row says where it stands (headings, chunk) and quotes the
    document; what was left out, and which parts are missing, is told at the end.
    """
    check_output(output, force=force)
    found = place.rfp_summaries.get(chosen_summary(place, summary_id).id)
    if output is not None:
        from entrypoints.cli.rfp_summary_markdown import write_summary

        write_summary(output, found)
        say(f"wrote     {output}")
    if as_json:
        print_document(found)
    elif output is None:
        from entrypoints.cli.rfp_summary_tables import print_summary

        print_summary(found)


@click.command()
@SUMMARY_ID
@at_place_and_host
@JSON
def remove_summary(*, place: Place, host: Host, summary_id: str, as_json: bool) -> None:
    """
    Forget a document's text and its summary.

    Refused while a job is at work on it, and beside one that was interrupted: `antiphon jobs resume JOB` brings that to
    its end, `antiphon jobs cancel JOB` ends it at once.
    """
    found = chosen_summary(place, summary_id)
    refuse_interrupted(host, found.job, doing="it is summarized", then="; then the summary can be removed")
    place.rfp_summaries.remove(found.id)
    if as_json:
        print_json({"id": found.id, "removed": True})
    else:
        say(f"removed   {found.name}, with its text and its summary")
