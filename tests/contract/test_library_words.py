"""Searching a library by words, and putting that together with the ranking by vectors: SQLite and Postgres."""

from __future__ import annotations

from sqlalchemy import Engine

from adapters.database.library import SqlLibrary
from adapters.library_search.lexical import LexicalSearch
from adapters.library_search.standard import StandardSearch
from domain.embedding.library_document import Review, ReviewStatus
from domain.embedding.search import Hit
from domain.embedding.searching import Searching
from domain.embedding.shared_embedders import SharedEmbedders
from tests.contract.building import NOW, THEM, US
from tests.contract.ingesting_documents import ScriptedEmbedders, hand_in, ingest, scripted_model, use
from tests.contract.library_shelves import Shelf, a_model, direction

EAST = direction(1, 0, 0)
MODEL = a_model()


def words_of(hits: list[Hit]) -> list[str]:
    """Return what was found."""
    return [hit.text.strip() for hit in hits]


def test_who_shares_a_rare_word_is_first(engine: Engine) -> None:
    """BM25: a word that few chunks hold says more than one that all hold."""
    shelf = Shelf(engine=engine, model=MODEL)
    shelf.put("a.md", [EAST] * 4, texts=["the certificate of ISO 9001 ", "the certificate ", "the weather ", "nothing"])
    index = LexicalSearch(engine=engine)

    assert words_of(index.search(US, 'the "ISO" certificate?', model=MODEL, k=9, only_approved=False)) == [
        "the certificate of ISO 9001", "the certificate", "the weather",
    ]  # fmt: skip
    assert index.search(US, "?!", model=MODEL, k=9, only_approved=False) == []
    assert index.search(THEM, "certificate", model=MODEL, k=9, only_approved=False) == []


def test_words_follow_the_library(engine: Engine) -> None:
    """Swapped, removed, approved: each is seen by the next search."""
    shelf, index = Shelf(engine=engine, model=MODEL), LexicalSearch(engine=engine)

    def found(*, only_approved: bool = False) -> list[str]:
        return words_of(index.search(US, "word", model=MODEL, k=9, only_approved=only_approved))

    shelf.put("a.md", [EAST], texts=["word one"])
    assert found() == ["word one"]
    document = shelf.put("a.md", [EAST], texts=["word two"])
    assert found() == ["word two"]
    assert found(only_approved=True) == []
    approved = Review(verdict=ReviewStatus.APPROVED, content_hash=document.visible_hash, by=US.user_id, at=NOW)
    shelf.change(document, review=approved)
    assert found(only_approved=True) == ["word two"]
    shelf.change(document, removed_at=NOW)
    assert found() == []


def test_a_library_beyond_the_limit_is_not_searched_by_words(engine: Engine) -> None:
    """Its vectors still are; a process must not grow with its largest organization."""
    Shelf(engine=engine, model=MODEL).put("a.md", [EAST] * 3)

    assert LexicalSearch(engine=engine, most_chunks=2).search(US, "a.md", model=MODEL, k=9, only_approved=False) == []


def test_a_search_puts_both_rankings_together(engine: Engine) -> None:
    """Where an operator wants it; the model that is named is the one in use."""
    library, embedders = SqlLibrary(engine), ScriptedEmbedders()
    use(library, scripted_model())
    for number, content in enumerate((b"Penguins swim in the cold.", b"Cars drive.", b"Trees grow."), start=1):
        ingest(library, embedders, hand_in(library, content, number=number), content)
    shared = SharedEmbedders(embedders=embedders, gather_s=0.0)
    searching = Searching(
        library=library,
        embedders=shared,
        index=StandardSearch(engine=engine),
        lexical=LexicalSearch(engine=engine),
    )

    found = searching.search(US, "What do penguins do?", k=2)

    assert len(found.hits) == 2
    assert words_of(found.hits)[0] == "Penguins swim in the cold."
    assert found.hits[0].model == scripted_model().name
