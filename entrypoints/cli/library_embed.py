"""`antiphon library embed` and `auto-embed`: having documents embedded."""

from __future__ import annotations

import click

from domain.jobs.errors import InvalidInput
from domain.jobs.job import JobId
from domain.jobs.service import JobView
from entrypoints.api.documents.embedding import LibrarySettingsChange, StartEmbedding
from entrypoints.cli.acting import JSON, at_place, print_document, worded
from entrypoints.cli.console import print_json, say
from entrypoints.exit_codes import exit_code_of
from entrypoints.places.place import Place


@click.command()
@click.argument("documents", metavar="[ID...]", nargs=-1)
@click.option("--all", "is_all", is_flag=True, help="All documents, also those that are embedded already.")
@click.option("--model", metavar="NAME", help="Embed with this model, too, beside the one in use.")
@JSON
def embed(*, documents: tuple[str, ...], is_all: bool, model: str | None, as_json: bool) -> int:
    """
    Embed documents: those named by id, or all whose newest content can't be found yet.

    One item a document: a broken one fails alone, with its reason, and the exit code is 3 then. Texts that have a
    vector already cost nothing, so going on after a crash, or repeating it all, is cheap. On this machine the command
    works itself until all is done; at a server it waits for the workers.

    \b
    antiphon library embed
    antiphon library embed --all --model openai:text-embedding-3-small
    """
    from entrypoints.cli.hosts import open_host
    from entrypoints.places.opening import open_place

    if documents and is_all:
        raise InvalidInput("--all and ids of documents: name one of the two")
    place = open_place()
    ids = [_document_id(place, each) for each in documents]
    words = worded(StartEmbedding, documents=ids, waiting=not (ids or is_all), model=model)
    host, job = open_host(), place.embedding.start(words)
    view = host.bring_to_end(JobId(job.id), lambda _view: None)
    _show(view, as_json=as_json)
    return exit_code_of(view.job.status, gates_met=True)


@click.command("auto-embed")
@click.argument("state", type=click.Choice(["on", "off"]))
@at_place
@JSON
def auto_embed(*, place: Place, state: str, as_json: bool) -> None:
    """Have new documents embedded by themselves (on, as it is at first), or only when somebody asks for it (off)."""
    now = place.embedding.change(LibrarySettingsChange(auto_embed=state == "on"))
    if as_json:
        print_document(now)
    else:
        say(f"new documents are embedded {'by themselves' if now.auto_embed else 'when `antiphon library embed` asks'}")


def _document_id(place: Place, words: str) -> str:
    """Return the id of the document that *words* begin, as other commands print it."""
    found = [document.id for document in place.documents.all(id_prefix=words)]
    if len(found) != 1:
        what = f"{len(found)} documents begin so; give more of the id" if found else "there is no such document"
        raise InvalidInput(f"document {words[:60]!r}: {what}")
    return found[0]


def _show(view: JobView, *, as_json: bool) -> None:
    tally, job = view.tally, view.job
    if as_json:
        counts = {"planned": job.planned, "succeeded": tally.succeeded, "failed": tally.failed,
                  "skipped": tally.skipped, "cancelled": tally.cancelled}  # fmt: skip
        usage = {
            "requests": tally.usage.requests,
            "tokens": tally.usage.tokens,
            "cost_nanousd": tally.usage.cost_nanousd,
        }
        print_json({"job": job.id, "status": job.status.value, **counts, "usage": usage})
        return
    said = [f"{tally.succeeded:,} embedded"]
    said += [f"{tally.failed:,} failed"] if tally.failed else []
    said += [f"{tally.skipped + tally.cancelled:,} not done"] if tally.skipped + tally.cancelled else []
    say(f"{job.status.value}: {', '.join(said)}; {tally.usage.requests:,} requests, {tally.usage.tokens:,} tokens")
    if job.failure:
        say(job.failure)
    if tally.failed:
        say("`antiphon library documents list --status failed` says what is wrong with each")
