"""Ingesting while the world changes: newer content, other models, vectors that are cleared away; over every store."""

from __future__ import annotations

import attrs
import pytest

from domain.embedding.ports import Library
from domain.jobs.errors import Conflict, Deferred, FailureKind, PermanentFailure
from tests.contract.building import NOW, US
from tests.contract.ingesting_documents import (
    MODEL,
    ONE_A_REQUEST,
    Kept,
    ScriptedEmbedders,
    hand_in,
    ingest,
    ingesting_into,
    paragraphs,
    read_back,
    scripted_model,
    use,
    visible,
)


def test_newer_content_is_never_covered_by_older(library: Library) -> None:
    """Two versions in short succession, and the slower attempt is the older one's."""
    use(library, MODEL)
    embedders, old, new = ScriptedEmbedders(), paragraphs(1), paragraphs(1, word="news")
    stale = hand_in(library, old)
    fresh = hand_in(library, new)
    ingest(library, embedders, fresh, new)

    with pytest.raises(Conflict):
        ingest(library, embedders, stale, old)

    assert visible(library, fresh)[0] == new.decode()


def test_a_document_that_was_removed_does_not_come_back(library: Library) -> None:
    """Somebody removed it while it was embedded."""
    use(library, MODEL)
    content = paragraphs(1)
    document = hand_in(library, content)
    with library.begin(US) as work:
        work.documents.put(attrs.evolve(document, removed_at=NOW))
        work.commit()

    with pytest.raises(Conflict):
        ingest(library, ScriptedEmbedders(), document, content)

    assert read_back(library, document.id).generation == 0


def test_a_model_chosen_meanwhile_is_the_one_the_document_is_found_by(library: Library) -> None:
    """A generation with vectors of yesterday's model only would never be found."""
    use(library, MODEL)
    other = scripted_model(2)

    def switch(_texts: object) -> None:
        use(library, other)

    embedders, content = ScriptedEmbedders(refuse=switch), paragraphs(1)
    document = hand_in(library, content)
    with pytest.raises(Deferred, match="another embedding model"):
        ingest(library, embedders, document, content)
    assert read_back(library, document.id).generation == 0

    done = ingest(library, embedders, document, content)

    with library.view(US) as work:
        hashes = [one.text_hash for one in work.chunks.of(document.id, done.generation)]
        assert work.vectors.known(other.fingerprint, hashes) == set(hashes)


def test_vectors_that_were_cleared_away_meanwhile_are_made_again(library: Library) -> None:
    """What becomes visible can be found: it has all of its vectors in that very transaction."""
    use(library, MODEL)
    embedders, content = ScriptedEmbedders(), paragraphs(3)
    document = hand_in(library, content)

    def clear(texts: object) -> None:
        if "number 2 " in str(texts):
            with library.begin(US) as work:
                work.vectors.forget(MODEL.fingerprint)
                work.commit()

    embedders.refuse = clear
    with pytest.raises(Deferred, match="cleared away"):
        ingest(library, embedders, document, content, limits=ONE_A_REQUEST)
    embedders.refuse = bool
    ingest(library, embedders, document, content, limits=ONE_A_REQUEST)

    _, hashes, with_vectors = visible(library, document)
    assert len(hashes) == with_vectors


def test_another_model_is_embedded_with_beside_the_one_in_use(library: Library) -> None:
    """Models are compared before one takes over; what readers see does not change by it."""
    use(library, MODEL)
    embedders, content, other = ScriptedEmbedders(), paragraphs(2), scripted_model(2)
    document = hand_in(library, content)
    ingest(library, embedders, document, content)
    before = visible(library, document)

    ingest(library, embedders, document, content, beside=other)

    assert visible(library, document) == before
    with library.view(US) as work:
        assert work.vectors.known(other.fingerprint, before[1]) == set(before[1])


def test_a_model_that_fails_beside_the_one_in_use_takes_nothing_from_a_document(library: Library) -> None:
    """A trial of a model must not make approved documents failed ones, nor readers see less."""
    use(library, MODEL)
    content, other = paragraphs(2), scripted_model(2)
    document = hand_in(library, content)
    ingest(library, ScriptedEmbedders(), document, content)
    before = read_back(library, document.id)

    with pytest.raises(PermanentFailure, match="no such key"):
        ingest(library, ScriptedEmbedders(refuse=_no_such_key), document, content, beside=other)

    assert read_back(library, document.id) == before


def test_a_document_whose_bytes_are_not_kept_is_embedded_from_its_chunks(library: Library) -> None:
    """What a sync brought is not fetched again for another model."""
    use(library, MODEL)
    embedders, content, other = ScriptedEmbedders(), paragraphs(2), scripted_model(2)
    document = hand_in(library, content)
    ingest(library, embedders, document, content)
    use(library, other)

    done = ingesting_into(library, embedders).embed_again(
        US, read_back(library, document.id), deadline_s=60, keep=Kept()
    )

    assert done.embedded == done.chunks
    assert sorted(embedders.opened[MODEL.fingerprint].calls) == sorted(embedders.opened[other.fingerprint].calls)


def test_the_shortest_model_of_an_organization_bounds_all_chunks(library: Library) -> None:
    """Else its texts could not be embedded with that one, and the two could not be compared."""
    use(library, MODEL)
    content = paragraphs(1)
    document = hand_in(library, content)
    long = ingest(library, ScriptedEmbedders(), document, content)
    with library.begin(US) as work:
        work.models.add(scripted_model(2, most_input_tokens=64))
        work.commit()

    short = ingest(library, ScriptedEmbedders(), document, content)

    assert short.chunks > long.chunks
    assert short.generation == 2


def _no_such_key(_texts: object) -> None:
    raise PermanentFailure("no such key", kind=FailureKind.AUTHENTICATION)
