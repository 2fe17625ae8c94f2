"""Ingesting a document over every store: what is embedded, what becomes visible, and what a failure leaves."""

from __future__ import annotations

import pytest

from domain.embedding.library_document import ReviewStatus
from domain.embedding.ports import Library
from domain.jobs.errors import Deferred, FailureKind, PermanentFailure, TransientFailure
from tests.contract.building import US
from tests.contract.ingesting_documents import (
    BROKEN,
    MODEL,
    ONE_A_REQUEST,
    Kept,
    ScriptedEmbedders,
    hand_in,
    ingest,
    paragraphs,
    read_back,
    use,
    visible,
)


def test_a_document_becomes_visible_as_a_whole(library: Library) -> None:
    """Text, chunks and a vector for each of them; then a person is to look at it."""
    use(library, MODEL)
    embedders, content = ScriptedEmbedders(), paragraphs(3)
    document = hand_in(library, content)

    done = ingest(library, embedders, document, content)

    text, hashes, with_vectors = visible(library, document)
    assert text == content.decode()
    assert len(hashes) == with_vectors == done.chunks == done.embedded == len(embedders.texts)
    assert done.usage.requests == embedders.calls == 1
    assert done.usage.prompt_tokens > 0
    assert (done.generation, done.reused) == (1, 0)
    now = read_back(library, document.id)
    assert (now.review_status, now.generation, now.failure) == (ReviewStatus.PENDING, 1, None)
    assert now.title == content.decode()[:60]


def test_what_comes_from_a_trusted_source_is_approved_at_once(library: Library) -> None:
    """Nobody has to look at ten thousand pages that are trusted anyway."""
    use(library, MODEL)
    content = paragraphs(1)
    document = hand_in(library, content)

    ingest(library, ScriptedEmbedders(), document, content, is_trusted=True)

    assert read_back(library, document.id).is_approved


def test_unchanged_parts_cost_nothing(library: Library) -> None:
    """A sentence that is edited costs its own chunk, not the document."""
    use(library, MODEL)
    embedders, content = ScriptedEmbedders(), paragraphs(6)
    document = hand_in(library, content)
    first = ingest(library, embedders, document, content)
    edited = content.replace(b"number 5 is", b"number five is")

    again = ingest(library, embedders, hand_in(library, edited), edited)

    assert first.embedded == first.chunks
    assert 1 <= again.embedded < again.chunks
    assert again.embedded + again.reused == again.chunks
    assert again.generation == 2
    with library.view(US) as work:
        assert work.chunks.count(document.id, 1) == 0


def test_the_same_content_again_costs_nothing_and_changes_nothing(library: Library) -> None:
    """Whatever repeats a job, an approval and a generation stay what they are."""
    use(library, MODEL)
    embedders, content = ScriptedEmbedders(), paragraphs(2)
    document = hand_in(library, content)
    ingest(library, embedders, document, content, is_trusted=True)
    before, calls = visible(library, document), embedders.calls

    again = ingest(library, embedders, document, content)

    assert (again.embedded, again.generation, embedders.calls) == (0, 1, calls)
    assert visible(library, document) == before
    assert read_back(library, document.id).is_approved


def test_identical_parts_are_embedded_once(library: Library) -> None:
    """Legal notices stand below every page; they are paid for once."""
    use(library, MODEL)
    embedders, content = ScriptedEmbedders(), paragraphs(2)
    for number in (1, 2):
        ingest(library, embedders, hand_in(library, content, number=number), content)

    assert len(embedders.texts) == len(set(embedders.texts))


def test_without_a_model_nothing_is_sent_and_the_document_says_why(library: Library) -> None:
    """Nobody's documents go anywhere before somebody has said where; and nothing stays in processing."""
    embedders, content = ScriptedEmbedders(), paragraphs(1)
    document = hand_in(library, content)

    with pytest.raises(PermanentFailure, match="antiphon library models use lexical-hash"):
        ingest(library, embedders, document, content)

    now = read_back(library, document.id)
    assert now.review_status is ReviewStatus.FAILED
    assert now.failure is not None
    assert "models use lexical-hash" in now.failure
    assert embedders.calls == 0


def test_content_that_can_not_be_read_leaves_what_was_visible(library: Library) -> None:
    """A broken new version must not take the old one from readers."""
    use(library, MODEL)
    embedders, content = ScriptedEmbedders(), paragraphs(1)
    document = hand_in(library, content)
    ingest(library, embedders, document, content, is_trusted=True)
    before = visible(library, document)

    with pytest.raises(PermanentFailure, match="broken"):
        ingest(library, embedders, hand_in(library, BROKEN), BROKEN)

    now = read_back(library, document.id)
    assert (now.review_status, now.failure, now.generation) == (ReviewStatus.FAILED, "the file is broken", 1)
    assert now.is_approved
    assert visible(library, document) == before


def test_a_text_the_model_refuses_fails_the_document_alone_and_costs_the_others_nothing(library: Library) -> None:
    """The good parts are stored: mending the one costs the one."""
    use(library, MODEL)
    content = paragraphs(4)

    def refuse(texts: object) -> None:
        if "number 2 " in str(texts):
            raise PermanentFailure("no", kind=FailureKind.CONTENT_FILTERED)

    embedders, keep = ScriptedEmbedders(refuse=refuse), Kept()
    document = hand_in(library, content)
    with pytest.raises(PermanentFailure, match="the part that begins with") as caught:
        ingest(library, embedders, document, content, keep=keep)
    assert caught.value.usage.requests + keep.usage.requests == embedders.calls
    embedders.refuse = bool
    before = len(embedders.texts)

    done = ingest(library, embedders, document, content)

    assert len(embedders.texts) - before == done.embedded < done.chunks
    assert read_back(library, document.id).review_status is ReviewStatus.PENDING


def test_what_may_pass_leaves_the_document_in_processing_for_the_next_attempt(library: Library) -> None:
    """The kernel repeats it; what was embedded before the failure is not paid for again."""
    use(library, MODEL)
    content = paragraphs(4)
    answered: list[object] = []

    def refuse(texts: object) -> None:
        if len(answered) == 2:
            raise TransientFailure("down", kind=FailureKind.SERVER_ERROR)
        answered.append(texts)

    embedders, keep = ScriptedEmbedders(refuse=refuse), Kept()
    document = hand_in(library, content)
    with pytest.raises(TransientFailure) as caught:
        ingest(library, embedders, document, content, keep=keep, limits=ONE_A_REQUEST)
    assert read_back(library, document.id).review_status is ReviewStatus.PROCESSING
    assert caught.value.usage.requests + keep.usage.requests == 3
    embedders.refuse = bool

    done = ingest(library, embedders, document, content, limits=ONE_A_REQUEST)

    assert done.reused == 2
    assert done.embedded == done.chunks - 2


def test_too_many_requests_wait_and_are_no_failure(library: Library) -> None:
    """The document goes back to its queue with all that was embedded stored; nothing has failed."""
    use(library, MODEL)
    content = paragraphs(3)

    def refuse(texts: object) -> None:
        if "number 2 " in str(texts):
            raise TransientFailure("429", kind=FailureKind.RATE_LIMITED, retry_after_s=30)

    embedders, keep = ScriptedEmbedders(refuse=refuse), Kept()
    document = hand_in(library, content)

    with pytest.raises(Deferred) as caught:
        ingest(library, embedders, document, content, keep=keep, limits=ONE_A_REQUEST)

    assert caught.value.retry_after_s == 30
    assert keep.usage.requests == embedders.calls
    assert read_back(library, document.id).failure is None
