"""What the suites about summaries build on: information documents, partials, and two organizations' rows."""

from __future__ import annotations

from collections.abc import Callable

import attrs
from sqlalchemy import Engine

from adapters.database.summaries import SqlSummaryStore
from domain.jobs.job import JobId
from domain.rfp_answering.records import Author
from domain.rfp_answering.summaries.information_document import InformationDocument, InformationId, TextChunk
from domain.rfp_answering.summaries.ports import PartialRecord, SummaryStore, SummaryUnitOfWork
from domain.rfp_answering.summaries.statements import (
    Bullet,
    Citation,
    FoundBy,
    LeftOut,
    MatrixRow,
    Partial,
    RowKind,
)
from domain.tenancy import TenantContext, UserId
from tests.contract.building import US, after

CHUNKS = (
    TextChunk(ordinal=0, text="# Scope\n\nThe city buys a ticket system.", heading_path=("Tender", "Scope")),
    TextChunk(ordinal=1, text="Offers must arrive by 14 March 2026."),
    TextChunk(ordinal=2, text="Bidders must be eligible."),
)


def a_document(number: int = 1, *, tenant: TenantContext = US, name: str = "tender.pdf") -> InformationDocument:
    """Return an information document of three chunks."""
    return InformationDocument(
        id=InformationId(f"0000000{number}-0000-4000-8000-00000000000{number}"),
        organization_id=tenant.organization_id,
        name=name,
        title="Tender",
        content_hash=f"hash-{number}",
        size_bytes=1234,
        chunks=3,
        created_at=after(number),
        created_by=UserId("ada"),
    )


def a_partial(
    document: InformationDocument, basis: str = "basis", *, text: str = "They buy a system."
) -> PartialRecord:
    """Return a partial with everything that one can have."""
    return PartialRecord(
        document_id=document.id,
        basis=basis,
        partial=Partial(
            bullets=(
                Bullet(
                    text=text, citations=(Citation(chunk=0, quote="The city buys a ticket system."),), doubts=("?",)
                ),
            ),
            rows=(
                MatrixRow(
                    kind=RowKind.DATE,
                    text="Offers are due.",
                    chunk=1,
                    quote="Offers must arrive by 14 March 2026.",
                    date="2026-03-14",
                    found_by=FoundBy.WORDS,
                    doubts=("no word",),
                ),
            ),
            left_out=(LeftOut(text="It costs 5 EUR.", reasons=("the number 5",), kind=RowKind.REQUIREMENT),),
        ),
        author=Author(name="scripted:model", prompts=("summary-part@1",)),
        job_id=JobId("job-1"),
        made_at=after(10),
    )


def add_document(store: SummaryStore, document: InformationDocument) -> InformationDocument:
    """Store a document with its chunks in its own organization."""
    with store.begin(attrs.evolve(US, organization_id=document.organization_id)) as work:
        work.documents.add(document, CHUNKS)
        work.commit()
    return document


def fill_summaries(engine: Engine, tenant: TenantContext, no: int, *, mark: str, word: str) -> InformationId:
    """Store something in every table of summaries; return the document's id."""
    document = attrs.evolve(a_document(no, tenant=tenant, name=mark), content_hash=word)
    chunks = [attrs.evolve(CHUNKS[0], text=mark), *CHUNKS[1:]]
    with SqlSummaryStore(engine).begin(tenant) as work:
        work.documents.add(document, chunks)
        work.partials.add(a_partial(document, word, text=mark))
        work.commit()
    return document.id


Move = Callable[[SummaryUnitOfWork, InformationId, str], object]


def summary_moves(engine: Engine) -> dict[str, Callable[[TenantContext, InformationId, str], object]]:
    """Return everything that can be asked of summaries, or told to change, by an id and a word."""

    def asked(move: Move) -> Callable[[TenantContext, InformationId, str], object]:
        def ask(tenant: TenantContext, document_id: InformationId, word: str) -> object:
            with SqlSummaryStore(engine).begin(tenant) as work:
                answer = move(work, document_id, word)
                work.commit()
            return answer

        return ask

    moves: dict[str, Move] = {
        "information document": lambda w, d, _: w.documents.get(d),
        "information document of a content": lambda w, _, word: [
            w.documents.of(content_hash=word, name=name)
            for name in ("written-by-us", "written-by-them", "written-by-a-third")
        ],
        "information documents by the start of the id": lambda w, d, _: w.documents.page(id_prefix=d[:8], limit=100),
        "information documents": lambda w, *_: w.documents.page(limit=100),
        "chunks of an information document": lambda w, d, _: w.documents.chunks(d),
        "partial": lambda w, d, word: w.partials.get(d, word),
        "partials": lambda w, d, word: w.partials.of(d, [word]),
        "add a partial": lambda w, d, _: w.partials.add(a_partial(attrs.evolve(a_document(9), id=d), "tried")),
        "forget an information document": lambda w, d, _: w.documents.remove(InformationId(f"{d[:8]}-not")),
    }
    return {name: asked(move) for name, move in moves.items()}
