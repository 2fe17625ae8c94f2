"""`antiphon library search` and `audit`: what the library finds, and whether its rows are in order."""

from __future__ import annotations

import click

from domain.embedding.search import MOST_HITS
from entrypoints.api.documents.library_search import (
    AuditWords,
    HitDocument,
    LibraryAuditDocument,
    SearchDocument,
    SearchWords,
)
from entrypoints.cli.acting import JSON, at_place, print_document, worded
from entrypoints.cli.console import say, show
from entrypoints.exit_codes import ExitCode
from entrypoints.places.place import Place

_QUOTED = 280
"""Characters of a passage that are shown; `--json` has all of it."""


@click.command()
@click.argument("question")
@click.option("-k", type=click.IntRange(1, MOST_HITS), default=5, show_default=True, help="How many hits at most.")
@click.option("--only-approved", is_flag=True, help="Only what a person approved, or what is of a trusted source.")
@click.option("--model", metavar="NAME", help="Embedding model. Default: the one in use.")
@at_place
@JSON
def search(*, place: Place, question: str, k: int, only_approved: bool, model: str | None, as_json: bool) -> None:
    """
    Find the passages nearest to QUESTION, the nearest first.

    Approved documents are searched and those that wait for a person; never what was rejected or removed. The score
    ranks the hits of one search, and can't tell whether there is an answer.

    \b
    antiphon library search "How long are backups kept?" -k 3
    """
    found = place.library_search.search(
        worded(SearchWords, question=question, k=k, only_approved=only_approved, model=model)
    )
    if as_json:
        print_document(found)
        return
    show_hits(found)


@click.command()
@click.option("--repair", is_flag=True, help="Put right what is out of step.")
@at_place
@JSON
def audit(*, place: Place, repair: bool, as_json: bool) -> int:
    """
    Look whether the library's rows agree with one another: documents, chunks, vectors, copies for pgvector.

    Without --repair nothing is changed, and the exit code is 1 where something is out of step. With it, rows that are
    too many are removed, and documents that lack something are embedded by a job (`antiphon jobs list`).
    """
    found = place.library_search.audit(AuditWords(repair=repair))
    if as_json:
        print_document(found)
    else:
        _show_audit(found)
    return ExitCode.BELOW_GATE if found.findings and not repair else ExitCode.DONE


def show_hits(found: SearchDocument) -> None:
    """Print what a search brought, and how it was found."""
    show(f"{len(found.hits)} hits by {found.model}{' (lexical: it compares letters, not meanings)' * found.is_lexical}")
    for no, hit in enumerate(found.hits, start=1):
        _show_hit(no, hit)


def _show_hit(no: int, hit: HitDocument) -> None:
    path = " > ".join(hit.heading_path)
    state = "" if hit.is_approved else ", not approved"
    show(f"{no}. {hit.location}{f' > {path}' if path else ''}  ({hit.score:.3f}, {hit.start}-{hit.end}{state})")
    words = " ".join(hit.text.split())
    show(f"   {words if len(words) <= _QUOTED else f'{words[:_QUOTED].rstrip()} ...'}")


def _show_audit(found: LibraryAuditDocument) -> None:
    if not found.findings:
        say("the library is in order")
    for finding in found.findings:
        some = ", ".join(finding.examples)
        done = f"; {finding.done}" if finding.done else ""
        show(f"{finding.trouble.value:<24} {finding.count:>7}  ({some}){done}")
    if found.job_id is not None:
        say(f"job {found.job_id} embeds what is missing; `antiphon jobs show {found.job_id}` says how far it is")
