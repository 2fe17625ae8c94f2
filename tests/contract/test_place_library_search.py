"""`antiphon library search`, `check`, `questions` and `audit`, wherever they act."""

from __future__ import annotations

import pytest

from domain.embedding.library_audit import Trouble
from domain.jobs.errors import Conflict, NotFound
from domain.organizations.errors import Forbidden
from entrypoints.api.documents.library_search import (
    AuditWords,
    CheckQuestionsWords,
    CheckQuestionWords,
    CheckWords,
    SearchWords,
)
from entrypoints.container import Antiphon
from entrypoints.places.place import Place
from tests.contract.places import place_over

TEXT = b"# Refunds\n\nMoney goes back within 14 days.\n\n# Opening hours\n\nFrom nine to five.\n"
QUESTION = CheckQuestionWords(question="When does money go back?", document="terms.md", heading="Refunds")


@pytest.fixture
def embedded(antiphon: Antiphon) -> Antiphon:
    """An installation whose library holds one document, found by letters."""
    tenant = antiphon.tenant
    antiphon.embedding.models.use(tenant, "lexical-hash")
    with place_over(antiphon, at="here") as here:
        added = here.documents.add("terms.md", TEXT)
    with antiphon.library.store.view(tenant) as work:
        (document,) = [one for one in work.documents.page(limit=9) if one.id == added.id]
    antiphon.embedding.ingesting.ingest(tenant, document, TEXT, deadline_s=60, keep=lambda *_, **__: None)
    antiphon.library.parsers.close()
    return antiphon


@pytest.mark.usefixtures("embedded")
def test_a_passage_is_found_with_its_place(place: Place) -> None:
    """What a quote needs: document, headings, offsets."""
    found = place.library_search.search(SearchWords(question="money back", k=1))

    (hit,) = found.hits
    assert (found.model, found.is_lexical) == ("lexical-hash", True)
    assert (hit.location, hit.heading_path[-1], hit.is_approved) == ("terms.md", "Refunds", False)
    assert TEXT.decode()[hit.start : hit.end] == hit.text
    assert place.library_search.search(SearchWords(question="money", only_approved=True)).hits == []


def test_what_is_missing_is_said_the_same_way(place: Place) -> None:
    """No model, no such model, no questions."""
    with pytest.raises(Conflict, match="no embedding model is in use"):
        place.library_search.search(SearchWords(question="money"))
    with pytest.raises(NotFound, match="no embedding model 'other'"):
        place.library_search.search(SearchWords(question="money", model="other"))
    with pytest.raises(Conflict, match="keeps no check questions"):
        place.library_search.check(CheckWords())


@pytest.mark.usefixtures("embedded")
def test_questions_are_kept_and_checked(place: Place) -> None:
    """A file once, the organization's own ever after."""
    kept = place.library_search.put_questions(CheckQuestionsWords(questions=[QUESTION]))

    assert place.library_search.questions() == kept
    (recall,) = place.library_search.check(CheckWords()).recalls
    assert (recall.questions, recall.recall_at_3, recall.recall_at_5, recall.not_first) == (1, 1.0, 1.0, [])
    other = CheckQuestionWords(question="When is it open?", document="other.md")
    (missed,) = place.library_search.check(CheckWords(questions=[other])).recalls
    assert [(one.question, one.rank) for one in missed.not_first] == [(other.question, None)]


def test_a_library_is_looked_at_and_repaired(place: Place, embedded: Antiphon) -> None:
    """Looking changes nothing."""
    assert place.library_search.audit(AuditWords()).findings == []
    tenant = embedded.tenant
    with embedded.library.store.begin(tenant) as work:
        model = work.models.in_use()
        assert model is not None
        work.vectors.forget(model.fingerprint)
        work.commit()

    looked = place.library_search.audit(AuditWords())
    repaired = place.library_search.audit(AuditWords(repair=True))

    assert [(one.trouble, one.count, one.done) for one in looked.findings] == [(Trouble.CHUNKS_WITHOUT_VECTORS, 2, "")]
    assert repaired.job_id is not None
    assert embedded.jobs.get(tenant, embedded.jobs.find(tenant, repaired.job_id)).job.kind == "document_embedding"


@pytest.mark.parametrize("at", ["server"])
def test_a_reader_searches_and_repairs_nothing(embedded: Antiphon, at: str) -> None:
    """Searching is reading, though it is asked by POST."""
    with place_over(embedded, at=at, scopes=frozenset({"read"})) as reader:
        assert reader.library_search.search(SearchWords(question="money")).hits
        with pytest.raises(Forbidden):
            reader.library_search.put_questions(CheckQuestionsWords(questions=[QUESTION]))
        with pytest.raises(Forbidden):
            reader.library_search.audit(AuditWords(repair=True))
