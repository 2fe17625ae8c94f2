"""`antiphon rfp summarize`: a tender's document in bullets and a compliance matrix, driven to its end."""

from __future__ import annotations

from pathlib import Path

import click

from domain.jobs.job import JobId
from domain.jobs.service import JobView
from entrypoints.api.documents.jobs import job_document
from entrypoints.api.documents.rfp_summaries import SummaryWords
from entrypoints.cli.acting import JSON, worded
from entrypoints.cli.console import print_json, say
from entrypoints.cli.following import follow
from entrypoints.cli.host import Host
from entrypoints.cli.hosts import at_place_and_host
from entrypoints.cli.job_reports import say_ended
from entrypoints.cli.outputs import Outputs
from entrypoints.cli.rfp_files import FORCE, check_output, content_named
from entrypoints.cli.rfp_options import running_options
from entrypoints.exit_codes import exit_code_of
from entrypoints.places.place import Place


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--model", metavar="MODEL", help="Who summarizes: `offline` (takes sentences, asks nobody), "
              "`llm:API/MODEL`, `llm:default`, or any model by name. Default: the organization's default for chats, "
              "else offline.")  # fmt: skip
@click.option("-o", "--output", metavar="FILE.md", type=click.Path(path_type=Path),
              help="Write the summary to this file, as Markdown.")  # fmt: skip
@FORCE
@running_options
@at_place_and_host
@JSON
def summarize(
    *,
    place: Place,
    host: Host,
    file: Path,
    model: str | None,
    output: Path | None,
    force: bool,
    options: dict[str, object],
    as_json: bool,
) -> int:
    """
    Summarize FILE, a tender's document: Markdown, text, HTML, PDF, Word, CSV or Excel, of 25 MB at most.

    Bullets say what is in it, section by section; a compliance matrix lists dates, mandatory requirements and criteria
    of eligibility. Each cites where it stands, with a quote. Code checks that the quote, and every number, date and
    standard, is there; what is not proved is left out, and said. Sentences with `must`, `shall` or a date are rows,
    whether or not a model thought of them.

    The same file again goes on where the last job ended: parts that the same model has summarized are not asked again.
    On this machine the command works until all is done, at a server it waits. Exit codes: 0 all of it is summarized, 3
    some parts failed (the summary names them), 4 none could be, or it was cancelled.

    \b
    antiphon rfp summarize tender.pdf
    antiphon rfp summarize tender.pdf --model llm:default --max-cost 1 -o tender.md
    """
    check_output(output, force=force)
    content = content_named(file, expected="a document")
    words = worded(SummaryWords, model=model, options=options)
    place.rfp_summaries.check(words)  # what is refused leaves no document behind
    added = place.rfp_summaries.add(file.name, content)
    job = place.rfp_summaries.start(added.id, words)

    def shown(view: JobView, outputs: Outputs) -> int:
        return _shown(place, host, added.id, view, output=output, as_json=outputs.as_json)

    return follow(host, JobId(job.id), Outputs(as_json=as_json), show=shown, what="parts")


def _shown(place: Place, host: Host, summary_id: str, view: JobView, *, output: Path | None, as_json: bool) -> int:
    summary = place.rfp_summaries.get(summary_id)
    if output is not None:
        from entrypoints.cli.rfp_summary_markdown import write_summary

        write_summary(output, summary)
        say(f"wrote     {output}")
    if as_json:
        print_json({"summary": summary.model_dump(mode="json"), "job": job_document(view).model_dump(mode="json")})
    else:
        from entrypoints.cli.rfp_summary_tables import print_summary

        print_summary(summary)
        say_ended(host, view)
        say(f"summary   {summary.id[:8]}; `antiphon rfp summary {summary.id[:8]}` shows it again")
    return exit_code_of(view.job.status, gates_met=True)
