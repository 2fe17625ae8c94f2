"""A sync that was cancelled, or whose items took workers down, leaves no document that seems to be worked on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from domain.embedding.asked_model import AskedModel
from domain.embedding.documentation_source import DocumentationSource, SourceKind, SourceSettings
from domain.embedding.library_document import LibraryDocument, ReviewStatus
from domain.jobs.errors import FailureKind
from domain.jobs.item import Failure
from domain.jobs.job import JobId, JobStatus
from entrypoints.container import Antiphon
from tests.pipelines.library_at_work import at_work, ended, installation, library_of, settled
from tests.pipelines.looking import look_until
from tests.services.embeddings_server import EmbeddingsScript
from tests.services.http_server import ScriptedServer, reply

CLOSE = "Connection: close\r\n"
MUCH_LATER = reply("{}", status="429 Too Many Requests", headers=f"Retry-After: 600\r\n{CLOSE}")
POISON = Failure(kind=FailureKind.POISON, message="3 workers vanished while they ran this item")


@pytest.fixture
def script() -> EmbeddingsScript:
    """What the model answers; it keeps no connection, which this process would have open until its end."""
    return EmbeddingsScript(headers=CLOSE)


@pytest.fixture
def antiphon(tmp_path: Path, script: EmbeddingsScript) -> Iterator[Antiphon]:
    """An installation with a model over HTTP in use."""
    with (
        ScriptedServer(script) as server,
        installation(tmp_path / "home", ANTIPHON_PRIVATE_TARGETS="true") as made,
    ):
        asked = AskedModel(words="openai-compatible:mock", base_url=f"{server.url}/v1", api_key="", name="mock")
        made.embedding.models.add(made.tenant, asked)
        made.embedding.models.use(made.tenant, "mock")
        yield made


@pytest.fixture
def source(antiphon: Antiphon, tmp_path: Path) -> DocumentationSource:
    """A folder with a document that was synced, was edited since, and has a new one beside it."""
    folder = tmp_path / "handbook"
    folder.mkdir()
    (folder / "edited.md").write_text("What is said of refunds before the edit.")
    settings = SourceSettings(kind=SourceKind.FOLDER, location=str(folder))
    added = antiphon.sources.sources.add(antiphon.tenant, "handbook", settings)
    with at_work(antiphon):
        ended(antiphon, sync(antiphon, added))
    (folder / "edited.md").write_text("What is said of refunds since somebody has edited it.")
    (folder / "new.md").write_text("What is said of shipping, which nobody has heard of.")
    return added


def sync(antiphon: Antiphon, source: DocumentationSource) -> JobId:
    """Start a sync."""
    return antiphon.sources.syncs.start(antiphon.tenant, source.id).id


def documents(antiphon: Antiphon, source: DocumentationSource) -> list[LibraryDocument]:
    """Return the documents of the source, by location."""
    with library_of(antiphon).view(antiphon.tenant) as work:
        return list(work.documents.of_source(source.id, limit=9))


def stopped_half_way(antiphon: Antiphon, source: DocumentationSource, script: EmbeddingsScript) -> JobId:
    """Return a sync that has fetched its documents, waits for the model, and whose worker is gone."""

    def is_half_way() -> bool:
        found = documents(antiphon, source)
        is_under_way = [one.review_status is ReviewStatus.PROCESSING for one in found] == [True] * 2
        return is_under_way and antiphon.jobs.get(antiphon.tenant, job_id).tally.running == 0

    script.refuse = lambda _: MUCH_LATER
    job_id = sync(antiphon, source)
    with at_work(antiphon):
        look_until(is_half_way)
    return job_id


def cancelled(antiphon: Antiphon, job_id: JobId) -> None:
    """Cancel the job."""
    antiphon.jobs.cancel(antiphon.tenant, job_id)


def poisoned(antiphon: Antiphon, job_id: JobId) -> None:
    """Let everything that waits have taken down as many workers as an item may, the end of the sync among it."""
    with antiphon.store.begin(antiphon.tenant) as work:
        work.ledger.fail_all_pending(job_id, POISON, now=antiphon.clock.now())
        work.commit()


@pytest.mark.parametrize(
    ("interrupted", "status", "reason"),
    [(cancelled, JobStatus.CANCELLED, "the sync was cancelled"), (poisoned, JobStatus.FAILED, POISON.message)],
)
def test_an_interrupted_sync_leaves_no_document_in_processing(
    antiphon: Antiphon,
    source: DocumentationSource,
    script: EmbeddingsScript,
    interrupted: Callable[[Antiphon, JobId], None],
    status: JobStatus,
    reason: str,
) -> None:
    """Its documents say why, so that the next sync tries them again; readers still see what they saw."""
    job_id = stopped_half_way(antiphon, source, script)
    interrupted(antiphon, job_id)
    with at_work(antiphon):
        edited, new = (settled(antiphon, one) for one in documents(antiphon, source))
        assert ended(antiphon, job_id).job.status is status

    assert [one.review_status for one in (edited, new)] == [ReviewStatus.FAILED] * 2
    assert all(reason in (one.failure or "") for one in (edited, new))
    assert (edited.generation, new.generation) == (1, 0)
