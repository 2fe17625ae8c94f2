"""Contract of searching a library by vectors: numpy over SQLite and Postgres, and pgvector."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attrs import frozen
from sqlalchemy import Engine

from adapters.library_search.exact import ExactSearch
from adapters.library_search.pgvector import PgvectorSearch
from domain.embedding.library_document import Review, ReviewStatus
from domain.embedding.search import Hit, SearchIndex
from domain.tenancy import TenantContext
from tests.contract.building import NOW, THEM, US
from tests.contract.conftest import POSTGRES, SQLITE
from tests.contract.library_shelves import Shelf, a_model, direction, random_vectors
from tests.contract.vector_databases import VectorDatabase, vector_database

EAST, NORTH, UP = direction(1, 0, 0), direction(0, 1, 0), direction(0, 0, 1)
NORTH_EAST = direction(1, 1, 0)
MODEL = a_model()


@frozen(kw_only=True)
class Place:
    """An index, and the database that it searches."""

    index: SearchIndex
    engine: Engine

    def shelf(self, tenant: TenantContext = US) -> Shelf:
        """Return the library of an organization."""
        return Shelf(engine=self.engine, model=MODEL, tenant=tenant)

    def nearest(
        self, vector: object = EAST, *, k: int = 5, tenant: TenantContext = US, approved: bool = False
    ) -> list[Hit]:
        """Search."""
        return self.index.search(tenant, vector, model=MODEL, k=k, only_approved=approved)  # type: ignore[arg-type]  # a vector


@pytest.fixture(scope="session")
def pgvector_database() -> Iterator[VectorDatabase]:
    """A database with pgvector, for the whole session."""
    with vector_database() as made:
        yield made


@pytest.fixture(params=[SQLITE, POSTGRES, pytest.param("pgvector", marks=pytest.mark.postgres, id="pgvector")])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """Every index, over an empty database."""
    if request.param != "pgvector":
        engine: Engine = request.getfixturevalue(f"{request.param}_engine")
        yield Place(index=ExactSearch(engine=engine), engine=engine)
        return
    made: VectorDatabase = request.getfixturevalue("pgvector_database")
    index = PgvectorSearch(engine=made.login, otherwise=_Unused())
    yield Place(index=index, engine=made.login)
    made.clear()


class _Unused:
    """Stands where an index would answer for pgvector, so that no test passes by it unseen."""

    def search(self, *_: object, **__: object) -> list[Hit]:
        """Say that this was not to be."""
        raise AssertionError("pgvector was to answer")


def at(hits: list[Hit]) -> list[tuple[str, int]]:
    """Return where hits are."""
    return [(hit.location, hit.ordinal) for hit in hits]


def test_the_nearest_chunk_is_first(place: Place) -> None:
    """That is what a search is for."""
    place.shelf().put("a.md", [UP, EAST])
    place.shelf().put("b.md", [NORTH_EAST])

    hits = place.nearest(EAST, k=2)

    assert at(hits) == [("a.md", 1), ("b.md", 0)]
    assert [hit.score for hit in hits] == [pytest.approx(1, abs=1e-5), pytest.approx(0.7071, abs=1e-4)]


def test_a_hit_says_where_its_words_stand(place: Place) -> None:
    """A quote must be found again: document, headings, offsets, and the words themselves."""
    stored = place.shelf().put("a.md", [NORTH, EAST], texts=["one \N{GRINNING FACE} ", "two"])

    (hit,) = place.nearest(EAST, k=1)

    assert (hit.document_id, hit.title, hit.location) == (stored.id, "title of a.md", "a.md")
    assert (hit.start, hit.end, hit.text) == (6, 9, "two")
    assert (hit.heading_path, hit.model, hit.is_approved, hit.generation) == (("Top",), "scripted", False, 1)


@pytest.mark.parametrize("k", [1, 3, 7, 8, 50])
def test_there_are_as_many_hits_as_asked_for_or_as_there_are_chunks(place: Place, k: int) -> None:
    """Fewer would hide evidence that is there."""
    place.shelf().put("a.md", [EAST, NORTH, UP])
    place.shelf().put("b.md", [NORTH_EAST, UP, EAST, NORTH])

    assert len(place.nearest(EAST, k=k)) == min(k, 7)


def test_an_empty_library_has_no_hits(place: Place) -> None:
    """Nothing was embedded yet: that is no error."""
    assert place.nearest(EAST) == []


def test_equal_scores_come_in_one_order(place: Place) -> None:
    """Asked twice, the answer is the same: by document id, then by ordinal."""
    place.shelf().put("second.md", [EAST, EAST, EAST], key="b")
    place.shelf().put("first.md", [EAST, EAST], texts=["same", "same"], key="a")

    hits = place.nearest(EAST, k=4)

    assert at(hits) == [("first.md", 0), ("first.md", 1), ("second.md", 0), ("second.md", 1)]
    assert place.nearest(EAST, k=4) == hits


def test_one_text_in_many_documents_is_found_in_each(place: Place) -> None:
    """Its vector is stored once; the places that it stands in are several."""
    for key in "abc":
        place.shelf().put(f"{key}.md", [EAST], texts=["boilerplate"], key=key)

    assert at(place.nearest(EAST, k=5)) == [("a.md", 0), ("b.md", 0), ("c.md", 0)]


def test_only_the_visible_generation_is_found(place: Place) -> None:
    """The rows of the generation before are still there when the next one is swapped in."""
    place.shelf().put("a.md", [EAST, EAST], texts=["old words", "old too"])
    assert [hit.text for hit in place.nearest(EAST)] == ["old words", "old too"]

    place.shelf().put("a.md", [NORTH], texts=["new words"])

    assert [(hit.text, hit.generation) for hit in place.nearest(EAST)] == [("new words", 2)]


def test_a_removed_document_is_not_found_and_found_again_when_it_is_back(place: Place) -> None:
    """A tombstone hides it at once, and can be undone."""
    document = place.shelf().put("a.md", [EAST])
    assert len(place.nearest()) == 1

    place.shelf().change(document, removed_at=NOW)
    assert place.nearest() == []

    place.shelf().change(document, removed_at=None)
    assert len(place.nearest()) == 1


def test_what_a_person_rejected_is_not_found(place: Place) -> None:
    """Somebody said that it must not be used."""
    document = place.shelf().put("a.md", [EAST])
    rejected = Review(verdict=ReviewStatus.REJECTED, content_hash=document.visible_hash, by=US.user_id, at=NOW)

    place.shelf().change(document, review=rejected, review_status=ReviewStatus.REJECTED)

    assert place.nearest() == []


def test_what_was_rejected_before_its_content_changed_is_found(place: Place) -> None:
    """The verdict was on other words."""
    document = place.shelf().put("a.md", [EAST])
    rejected = Review(verdict=ReviewStatus.REJECTED, content_hash="other content", by=US.user_id, at=NOW)

    place.shelf().change(document, review=rejected)

    assert len(place.nearest()) == 1


def test_only_approved_documents_are_found_where_that_is_asked_for(place: Place) -> None:
    """An answer to a customer is drafted from these alone; a search shows what waits for approval, too."""
    place.shelf().put("pending.md", [EAST])
    document = place.shelf().put("approved.md", [UP, NORTH])
    approved = Review(verdict=ReviewStatus.APPROVED, content_hash=document.visible_hash, by=US.user_id, at=NOW)
    place.shelf().change(document, review=approved, review_status=ReviewStatus.APPROVED)

    rather_east = direction(2, 1, 0)
    assert at(place.nearest(rather_east, k=1)) == [("pending.md", 0)]
    assert at(place.nearest(rather_east, approved=True)) == [("approved.md", 1), ("approved.md", 0)]
    assert all(hit.is_approved for hit in place.nearest(approved=True))


def test_chunks_without_a_vector_are_passed_over_until_they_have_one(place: Place) -> None:
    """A document that was embedded in part is found by that part, and wholly when the rest is there."""
    place.shelf().put("a.md", [EAST, None], texts=["one", "two"])
    assert [hit.text for hit in place.nearest()] == ["one"]

    place.shelf().put("b.md", [EAST], texts=["two"])

    assert sorted(at(place.nearest())) == [("a.md", 0), ("a.md", 1), ("b.md", 0)]


def test_vectors_of_another_model_do_not_count(place: Place) -> None:
    """Its directions mean something else."""
    other = Shelf(engine=place.engine, model=a_model(name="other"))
    other.put("a.md", [EAST])

    assert place.nearest() == []


def test_organizations_find_their_own_documents_only(place: Place) -> None:
    """A library is an organization's."""
    place.shelf(US).put("ours.md", [NORTH])
    place.shelf(THEM).put("theirs.md", [EAST])

    assert at(place.nearest(EAST, tenant=US)) == [("ours.md", 0)]
    assert at(place.nearest(EAST, tenant=THEM)) == [("theirs.md", 0)]


def test_a_small_organization_beside_a_large_one_finds_all_it_has(place: Place) -> None:
    """One index over everybody's rows returned 0 of 10 here: 300 rows are lost among 50,000 nearer ones."""
    dimensions = 3
    ours = random_vectors(300, dimensions=dimensions, seed=1)
    theirs = random_vectors(50_000, dimensions=dimensions, seed=2)
    for no in range(3):
        place.shelf(US).put(f"ours-{no}.md", ours[100 * no :][:100])
    for no in range(50):
        place.shelf(THEM).put(f"theirs-{no}.md", theirs[1000 * no :][:1000])

    for question in random_vectors(3, dimensions=dimensions, seed=3):
        hits = place.nearest(question, k=10)
        best = sorted(-sum(a * b for a, b in zip(question, vector, strict=True)) for vector in ours)[:10]

        assert [hit.score for hit in hits] == [pytest.approx(-score, abs=1e-5) for score in best]
    assert len(place.nearest(EAST, k=400)) == 300
    assert len(place.nearest(EAST, k=10, tenant=THEM)) == 10
