"""Documents are embedded by jobs: because they are new, because somebody asks, one item each; and each has an end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.embedding.asked_model import AskedModel
from domain.embedding.embedding_spec import KIND, EmbeddingSpec
from domain.embedding.library_document import ReviewStatus
from domain.jobs.errors import AlreadyRunning, Conflict, FailureKind, NotFound
from domain.jobs.item import Failure
from domain.jobs.job import JobStatus
from domain.jobs.request_key import IdempotencyKey
from entrypoints.container import Antiphon
from entrypoints.worker_side import WorkerSide
from tests.pipelines.library_at_work import add, at_work, ended, installation, library_of, now_of, settled

TEXT = b"# Refunds\n\nWithin 14 days, no questions asked.\n\n## Shipping\n\nTo every country but one.\n"


@pytest.fixture
def antiphon(tmp_path: Path) -> Iterator[Antiphon]:
    """An installation with the lexical model in use."""
    with installation(tmp_path / "home") as made:
        made.embedding.models.use(made.tenant, "lexical-hash")
        yield made


def jobs_of(antiphon: Antiphon) -> int:
    """Return how many jobs of embedding there are."""
    return len(antiphon.jobs.page(antiphon.tenant, kind=KIND, limit=100))


def test_a_new_document_is_embedded_by_itself(antiphon: Antiphon) -> None:
    """Nobody has to ask: the fact is in the transaction of the document, and starts a job after it."""
    with at_work(antiphon):
        document = settled(antiphon, add(antiphon, "refunds.md", TEXT))

    assert (document.review_status, document.generation, document.title) == (ReviewStatus.PENDING, 1, "Refunds")
    assert jobs_of(antiphon) == 1


def test_the_fact_told_twice_starts_one_job(antiphon: Antiphon) -> None:
    """An announcer that dies leaves its fact to the next one."""
    add(antiphon, "refunds.md", TEXT)
    now = antiphon.clock.now()
    [envelope] = antiphon.store.take_facts(now=now, hold_until=now, limit=9)

    for _ in range(2):
        antiphon.embedding_work.jobs.react(envelope)

    assert jobs_of(antiphon) == 1


def test_without_auto_embed_a_new_document_says_that_it_waits(antiphon: Antiphon) -> None:
    """It is in processing no more, as nobody processes it; asking embeds it."""
    antiphon.embedding.models.set_auto_embed(antiphon.tenant, is_on=False)
    with at_work(antiphon):
        document = settled(antiphon, add(antiphon, "refunds.md", TEXT))
        assert document.review_status is ReviewStatus.FAILED
        assert document.failure is not None
        assert "antiphon library embed" in document.failure
        assert jobs_of(antiphon) == 0

        job = antiphon.embedding_work.jobs.start(antiphon.tenant, EmbeddingSpec(documents=(document.id,)))
        assert ended(antiphon, job.id).job.status is JobStatus.COMPLETED

    assert now_of(antiphon, document).review_status is ReviewStatus.PENDING


def test_without_a_model_in_use_nothing_starts_and_everybody_hears_why(tmp_path: Path) -> None:
    """No default: a document goes nowhere before somebody has said where."""
    with installation(tmp_path / "home") as antiphon:
        with at_work(antiphon):
            document = settled(antiphon, add(antiphon, "refunds.md", TEXT))
        with pytest.raises(Conflict, match="models use lexical-hash"):
            antiphon.embedding_work.jobs.start(antiphon.tenant, EmbeddingSpec())

    assert document.failure is not None
    assert "models use lexical-hash" in document.failure


def test_a_batch_has_an_item_for_each_document_and_a_broken_one_fails_alone(antiphon: Antiphon) -> None:
    """Partial, truthfully: the good ones can be found, the broken one says what is wrong."""
    antiphon.embedding.models.set_auto_embed(antiphon.tenant, is_on=False)
    good = [add(antiphon, f"good-{no}.md", TEXT + b"%d" % no) for no in range(3)]
    broken = add(antiphon, "broken.pdf", b"%PDF-1.7 nothing behind it")
    job = antiphon.embedding_work.jobs.start(antiphon.tenant, EmbeddingSpec())
    with at_work(antiphon):
        view = ended(antiphon, job.id)

        assert view.job.status is JobStatus.PARTIAL
        assert (view.job.planned, view.tally.succeeded) == (4, 3)
        assert [settled(antiphon, one).review_status for one in good] == [ReviewStatus.PENDING] * 3
        assert settled(antiphon, broken).review_status is ReviewStatus.FAILED
        [failure] = antiphon.jobs.failures(antiphon.tenant, job.id)
        assert failure.key == "broken.pdf"


def test_documents_of_a_status_are_chosen(antiphon: Antiphon) -> None:
    """What failed is tried again by itself, and nothing else."""
    with at_work(antiphon):
        settled(antiphon, add(antiphon, "good.md", TEXT))
        settled(antiphon, add(antiphon, "broken.pdf", b"%PDF-1.7 nothing"))
        job = antiphon.embedding_work.jobs.start(antiphon.tenant, EmbeddingSpec(status=ReviewStatus.FAILED))

        assert ended(antiphon, job.id).job.planned == 1


def test_everything_is_embedded_once_at_a_time(antiphon: Antiphon) -> None:
    """Two jobs over a whole library would read and cut each document twice, for nothing."""
    antiphon.embedding_work.jobs.start(antiphon.tenant, EmbeddingSpec())

    with pytest.raises(AlreadyRunning):
        antiphon.embedding_work.jobs.start(antiphon.tenant, EmbeddingSpec())


def test_two_jobs_about_one_document_are_harmless(antiphon: Antiphon) -> None:
    """Both end well, and readers see one generation: what one has made the other finds."""
    antiphon.embedding.models.set_auto_embed(antiphon.tenant, is_on=False)
    document = add(antiphon, "refunds.md", TEXT)
    spec = EmbeddingSpec(documents=(document.id,))
    jobs = [antiphon.embedding_work.jobs.start(antiphon.tenant, spec) for _ in range(4)]
    with at_work(antiphon):
        statuses = [ended(antiphon, job.id).job.status for job in jobs]

    assert statuses == [JobStatus.COMPLETED] * 4
    assert now_of(antiphon, document).generation == 1


@pytest.mark.parametrize("is_planned", [False, True])
def test_a_cancelled_job_leaves_no_document_in_processing(antiphon: Antiphon, *, is_planned: bool) -> None:
    """Nobody comes back to it, so it must not look as if somebody did."""
    document = add(antiphon, "refunds.md", TEXT, is_told=False)
    job = antiphon.embedding_work.jobs.start(antiphon.tenant, EmbeddingSpec(documents=(document.id,)))
    if is_planned:
        WorkerSide(antiphon, places=1).planner.start(antiphon.tenant, job.id)
    antiphon.jobs.cancel(antiphon.tenant, job.id)
    with at_work(antiphon):
        now = settled(antiphon, document)

    assert now.review_status is ReviewStatus.FAILED
    assert "cancelled" in (now.failure or "")


def test_a_document_whose_workers_were_killed_again_and_again_says_so(antiphon: Antiphon) -> None:
    """Nothing of ours runs then; the job's end is what is sure to come."""
    document = add(antiphon, "refunds.md", TEXT, is_told=False)
    job = antiphon.embedding_work.jobs.start(antiphon.tenant, EmbeddingSpec(documents=(document.id,)))
    WorkerSide(antiphon, places=1).planner.start(antiphon.tenant, job.id)
    poison = Failure(kind=FailureKind.POISON, message="its worker was killed 3 times")
    with antiphon.store.begin(antiphon.tenant) as work:
        work.ledger.fail_all_pending(job.id, poison, now=antiphon.clock.now())
        work.commit()
    with at_work(antiphon):
        now = settled(antiphon, document)

    assert (now.review_status, now.failure) == (ReviewStatus.FAILED, "its worker was killed 3 times")


def test_a_message_that_names_a_document_opens_a_job_once(antiphon: Antiphon) -> None:
    """`solution_library.embed_document(document_id=...)`, handed out twice by the broker."""
    antiphon.embedding.models.set_auto_embed(antiphon.tenant, is_on=False)
    document = add(antiphon, "refunds.md", TEXT)
    opener = antiphon.openers["solution_library.embed_document"]

    first, again = (opener(antiphon.tenant, {"document_id": document.id}, IdempotencyKey("task:1")) for _ in range(2))

    assert first == again
    with pytest.raises(NotFound):
        opener(antiphon.tenant, {"document_id": "00000000-0000-4000-8000-0000000000ff"}, IdempotencyKey("task:2"))


def test_another_model_is_made_ready_beside_the_one_in_use(antiphon: Antiphon) -> None:
    """It takes over when nothing would be lost by that, and not before."""
    with at_work(antiphon):
        settled(antiphon, add(antiphon, "refunds.md", TEXT))
        other = antiphon.embedding.models.add(antiphon.tenant, AskedModel(words="scripted:other"))
        with pytest.raises(Conflict, match=r"embed --all --model scripted:other"):
            antiphon.embedding.models.use(antiphon.tenant, "scripted:other")

        job = antiphon.embedding_work.jobs.start(antiphon.tenant, EmbeddingSpec(model_id=other.model.id))
        assert ended(antiphon, job.id).job.status is JobStatus.COMPLETED
        used = antiphon.embedding.models.use(antiphon.tenant, "scripted:other")

    assert used.is_in_use
    assert used.coverage.missing == 0


def test_what_embedding_cost_is_counted_for_its_item(antiphon: Antiphon) -> None:
    """Bills are per document, and add up in the job."""
    antiphon.embedding.models.add(antiphon.tenant, AskedModel(words="scripted:other"))
    antiphon.embedding.models.use(antiphon.tenant, "scripted:other")
    antiphon.embedding.models.set_auto_embed(antiphon.tenant, is_on=False)
    for no in range(5):
        add(antiphon, f"{no}.md", TEXT + b"%d" % no)
    job = antiphon.embedding_work.jobs.start(antiphon.tenant, EmbeddingSpec())
    with at_work(antiphon):
        ended(antiphon, job.id)

    items = antiphon.records.items(antiphon.tenant, job.id, after=None, limit=9)
    assert all(item.usage.prompt_tokens > 0 for item in items)
    with library_of(antiphon).view(antiphon.tenant) as work:
        in_use = work.models.in_use()
        assert in_use is not None
        assert work.vectors.coverage(in_use.fingerprint).missing == 0
