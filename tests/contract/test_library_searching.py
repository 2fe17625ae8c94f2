"""Asking a library and checking it, from documents to hits: over SQLite, with the lexical model and scripted ones."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from sqlalchemy import Engine

from adapters.clock import SystemClock
from adapters.database.library import SqlLibrary
from adapters.embedders.lexical import DIMENSIONS, LexicalEmbedder
from adapters.library_search.standard import StandardSearch
from adapters.parsing.children import ChildParsers
from adapters.test_files.check_questions_file import read_check_questions
from domain.embedding.check_question import CheckQuestion
from domain.embedding.checking import Checking
from domain.embedding.embedding_model import EmbeddingModel, EmbeddingProvider
from domain.embedding.ingesting import Ingesting
from domain.embedding.library_document import DocumentId
from domain.embedding.searching import Searching
from domain.embedding.shared_embedders import SharedEmbedders
from domain.jobs.errors import (
    Conflict,
    FailureKind,
    InvalidInput,
    ItemFailure,
    NotFound,
    PermanentFailure,
    ServiceUnavailable,
    TransientFailure,
)
from domain.tenancy import TenantContext
from tests.contract.building import THEM, US
from tests.contract.ingesting_documents import (
    Kept,
    ScriptedEmbedders,
    hand_in,
    ingest,
    paragraphs,
    scripted_model,
    use,
)
from tests.contract.library_building import a_document, a_model, add_document

SHIPPED = Path(__file__).parents[2] / "examples" / "library"
LEXICAL = a_model(7, name="lexical-hash", provider=EmbeddingProvider.LEXICAL_HASH, dimensions=DIMENSIONS)


class LexicalEmbedders(ScriptedEmbedders):
    """Opens the lexical model."""

    def open(self, tenant: TenantContext, model: EmbeddingModel) -> LexicalEmbedder:  # type: ignore[override]  # noqa: ARG002  # another embedder
        """Return the lexical one."""
        return LexicalEmbedder()


@pytest.fixture
def library(sqlite_engine: Engine) -> SqlLibrary:
    """An empty library."""
    return SqlLibrary(sqlite_engine)


def searching_in(library: SqlLibrary, embedders: ScriptedEmbedders) -> Searching:
    """Return what searches the library."""
    shared = SharedEmbedders(embedders=embedders, gather_s=0.0)
    return Searching(library=library, embedders=shared, index=StandardSearch(engine=library.engine))


def test_what_was_handed_in_is_found(library: SqlLibrary) -> None:
    """All the way: parsed, cut, embedded, swapped in, found by the very words of a chunk."""
    use(library, scripted_model())
    embedders = ScriptedEmbedders()
    content = paragraphs(4)
    ingest(library, embedders, hand_in(library, content), content)
    (call,) = [call for embedder in embedders.opened.values() for call in embedder.calls]

    found = searching_in(library, embedders).search(US, call[2], k=2)

    assert found.model.name == scripted_model().name
    assert len(found.hits) == 2
    assert found.hits[0].ordinal == 2
    assert found.hits[0].score == pytest.approx(1, abs=1e-5)
    assert content.decode()[found.hits[0].start : found.hits[0].end] == found.hits[0].text


@pytest.mark.parametrize("question", ["", "  \n", "x" * 8001])
def test_a_question_that_is_none_is_refused(library: SqlLibrary, question: str) -> None:
    """An empty one would find everything equally well."""
    with pytest.raises(InvalidInput, match="question:"):
        searching_in(library, ScriptedEmbedders()).search(US, question, k=5)


@pytest.mark.parametrize("k", [0, -1, 101])
def test_the_number_of_hits_is_bounded(library: SqlLibrary, k: int) -> None:
    """Whoever wants all reads the documents."""
    with pytest.raises(InvalidInput, match="k:"):
        searching_in(library, ScriptedEmbedders()).search(US, "what", k=k)


def test_without_a_model_it_is_said_what_to_do(library: SqlLibrary) -> None:
    """There is no default model: which one is a decision about money and meaning."""
    with pytest.raises(Conflict, match="antiphon library models use"):
        searching_in(library, ScriptedEmbedders()).search(US, "what", k=5)
    with pytest.raises(NotFound, match="no embedding model 'other'"):
        searching_in(library, ScriptedEmbedders()).search(US, "what", k=5, model="other")


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (TransientFailure("busy", kind=FailureKind.RATE_LIMITED), ServiceUnavailable),
        (PermanentFailure("no such key", kind=FailureKind.AUTHENTICATION), Conflict),
        (PermanentFailure("too long", kind=FailureKind.CONTEXT_TOO_LONG), InvalidInput),
    ],
)
def test_a_model_that_refuses_is_named(library: SqlLibrary, failure: ItemFailure, error: type[Exception]) -> None:
    """Whether to wait, to mend the model, or to ask less, is told by the kind of error."""

    def refuse(_texts: object) -> None:
        raise failure

    use(library, scripted_model())

    with pytest.raises(error, match=f"embedding model '{scripted_model().name}'.*{failure}"):
        searching_in(library, ScriptedEmbedders(refuse=refuse)).search(US, "what", k=5)


def test_the_shipped_set_is_checked_from_files_to_recall(library: SqlLibrary) -> None:
    """The numbers of docs/library.md: they change with the set, the cutting or the model, and with nothing else."""
    use(library, LEXICAL)
    embedders, parsers = LexicalEmbedders(), ChildParsers()
    ingesting = Ingesting(
        library=library, parsers=parsers, embedders=SharedEmbedders(embedders=embedders), clock=SystemClock()
    )
    try:
        for file in sorted(SHIPPED.glob("*.md")):
            content = file.read_bytes()
            document = a_document(
                id=DocumentId(file.stem), location=file.name, content_hash=hashlib.sha256(content).hexdigest()
            )
            ingesting.ingest(US, add_document(library, document), content, deadline_s=60, keep=Kept())
    finally:
        parsers.close()
    checking = Checking(library=library, searching=searching_in(library, embedders))

    (recall,) = checking.check(US, read_check_questions(SHIPPED / "questions.yaml"))

    assert recall.is_lexical
    assert (round(recall.at(3), 2), round(recall.at(5), 2)) == (0.32, 0.4)


def test_questions_are_kept_for_an_organization(library: SqlLibrary) -> None:
    """What it will be asked is its own affair."""
    checking = Checking(library=library, searching=searching_in(library, ScriptedEmbedders()))
    question = CheckQuestion(question="How long?", document="a.md")

    checking.keep(US, [question])

    assert checking.kept(US) == [question]
    assert checking.kept(THEM) == []
    with pytest.raises(InvalidInput):
        checking.keep(US, [])
    assert checking.kept(US) == [question]


def test_a_check_of_nothing_says_so(library: SqlLibrary) -> None:
    """No questions, no documents, or a model without vectors: a recall would say little about the model."""
    checking = Checking(library=library, searching=searching_in(library, ScriptedEmbedders()))
    question = CheckQuestion(question="How long?", document="file-1.md")
    use(library, scripted_model())
    with pytest.raises(Conflict, match="keeps no check questions"):
        checking.check(US)
    with pytest.raises(Conflict, match="nothing is visible"):
        checking.check(US, [question])
    content = paragraphs(3)
    embedders = ScriptedEmbedders()
    ingest(library, embedders, hand_in(library, content), content)
    assert len(checking.check(US, [question])) == 1

    use(library, scripted_model(2))

    with pytest.raises(Conflict, match="6 of 6 texts have no vector of it"):
        checking.check(US, [question])


def test_models_are_compared_on_the_same_questions(library: SqlLibrary) -> None:
    """One is embedded beside the other, which goes on to be searched."""
    embedders = ScriptedEmbedders()
    first, second = use(library, scripted_model(1)), scripted_model(2)
    with library.begin(US) as work:
        work.models.add(second)
        work.commit()
    content = paragraphs(3)
    ingest(library, embedders, hand_in(library, content), content, beside=second)
    searching = searching_in(library, embedders)
    checking = Checking(library=library, searching=searching)
    question = CheckQuestion(question="How long?", document="file-1.md")

    recalls = checking.check(US, [question], models=[first.name, second.name])

    assert [(recall.model, recall.at(3)) for recall in recalls] == [(first.name, 1.0), (second.name, 1.0)]
    assert searching.search(US, "what", k=1).model == first
