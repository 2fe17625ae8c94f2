"""The passages that answers are made of: found in a library, and found again by what quotes name, in both databases."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import Engine

from adapters.database.library import SqlLibrary
from adapters.library_search.standard import StandardSearch
from domain.embedding.library_document import LibraryDocument, Review, ReviewStatus
from domain.embedding.searching import Searching
from domain.embedding.shared_embedders import SharedEmbedders
from domain.jobs.errors import FailureKind, ItemFailure, PermanentFailure, TransientFailure
from domain.jobs.usage import Usage
from domain.rfp_answering.library_passages import SHORTEST, LibraryPassages
from domain.rfp_answering.passage import fingerprint_of
from tests.contract.building import NOW, THEM, US
from tests.contract.ingesting_documents import ScriptedEmbedders, scripted_model, use
from tests.contract.library_shelves import Shelf, direction

VECTOR = direction(*[1.0] * scripted_model().dimensions)
TEXTS = ["Keys are rotated every 90 days.", "Backups are kept for 30 days."]


@pytest.fixture
def embedders() -> ScriptedEmbedders:
    """Models that count their calls."""
    return ScriptedEmbedders()


@pytest.fixture
def passages(engine: Engine, embedders: ScriptedEmbedders) -> LibraryPassages:
    """What is tested, over a library with a model in use."""
    library = SqlLibrary(engine)
    use(library, scripted_model())
    searching = Searching(
        library=library,
        embedders=SharedEmbedders(embedders=embedders, gather_s=0.0),
        index=StandardSearch(engine=engine),
    )
    return LibraryPassages(library=library, searching=searching)


def free(_usage: Usage) -> None:
    """Count nothing: what it costs is another test's."""


def put(engine: Engine, *texts: str) -> LibraryDocument:
    """Make a document with these chunks visible, or its next generation."""
    shelf = Shelf(engine=engine, model=scripted_model())
    return shelf.put("security.md", [VECTOR] * len(texts), texts=texts)


def test_what_is_found_is_found_again_by_what_quotes_name(engine: Engine, passages: LibraryPassages) -> None:
    """A reviewer is shown the very passages that were quoted; scores are of one search, and no part of a passage."""
    document = put(engine, *TEXTS)

    found = passages.find(US, "How often are keys rotated?", k=2, only_approved=False, spent=free)
    named = passages.named(US, [one.chunk_id for one in found])

    assert [one.chunk_id for one in found] == [f"{document.id}:1:0", f"{document.id}:1:1"]
    assert [(one.title, one.heading_path, one.text) for one in found] == [
        ("title of security.md", ("Top",), text) for text in TEXTS
    ]
    assert fingerprint_of(named) == fingerprint_of(found)
    assert passages.named(THEM, [one.chunk_id for one in found]) == ()


def test_what_was_quoted_and_is_gone_is_left_out(engine: Engine, passages: LibraryPassages) -> None:
    """A review against a text that readers no longer see would accept what nobody can look up."""
    first = put(engine, *TEXTS)
    ids = [f"{first.id}:1:1", "none:0:0", f"{first.id}:1:7"]
    assert [one.ordinal for one in passages.named(US, ids)] == [1]

    shelf = Shelf(engine=engine, model=scripted_model())
    rejected = Review(verdict=ReviewStatus.REJECTED, content_hash=first.visible_hash, by=US.user_id, at=NOW)
    shelf.change(first, review=rejected)
    assert passages.named(US, ids) == ()

    shelf.change(first, removed_at=NOW)
    assert passages.named(US, ids) == ()


def test_only_approved_documents_are_evidence_where_that_is_asked(engine: Engine, passages: LibraryPassages) -> None:
    """What goes to a customer was read by a person."""
    document = put(engine, *TEXTS)
    assert passages.find(US, "keys", k=2, only_approved=True, spent=free) == ()

    approved = Review(verdict=ReviewStatus.APPROVED, content_hash=document.visible_hash, by=US.user_id, at=NOW)
    Shelf(engine=engine, model=scripted_model()).change(document, review=approved)

    assert len(passages.find(US, "keys", k=2, only_approved=True, spent=free)) == 2


def test_a_question_too_long_for_the_model_is_searched_by_its_beginning(
    engine: Engine, passages: LibraryPassages, embedders: ScriptedEmbedders
) -> None:
    """Buyers paste whole pages; models take some hundred words."""
    put(engine, *TEXTS)
    most, asked = 700, list[int]()

    def refuse(texts: Sequence[str]) -> None:
        asked.append(len(texts[0]))
        if len(texts[0]) > most:
            raise PermanentFailure("too long", kind=FailureKind.CONTEXT_TOO_LONG)

    embedders.refuse = refuse
    spent: list[Usage] = []

    assert len(passages.find(US, "x" * 2000, k=2, only_approved=False, spent=spent.append)) == 2
    assert asked == [2000, 1000, 500]
    assert [one.requests for one in spent] == [1, 1, 1]
    most = SHORTEST // 2
    spent.clear()
    with pytest.raises(PermanentFailure, match="too long") as raised:
        passages.find(US, "x" * 2000, k=2, only_approved=False, spent=spent.append)
    assert sum((one.requests for one in spent), start=raised.value.usage.requests) == len(asked) - 3


def test_the_vector_of_a_question_is_paid_for(engine: Engine, passages: LibraryPassages) -> None:
    """Five hundred questions are five hundred calls of a model that costs money."""
    put(engine, *TEXTS)
    spent: list[Usage] = []

    passages.find(US, "How often are keys rotated?", k=2, only_approved=False, spent=spent.append)

    (usage,) = spent
    assert usage.requests == 1
    assert usage.prompt_tokens > 0
    assert usage.cost_nanousd > 0


@pytest.mark.parametrize(
    ("failure", "requests"),
    [
        (lambda: TransientFailure("busy", kind=FailureKind.RATE_LIMITED), 1),
        (lambda: PermanentFailure("no such key", kind=FailureKind.AUTHENTICATION), 1),
        (lambda: PermanentFailure("nobody was called", kind=FailureKind.TARGET_DOWN), 0),
    ],
)
def test_a_model_that_fails_fails_the_question_as_it_is(
    passages: LibraryPassages, embedders: ScriptedEmbedders, failure: Callable[[], ItemFailure], requests: int
) -> None:
    """What may pass is tried again, by the kernel's rules; the call that was made counts."""
    failed = failure()

    def refuse(_texts: Sequence[str]) -> None:
        raise failed

    embedders.refuse = refuse

    with pytest.raises(type(failed)) as raised:
        passages.find(US, "keys", k=2, only_approved=False, spent=free)
    assert raised.value.kind is failed.kind
    assert raised.value.usage.requests == requests


def test_a_library_without_a_model_says_what_to_do(engine: Engine, embedders: ScriptedEmbedders) -> None:
    """The question fails with the command that mends it, and is not tried again."""
    searching = Searching(
        library=SqlLibrary(engine),
        embedders=SharedEmbedders(embedders=embedders, gather_s=0.0),
        index=StandardSearch(engine=engine),
    )

    with pytest.raises(PermanentFailure, match="antiphon library models use") as raised:
        LibraryPassages(library=searching.library, searching=searching).find(
            US, "keys", k=2, only_approved=False, spent=free
        )
    assert raised.value.kind is FailureKind.BAD_INPUT
