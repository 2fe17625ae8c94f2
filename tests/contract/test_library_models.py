"""Contract of the library's store: embedding models, the one in use, settings and vectors of one organization."""

from __future__ import annotations

import attrs
import pytest

from domain.embedding.embedding_model import EmbeddingModelId, EmbeddingProvider, Fingerprint
from domain.embedding.library_document import DocumentId
from domain.embedding.model_ports import Coverage, LibrarySettings
from domain.embedding.ports import Library
from domain.embedding.vector import Vector, unit_vector
from domain.jobs.errors import Conflict, NotFound
from tests.contract.building import NOW, THEM, US, after
from tests.contract.library_building import SHARED, TEXT, a_document, a_model, add_document, make_visible, pieces

UP, RIGHT = unit_vector([0.0, 1.0], dimensions=2), unit_vector([1.0, 0.0], dimensions=2)
OTHER = Fingerprint("other")
HASHES = [stored.text_hash for stored in pieces(TEXT)]


def put_vectors(library: Library, vectors: dict[str, Vector], *, fingerprint: Fingerprint = SHARED) -> None:
    """Store vectors of US."""
    with library.begin(US) as work:
        work.vectors.add(fingerprint, vectors, now=NOW)
        work.commit()


def test_a_model_is_read_as_it_was_stored(library: Library) -> None:
    """What opens a model, and what its vectors are known by, must not change on the way."""
    plain = a_model(2, provider=EmbeddingProvider.LEXICAL_HASH, spec={}, query_prefix="", document_prefix="")
    with library.begin(US) as work:
        for model in (a_model(1), plain):
            work.models.add(model)
        work.commit()

    with library.view(US) as work:
        assert work.models.get(a_model(1).id) == work.models.named("model-1") == a_model(1)
        assert work.models.all() == [a_model(1), plain]
        assert work.models.named("nobody") is None
        with pytest.raises(NotFound):
            work.models.get(EmbeddingModelId("nobody"))


def test_a_name_is_taken_once(library: Library) -> None:
    """`models use NAME` must mean one."""
    with library.begin(US) as work:
        work.models.add(a_model(1))
        with pytest.raises(Conflict, match="model-1"):
            work.models.add(a_model(2, name="model-1"))
        work.models.add(a_model(2))
        work.commit()
    with library.view(US) as work:
        assert len(work.models.all()) == 2


def test_no_model_is_in_use_until_one_is_chosen(library: Library) -> None:
    """Nobody's documents are sent anywhere before somebody has said where."""
    with library.begin(US) as work:
        work.models.add(a_model(1))
        assert work.settings.get() == LibrarySettings(model_id=None, auto_embeds=True)
        assert work.models.in_use() is None

        work.settings.put(LibrarySettings(model_id=a_model(1).id, auto_embeds=False))
        work.commit()
    with library.view(US) as work:
        assert work.models.in_use() == a_model(1)
        assert work.settings.get() == LibrarySettings(model_id=a_model(1).id, auto_embeds=False)


def test_a_model_that_is_not_there_is_not_used(library: Library) -> None:
    """A setting that leads nowhere would fail every document, each by itself."""
    with library.begin(US) as work, pytest.raises(NotFound):
        work.settings.put(LibrarySettings(model_id=EmbeddingModelId("nobody")))


def test_a_model_is_forgotten_and_its_vectors_stay_until_asked(library: Library) -> None:
    """Another model may have made the same ones."""
    with library.begin(US) as work:
        work.models.add(a_model(1))
        work.vectors.add(SHARED, {"a": UP}, now=NOW)
        assert work.models.remove(a_model(1).id)
        assert not work.models.remove(a_model(1).id)
        assert work.models.all() == []
        assert work.vectors.known(SHARED, ["a"]) == {"a"}
        assert work.vectors.forget(SHARED) == 1
        assert work.vectors.known(SHARED, ["a"]) == set()


def test_vectors_are_read_as_they_were_stored(library: Library) -> None:
    """Bit by bit: they are compared with others that were made elsewhere."""
    third = unit_vector([1.0, -3.0e-5], dimensions=2)
    put_vectors(library, {"b": RIGHT, "a": UP, "c": third})

    with library.view(US) as work:
        assert work.vectors.of(SHARED, ["a", "c", "nothing"]) == {"a": UP, "c": third}
        assert work.vectors.known(SHARED, ["a", "b", "nothing"]) == {"a", "b"}
        assert work.vectors.known(SHARED, []) == set()
        assert work.vectors.of(OTHER, ["a"]) == {}


def test_a_text_keeps_the_vector_it_has(library: Library) -> None:
    """Two workers may have embedded the same text: neither fails, and readers see one."""
    put_vectors(library, {"a": UP})
    put_vectors(library, {"a": RIGHT, "b": RIGHT})

    with library.view(US) as work:
        assert work.vectors.of(SHARED, ["a", "b"]) == {"a": UP, "b": RIGHT}


def test_vectors_are_undone_without_commit(library: Library) -> None:
    """They become visible with the rest of their unit of work."""
    with library.begin(US) as work:
        work.vectors.add(SHARED, {"a": UP}, now=NOW)
    with library.view(US) as work:
        assert work.vectors.known(SHARED, ["a"]) == set()


def test_coverage_counts_what_readers_see(library: Library) -> None:
    """Whether a model may take over is decided by it: each text once, and only of what can be found."""
    make_visible(library, add_document(library, a_document(1)))
    make_visible(library, add_document(library, a_document(2)))  # the same text
    removed = make_visible(library, add_document(library, a_document(3)), text="only here")
    with library.begin(US) as work:
        work.documents.put(attrs.evolve(removed, removed_at=NOW))
        work.texts.put(DocumentId(a_document(1).id), 7, "0123456789")  # not visible
        work.chunks.add(a_document(1).id, 7, pieces("0123456789"))
        work.commit()
    put_vectors(library, {HASHES[0]: UP, "something else": UP})

    with library.view(US) as work:
        assert work.vectors.coverage(SHARED) == Coverage(texts=len(HASHES), missing=len(HASHES) - 1)
        assert work.vectors.coverage(OTHER) == Coverage(texts=len(HASHES), missing=len(HASHES))
    with library.view(THEM) as work:
        assert work.vectors.coverage(SHARED) == Coverage(texts=0, missing=0)


def test_what_no_chunk_needs_is_forgotten_after_a_while(library: Library) -> None:
    """Documents change for years; but what was embedded a moment ago may have its chunks still to come."""
    make_visible(library, add_document(library, a_document(1)))
    put_vectors(library, {HASHES[0]: UP, "old": UP, "older": UP})
    with library.begin(US) as work:
        work.vectors.add(SHARED, {"new": UP}, now=after(60))
        assert work.vectors.forget_unused(made_before=after(60), limit=1) == 1
        assert work.vectors.forget_unused(made_before=after(60), limit=9) == 1
        assert work.vectors.forget_unused(made_before=after(60), limit=9) == 0
        assert work.vectors.known(SHARED, [HASHES[0], "old", "older", "new"]) == {HASHES[0], "new"}


def test_organizations_share_no_vector(library: Library) -> None:
    """The same text under the same model is each one's own: who has it says something about their documents."""
    put_vectors(library, {"a": UP})

    with library.begin(THEM) as work:
        assert work.vectors.known(SHARED, ["a"]) == set()
        work.vectors.add(SHARED, {"a": RIGHT}, now=NOW)
        work.commit()
    with library.view(US) as work:
        assert work.vectors.of(SHARED, ["a"]) == {"a": UP}
