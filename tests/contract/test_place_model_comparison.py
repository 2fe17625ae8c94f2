"""`antiphon library models compare`, wherever it acts."""

from __future__ import annotations

import pytest

from domain.embedding.asked_model import AskedModel
from domain.jobs.errors import Conflict, InvalidInput, NotFound
from entrypoints.api.documents.embedding import LibrarySettingsChange, NewEmbeddingModel
from entrypoints.api.documents.library_search import CheckQuestionsWords, CheckQuestionWords
from entrypoints.cli.model_comparison import comparable, compared
from entrypoints.container import Antiphon
from entrypoints.places.place import Place
from tests.contract.places import place_over, told_twice

TEXT = b"# Refunds\n\nMoney goes back within 14 days.\n\n# Opening hours\n\nFrom nine to five.\n"
QUESTION = CheckQuestionWords(question="When does money go back?", document="terms.md", heading="Refunds")
NOWHERE = CheckQuestionWords(question="Where are you?", document="address.md")


@pytest.fixture
def embedded(antiphon: Antiphon) -> Antiphon:
    """An installation whose library holds one document, embedded by letters; the model `scripted:one` is new."""
    tenant = antiphon.tenant
    antiphon.embedding.models.use(tenant, "lexical-hash")
    antiphon.embedding.models.add(tenant, AskedModel(words="scripted:one"))
    with place_over(antiphon, at="here") as here:
        here.documents.add("terms.md", TEXT)
        here.library_search.put_questions(CheckQuestionsWords(questions=[QUESTION, NOWHERE]))
    _ingest(antiphon, beside=None)
    return antiphon


def _ingest(antiphon: Antiphon, *, beside: str | None) -> None:
    with antiphon.library.store.view(antiphon.tenant) as work:
        (document,) = work.documents.page(limit=9)
        other = None if beside is None else work.models.named(beside)
    antiphon.embedding.ingesting.ingest(
        antiphon.tenant, document, TEXT, deadline_s=60, keep=lambda *_, **__: None, beside=other
    )
    antiphon.library.parsers.close()


def test_what_can_not_be_compared_is_refused_before_anything_is_spent(place: Place) -> None:
    """Embedding costs money, and an answer that nothing is measured by is none."""
    place.embedding.add(NewEmbeddingModel(model="scripted:one"))
    with pytest.raises(Conflict, match="no embedding model is in use"):
        comparable(place, "scripted:one")
    place.embedding.change(LibrarySettingsChange(model="lexical-hash"))

    with pytest.raises(NotFound, match="there are: lexical-hash, scripted:one"):
        comparable(place, "nobody")
    with pytest.raises(InvalidInput, match="it is the one in use"):
        comparable(place, "lexical-hash")
    with pytest.raises(Conflict, match="antiphon library questions set FILE"):
        comparable(place, "scripted:one")


@pytest.mark.usefixtures("embedded")
def test_nothing_is_compared_while_texts_lack_vectors(place: Place) -> None:
    """A model that has embedded half of the library would look worse than it is."""
    found = compared(place, comparable(place, "scripted:one").id, job_id="job")

    assert (found.in_use, found.new, found.texts, found.missing, found.job_id) == (None, None, 2, 2, "job")


def test_both_models_are_asked_the_questions_that_are_kept(embedded: Antiphon) -> None:
    """With what a change would gain and lose; the same here and at a server, and nothing has changed over."""
    _ingest(embedded, beside="scripted:one")

    here, there = told_twice(embedded, lambda place: [compared(place, "scripted:one", job_id=None)])

    assert here == there
    with place_over(embedded, at="here") as place:
        found = compared(place, "scripted:one", job_id=None)
        assert place.embedding.settings().model == "lexical-hash"
    assert found.in_use is not None
    assert found.new is not None
    assert [(one.model, one.questions, one.recall_at_5) for one in (found.in_use, found.new)] == [
        ("lexical-hash", 2, 0.5),
        ("scripted:one", 2, 0.5),
    ]
    assert (found.gained, found.lost, found.texts, found.missing) == ([], [], 2, 0)
