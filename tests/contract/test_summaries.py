"""Contract of the store of summaries: documents, their chunks, and one partial of each basis."""

from __future__ import annotations

import attrs
import pytest

from domain.jobs.errors import Conflict, NotFound
from domain.jobs.job import JobId
from domain.rfp_answering.summaries.information_document import InformationId
from domain.rfp_answering.summaries.ports import SummaryStore
from tests.contract.building import THEM, US
from tests.contract.summary_building import CHUNKS, a_document, a_partial, add_document


def test_a_document_is_read_as_it_was_stored_with_its_chunks(summaries: SummaryStore) -> None:
    """What is cited is read from here: a word that changed would be a quote that is not there."""
    document = add_document(summaries, a_document())

    with summaries.view(US) as work:
        assert work.documents.get(document.id) == document
        assert work.documents.page(id_prefix=document.id[:8], limit=9) == [document]
        assert work.documents.page(id_prefix="f" * 8, limit=9) == []
        assert tuple(work.documents.chunks(document.id)) == CHUNKS
        assert work.documents.chunks(document.id, first=1, last=1) == [CHUNKS[1]]


def test_documents_are_listed_newest_first_in_pages(summaries: SummaryStore) -> None:
    """A page begins behind the last one seen, whatever was added meanwhile."""
    first, second, third = (add_document(summaries, a_document(number)) for number in (1, 2, 3))

    with summaries.view(US) as work:
        page = work.documents.page(limit=2)
        rest = work.documents.page(before=page[-1].place, limit=2)
    assert (page, rest) == ([third, second], [first])


def test_the_same_file_is_one_document(summaries: SummaryStore) -> None:
    """Two of them would be summarized twice; under another name it is another document."""
    document = add_document(summaries, a_document())
    same = attrs.evolve(a_document(2), content_hash=document.content_hash)

    with pytest.raises(Conflict):
        add_document(summaries, same)
    other = add_document(summaries, attrs.evolve(same, name="other.pdf"))
    with summaries.view(US) as work:
        assert work.documents.of(content_hash=document.content_hash, name=document.name) == document
        assert work.documents.of(content_hash=document.content_hash, name="other.pdf") == other
        assert work.documents.of(content_hash="another", name=document.name) is None


def test_the_first_partial_of_a_basis_counts(summaries: SummaryStore) -> None:
    """An attempt that was believed lost may come second: what people have read must not change under them."""
    document = add_document(summaries, a_document())
    first = a_partial(document)
    second = attrs.evolve(first, job_id=JobId("job-2"))

    with summaries.begin(US) as work:
        assert work.partials.add(first) == first
        assert work.partials.add(second) == first
        work.commit()
    with summaries.view(US) as work:
        assert work.partials.get(document.id, "basis") == first
        assert work.partials.of(document.id, ["basis", "none"]) == {"basis": first}
        assert work.partials.of(document.id, []) == {}


def test_what_is_removed_takes_all_of_it_along(summaries: SummaryStore) -> None:
    """A tender may be confidential: no chunk and no partial of it stays."""
    document = add_document(summaries, a_document())
    with summaries.begin(US) as work:
        work.partials.add(a_partial(document))
        work.documents.remove(document.id)
        work.commit()

    with summaries.view(US) as work:
        assert work.documents.chunks(document.id) == []
        assert work.partials.get(document.id, "basis") is None
        with pytest.raises(NotFound):
            work.documents.get(document.id)


def test_what_is_not_there_is_said_so(summaries: SummaryStore) -> None:
    """A partial of a document that was removed meanwhile belongs to nobody."""
    with summaries.begin(US) as work:
        with pytest.raises(NotFound):
            work.documents.remove(InformationId("none"))
        with pytest.raises(NotFound):
            work.partials.add(a_partial(a_document()))


def test_nothing_is_kept_without_a_commit(summaries: SummaryStore) -> None:
    """A unit of work that failed has changed nothing."""
    with summaries.begin(US) as work:
        work.documents.add(a_document(), CHUNKS)

    with summaries.view(US) as work:
        assert work.documents.page(limit=10) == []
        assert work.documents.chunks(a_document().id) == []


def test_another_organization_finds_nothing(summaries: SummaryStore) -> None:
    """Whoever guesses an id learns no more than that it is not theirs."""
    document = add_document(summaries, a_document())

    with summaries.view(THEM) as work:
        with pytest.raises(NotFound):
            work.documents.get(document.id)
        assert work.documents.chunks(document.id) == []
        assert work.documents.page(id_prefix=document.id, limit=9) == []
