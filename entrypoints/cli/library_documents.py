"""`antiphon library documents`: looking at documents, and deciding on them."""

from __future__ import annotations

import click

from domain.embedding.library_document import ReviewStatus
from domain.jobs.errors import InvalidInput, NotFound
from entrypoints.api.documents.library import ReviewWords, StoredDocument
from entrypoints.cli.acting import JSON, at_place, print_document, print_documents, shown_time, worded
from entrypoints.cli.console import print_json, say, show
from entrypoints.places.place import Place

_ID = click.argument("document_id", metavar="ID")
_GENERATION = click.option(
    "--generation", type=click.IntRange(min=1), help="What was looked at: refuse if another one is visible by now."
)


@click.group()
def documents() -> None:
    """
    List the library's documents; show, approve, reject or remove one.

    A document is named by its id, or the beginning of it. Its status speaks of its newest content:

    \b
    processing   it is being read and embedded
    pending      it can be found, and waits for a person to decide
    approved     it is evidence
    rejected     it is none
    failed       it could not be read; what was there before can still be found
    """


@documents.command("list")
@click.option("--status", type=click.Choice([one.value for one in ReviewStatus]), help="Only those of this status.")
@click.option("--source", "source_id", metavar="ID", help="Only those of the documentation source of this id.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="How many at most.")
@at_place
@JSON
def list_documents(*, place: Place, status: str | None, source_id: str | None, limit: int, as_json: bool) -> None:
    """List documents, the newest first."""
    from itertools import islice

    wanted = ReviewStatus(status) if status else None
    found = list(islice(place.documents.all(status=wanted, source_id=source_id), limit))
    if as_json:
        print_documents("documents", found)
    elif not found:
        say("there are no such documents; `antiphon library add FILE` hands one in")
    else:
        from entrypoints.cli.plain_tables import print_rows

        print_rows(("id", "status", "title", "location", "size", "changed (UTC)"), map(_row, found))


@documents.command("show")
@_ID
@click.option("--text", "with_text", is_flag=True, help="Print what search finds of it, and nothing else.")
@click.option("--chunks", "with_chunks", is_flag=True, help="List the pieces it was cut into.")
@at_place
@JSON
def show_document(*, place: Place, document_id: str, with_text: bool, with_chunks: bool, as_json: bool) -> None:
    """Show a document: how far it got and why, who decided on it, what it says."""
    found = chosen(place, document_id)
    if with_text:
        text = place.documents.text(found.id)
        print_document(text) if as_json else show(text.text)
    elif with_chunks:
        chunks = list(place.documents.chunks(found.id))
        if as_json:
            print_documents("chunks", chunks)
            return
        for chunk in chunks:
            say(f"--- {chunk.ordinal}  {' > '.join(chunk.heading_path)}  ({chunk.start}-{chunk.end})")
            show(chunk.text)
    elif as_json:
        print_document(found)
    else:
        _tell(found)


@documents.command("approve")
@click.argument("document_ids", metavar="[ID]...", nargs=-1)
@click.option("--pending", "takes_pending", is_flag=True, help="All that wait for a person, each as it is visible now.")
@_GENERATION
@at_place
@JSON
def approve(
    *, place: Place, document_ids: tuple[str, ...], takes_pending: bool, generation: int | None, as_json: bool
) -> None:
    """
    Let what search finds of documents be evidence; who decided is kept, and in the audit log.

    \b
    antiphon library documents approve 1b9d6bcd
    antiphon library documents approve --pending
    """
    if takes_pending == bool(document_ids):
        raise click.UsageError("expected the ids of documents, or --pending")
    if generation is not None and len(document_ids) != 1:
        raise click.UsageError("--generation speaks of one document: give its ID, and no other")
    if takes_pending:
        found = list(place.documents.all(status=ReviewStatus.PENDING))
    else:
        found = [chosen(place, words) for words in document_ids]
    decided = [_approved(place, one, generation=generation) for one in found]
    if len(document_ids) == 1:
        _decided(decided[0], as_json=as_json)
    elif as_json:
        print_documents("documents", decided)
    elif not decided:
        say("no document waits for a person")
    else:
        for one in decided:
            _decided(one, as_json=False)


@documents.command("reject")
@_ID
@_GENERATION
@at_place
@JSON
def reject(*, place: Place, document_id: str, generation: int | None, as_json: bool) -> None:
    """Say that what search finds of a document is no evidence; it stays in the library."""
    words = worded(ReviewWords, generation=generation)
    _decided(place.documents.reject(chosen(place, document_id).id, words), as_json=as_json)


@documents.command("remove")
@_ID
@at_place
@JSON
def remove(*, place: Place, document_id: str, as_json: bool) -> None:
    """
    Let nobody find a document any more. Handing in its file again brings it back.

    What comes from a source comes back with its next change there; take it out of the source instead.
    """
    found = chosen(place, document_id)
    place.documents.remove(found.id)
    if as_json:
        print_json({"id": found.id, "removed": True})
    else:
        say(f"removed   {found.location}")


def chosen(place: Place, words: str) -> StoredDocument:
    """
    Return the document that *words* name: its id, or the unambiguous beginning of it.

    Raises:
        NotFound: none fits.
        InvalidInput: several do.
    """
    said = words.strip().lower()
    if not said or set(said) - set("0123456789abcdef-"):
        raise NotFound(f"{words!r} is no document's id; `antiphon library documents list` shows those there are")
    found = list(place.documents.all(id_prefix=said))
    if not found:
        raise NotFound(f"there is no document {words}; `antiphon library documents list` shows those there are")
    if len(found) > 1:
        raise InvalidInput(f"{words!r} begins the ids of {len(found)} documents; give more of it")
    return found[0]


def _approved(place: Place, document: StoredDocument, *, generation: int | None) -> StoredDocument:
    """Approve what was listed: where another generation is visible by now, nobody has looked at it."""
    seen = worded(ReviewWords, generation=generation or document.generation or None)
    return place.documents.approve(document.id, seen)


def _decided(document: StoredDocument, *, as_json: bool) -> None:
    if as_json:
        print_document(document)
    else:
        say(f"{document.review_status.value:<9} {document.location}")


def _tell(document: StoredDocument) -> None:
    decided = f"{document.reviewed_by or 'its source'}, {shown_time(document.reviewed_at, otherwise='')} UTC"
    lines = {
        "title": document.title,
        "id": document.id,
        "location": document.location,
        "status": document.review_status.value,
        "failure": document.failure or "",
        "evidence": "yes" if document.is_approved else "no",
        "decided": decided if document.reviewed_at else "",
        "visible": f"generation {document.generation}" if document.generation else "nothing yet",
        "size": f"{document.size_bytes:,} bytes",
        "type": document.media_type,
        "source": document.source_id or "",
        "added": f"{shown_time(document.created_at, otherwise='')} UTC",
        "changed": f"{shown_time(document.updated_at, otherwise='')} UTC",
    }
    for name, value in lines.items():
        if value:
            show(f"{name:<10}{value}")


def _row(document: StoredDocument) -> tuple[str, ...]:
    return (
        document.id[:8],
        document.review_status.value,
        document.title,
        document.location,
        f"{document.size_bytes:,}",
        shown_time(document.updated_at, otherwise=""),
    )
