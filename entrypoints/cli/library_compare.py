"""`antiphon library models compare`: another model beside the one in use, before a change."""

from __future__ import annotations

import click

from domain.jobs.job import JobId
from domain.jobs.service import JobView
from entrypoints.api.documents.embedding import StartEmbedding
from entrypoints.api.documents.library_search import CheckDocument
from entrypoints.cli.acting import JSON, print_document
from entrypoints.cli.console import say, show
from entrypoints.cli.library_check import show_recalls
from entrypoints.cli.model_comparison import ModelComparison, comparable, compared
from entrypoints.exit_codes import ExitCode, exit_code_of
from entrypoints.places.place import Place

_LISTED = 5
"""Questions that are listed; `--json` has all of them."""


@click.command()
@click.argument("model")
@JSON
def compare(*, model: str, as_json: bool) -> int:
    """
    Compare MODEL, a name or id, with the one in use, on the questions that the organization keeps.

    All documents are embedded with MODEL first, beside the vectors there are, as far as it has none; the one in use
    goes on to be searched, and nothing changes over. Then both are asked every question, and what is printed says how
    often its passage was among the first 3 and 5 hits, what a change would gain and lose, and what
    `antiphon library models use MODEL` would do. Exits with 3 or 4 when texts are left that could not be embedded, and
    nothing is compared then.

    \b
    antiphon library questions set questions.yaml
    antiphon library models add openai:text-embedding-3-small
    antiphon library models compare openai:text-embedding-3-small
    """
    from entrypoints.cli.following import follow
    from entrypoints.cli.hosts import open_host
    from entrypoints.cli.outputs import Outputs
    from entrypoints.places.opening import open_place

    place = open_place()
    new = comparable(place, model)
    if not new.missing:
        return _print(place, new.name, None, as_json=as_json)

    def shown(view: JobView, outputs: Outputs) -> int:
        return _print(place, new.name, view, as_json=outputs.as_json)

    if not as_json:
        say(f"embedding {new.missing:,} of {new.texts:,} texts with {new.name}")
    host, job = open_host(), place.embedding.start(StartEmbedding(model=new.id))
    return follow(host, JobId(job.id), Outputs(as_json=as_json), show=shown)


def _print(place: Place, model: str, view: JobView | None, *, as_json: bool) -> int:
    found = compared(place, model, job_id=view.job.id if view else None)
    print_document(found) if as_json else _show(model, found, view)
    if not found.missing:
        return ExitCode.DONE
    # a job may be completed, and yet documents have come since that it knew nothing of
    return max(ExitCode.PARTIAL, exit_code_of(view.job.status, gates_met=True) if view else ExitCode.PARTIAL)


def _show(model: str, found: ModelComparison, view: JobView | None) -> None:
    if view is not None:
        usage = view.tally.usage
        say(f"job       {view.job.status.value}: {usage.requests:,} requests, {usage.tokens:,} tokens")
    if found.in_use is None or found.new is None:
        say(f"antiphon: nothing is compared: {found.missing:,} of {found.texts:,} texts have no vector of {model}")
        if view is not None and view.job.failure:
            say(f"antiphon: {view.job.failure}")
        say(f"use       `antiphon library models use {model}` would be refused until they have")
        return
    show_recalls(CheckDocument(recalls=[found.in_use, found.new]))
    _list_some("gained", found.gained)
    _list_some("lost", found.lost)
    show(
        f"use       `antiphon library models use {model}` would change over at once: all {found.texts:,} texts have "
        f"vectors of it; those of {found.in_use.model} stay"
    )


def _list_some(what: str, questions: list[str]) -> None:
    show(f"{what:<10}{len(questions):,} of the questions, among the first 5 hits")
    for question in questions[:_LISTED]:
        show(f"{'':<10}{question}")
    if len(questions) > _LISTED:
        show(f"{'':<10}... and {len(questions) - _LISTED:,} more (--json)")
