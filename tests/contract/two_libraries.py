"""The library's part of two organizations with rows in every table: what is stored, and what can be asked of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
from sqlalchemy import Engine

from adapters.database.library import SqlLibrary
from domain.embedding.check_question import CheckQuestion
from domain.embedding.embedding_model import EmbeddingModelId, Fingerprint
from domain.embedding.library_document import DocumentId, LibraryDocument, SourceId
from domain.embedding.model_ports import LibrarySettings
from domain.embedding.vector import unit_vector
from domain.jobs.events import DocumentCreated
from domain.tenancy import TenantContext
from tests.contract.building import NOW
from tests.contract.documentation_sources import a_source
from tests.contract.library_building import SHARED, a_document, a_model, make_visible, pieces

Move = Callable[[Any, DocumentId, str], object]


def fill_library(engine: Engine, tenant: TenantContext, no: int, *, mark: str, word: str) -> DocumentId:
    """Store a document with all that belongs to one; return its id."""
    library = SqlLibrary(engine)
    document = a_document(
        no, id=DocumentId(f"d{no}d{no}0000-0000-4000-8000-000000000000"), tenant=tenant, location=word, title=mark
    )
    with library.begin(tenant) as work:
        work.documents.add(document)
        work.contents.put(document.id, mark.encode())
        work.questions.put([CheckQuestion(question=mark, document=word)])
        work.sources.add(a_source(no, tenant=tenant, name=word, id=SourceId(document.id)))
        work.commit()
    make_visible(library, document, text=f"{mark} and more")
    model = a_model(1, id=EmbeddingModelId(document.id), tenant=tenant, name=word, model=mark)
    with library.begin(tenant) as work:
        work.models.add(model)
        work.settings.put(LibrarySettings(model_id=model.id))
        vector = unit_vector([no, 1.0], dimensions=2)
        work.vectors.add(model.fingerprint, {word: vector, f"{word}, which nobody asks for": vector}, now=NOW)
        work.commit()
    return document.id


def library_moves(engine: Engine) -> dict[str, Callable[[TenantContext, DocumentId, str], object]]:
    """Return everything that can be asked of a library, by a document's id and its location."""
    library = SqlLibrary(engine)

    def asked(move: Move) -> Callable[[TenantContext, DocumentId, str], object]:
        def ask(tenant: TenantContext, document_id: DocumentId, word: str) -> object:
            with library.begin(tenant) as work:
                answer = move(work, document_id, word)
                work.commit()
            return answer

        return ask

    moves: dict[str, Move] = {
        "document": lambda w, d, _: w.documents.get(d),
        "document, locked": lambda w, d, _: w.documents.get(d, lock=True),
        "document by its location": lambda w, _, word: w.documents.at(None, word),
        "documents by the start of the id": lambda w, d, _: w.documents.find(d[:4]),
        "documents": lambda w, *_: w.documents.page(limit=100),
        "change a document": lambda w, d, _: w.documents.put(_tried(d)),
        "content": lambda w, d, _: w.contents.get(d),
        "give content": lambda w, d, _: w.contents.put(d, b"tried"),
        "text": lambda w, d, _: w.texts.get(d, 1),
        "chunks": lambda w, d, _: (w.chunks.of(d, 1), w.chunks.count(d, 1)),
        "add chunks": lambda w, d, _: w.chunks.add(d, 1, [attrs.evolve(one) for one in pieces("x" * 900)[80:]]),
        "source": lambda w, d, _: w.sources.get(SourceId(d)),
        "source by its name": lambda w, _, word: w.sources.named(word),
        "sources": lambda w, *_: w.sources.all(),
        "change a source": lambda w, d, _: w.sources.put(a_source(9, id=SourceId(d), name="tried")),
        "documents of a source": lambda w, d, _: w.documents.of_source(SourceId(d), limit=100),
        "tell of a document": lambda w, d, _: w.outbox.add(DocumentCreated(document_id=d), now=NOW),
        "check questions": lambda w, *_: w.questions.all(),
        "put a check question": lambda w, d, _: w.questions.put([CheckQuestion(question="tried", document=d)]),
        "models": lambda w, _, word: (w.models.all(), w.models.in_use(), w.models.named(word)),
        "model": lambda w, d, _: w.models.get(EmbeddingModelId(d)),
        "use a model": lambda w, d, _: w.settings.put(LibrarySettings(model_id=EmbeddingModelId(d))),
        "add and forget a model": lambda w, *_: (
            w.models.add(a_model(7, name="tried")),
            w.models.remove(a_model(7).id),
        ),
        "settings": lambda w, *_: w.settings.get(),
        "vectors": lambda w, _, word: (w.vectors.known(SHARED, [word]), w.vectors.of(SHARED, [word])),
        "add vectors": lambda w, _, word: w.vectors.add(SHARED, {word: unit_vector([9.0, 9.0], dimensions=2)}, now=NOW),
        "coverage": lambda w, *_: w.vectors.coverage(SHARED),
        "forget unused vectors": lambda w, *_: w.vectors.forget_unused(made_before=NOW, limit=9),
        "forget vectors": lambda w, d, _: w.vectors.forget(Fingerprint(d)),
        "forget chunks": lambda w, d, _: w.chunks.forget_before(d, 9),
    }
    return {name: asked(move) for name, move in moves.items()}


def _tried(document_id: DocumentId) -> LibraryDocument:
    return attrs.evolve(a_document(9), id=document_id, title="tried")
