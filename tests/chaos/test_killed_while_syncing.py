"""A worker is killed in the middle of a sync: it ends, its numbers are true, and nothing is paid for twice in vain."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import define, field

from adapters.embedders.scripted import numbers_of
from domain.embedding.asked_model import AskedModel
from domain.embedding.chunk import text_hash
from domain.embedding.documentation_source import DocumentationSource, SourceKind, SourceSettings
from domain.embedding.library_document import ReviewStatus
from domain.embedding.search import MOST_HITS, Hit
from domain.embedding.sync_counts import SyncCounts
from domain.embedding.vector import unit_vector
from domain.jobs.job import JobId, JobStatus
from entrypoints.container import Antiphon, build, ready_database
from entrypoints.settings import read_settings
from tests.chaos.audit import rows_of
from tests.chaos.scene import QUICK
from tests.integration.dead_workers import DeadWorkers
from tests.integration.processes import Installation
from tests.pipelines.library_at_work import library_of
from tests.pipelines.looking import WITHIN_S, look_until
from tests.services.embeddings_server import EmbeddingsScript
from tests.services.http_server import ScriptedServer

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

SAME, EDITED, NEW = 6, 6, 30
SLOTS, ANSWERED = 8, 2
UNREADABLE = b"%PDF-1.7 nothing behind it"


@define(eq=False)
class Holding:
    """A script's `refuse`: the first *ANSWERED* requests are answered, the others are held until they *may_go*."""

    may_go: threading.Event = field(factory=threading.Event)
    answered: list[str] = field(factory=list)
    held: list[str] = field(factory=list)
    _requests: int = 0
    _lock: threading.Lock = field(factory=threading.Lock)

    def __call__(self, texts: list[str]) -> None:
        """Hold a request, or let it pass."""
        with self._lock:
            self._requests += 1
            is_held = self._requests > ANSWERED and not self.may_go.is_set()
            (self.held if is_held else self.answered).extend(texts)
        if is_held:
            self.may_go.wait(WITHIN_S)


def test_a_sync_whose_worker_is_killed_ends_with_true_numbers(
    installation: Installation, database_url: str, tmp_path: Path
) -> None:
    """Only what was on its way to the model is asked for again; each document is found, and found once."""
    folder, script = _handbook(tmp_path / "handbook"), EmbeddingsScript()
    installation.environment["ANTIPHON_LIBRARY_ROOTS"] = str(folder)
    with ScriptedServer(script) as server, _beside(installation) as antiphon:
        source = _source(antiphon, folder, address=f"{server.url}/v1")
        killed = installation.worker(slots=SLOTS, **QUICK)
        first = _ended(antiphon, antiphon.sources.syncs.start(antiphon.tenant, source.id).id, DeadWorkers(database_url))
        _change(folder)
        script.asked.clear()
        script.refuse = holding = Holding()
        job = antiphon.sources.syncs.start(antiphon.tenant, source.id)
        look_until(lambda: bool(holding.held) and _stored(antiphon, holding.answered), what="the middle of the sync")
        stored, on_their_way, dead = set(holding.answered), set(holding.held), DeadWorkers(database_url)
        dead.kill(killed)
        installation.worker(slots=SLOTS, **QUICK)
        holding.may_go.set()
        second = _ended(antiphon, job.id, dead)
        again = {text for text, times in Counter(script.texts).items() if times > 1}
        wanted = len(set(script.texts))
        found = _found(antiphon)
        statuses = _statuses(antiphon, source)

    assert first == SyncCounts(created=SAME + EDITED, total=SAME + EDITED)
    assert second == SyncCounts(created=NEW, updated=EDITED, skipped=SAME, failed=1, total=SAME + EDITED + NEW + 1)
    assert on_their_way <= again
    assert again & stored == set()
    assert wanted == NEW + EDITED
    names = {path.name for path in folder.glob("*.md")}
    assert sorted(hit.location for hit in found) == sorted(names)
    assert not any("before" in hit.text for hit in found if hit.location.startswith("edited"))
    assert statuses == {ReviewStatus.PENDING: SAME + EDITED + NEW, ReviewStatus.FAILED: 1}
    rows = rows_of(database_url, job.id)
    assert rows.planned == rows.items == rows.keys == EDITED + NEW + 1 + 2  # what is unchanged is an item, the end one
    assert (rows.endings, rows.losses > 0) == (1, True)


def _handbook(folder: Path) -> Path:
    folder.mkdir()
    for no in range(SAME):
        (folder / f"same-{no}.md").write_text(f"What is said of matter {no} stays as it is.")
    for no in range(EDITED):
        (folder / f"edited-{no}.md").write_text(f"What is said of case {no} before the edit.")
    return folder


def _change(folder: Path) -> None:
    for no in range(EDITED):
        (folder / f"edited-{no}.md").write_text(f"What is said of case {no} since somebody has edited it.")
    for no in range(NEW):
        (folder / f"new-{no}.md").write_text(f"What is said of novelty {no}, which nobody has heard of.")
    (folder / "unreadable.pdf").write_bytes(UNREADABLE)


@contextmanager
def _beside(installation: Installation) -> Iterator[Antiphon]:
    """Yield what a process beside the workers sees of the installation."""
    antiphon = build(read_settings(installation.environment))
    ready_database(antiphon)
    try:
        yield antiphon
    finally:
        antiphon.engine.dispose()


def _source(antiphon: Antiphon, folder: Path, *, address: str) -> DocumentationSource:
    models, tenant = antiphon.embedding.models, antiphon.tenant
    models.add(tenant, AskedModel(words="openai-compatible:mock", base_url=address, api_key="", name="mock"))
    models.use(tenant, "mock")
    settings = SourceSettings(kind=SourceKind.FOLDER, location=str(folder))
    return antiphon.sources.sources.add(tenant, "handbook", settings)


def _ended(antiphon: Antiphon, job_id: JobId, dead: DeadWorkers) -> SyncCounts:
    def has_ended() -> bool:
        return antiphon.jobs.get(antiphon.tenant, job_id).job.status.is_end

    dead.look_until(has_ended, what="the end of the sync")
    job = antiphon.jobs.get(antiphon.tenant, job_id).job
    assert job.status in (JobStatus.COMPLETED, JobStatus.PARTIAL)
    return antiphon.sources.reports.counts(antiphon.tenant, [job])[job_id]


def _stored(antiphon: Antiphon, texts: list[str]) -> bool:
    """Whether the vectors of all these texts are stored, beside those of the sync before."""
    with library_of(antiphon).view(antiphon.tenant) as work:
        model = work.models.in_use()
        assert model is not None
        hashes = [text_hash(text) for text in texts]
        return len(work.vectors.known(model.fingerprint, hashes)) == len(hashes)


def _found(antiphon: Antiphon) -> list[Hit]:
    """Return everything that can be found."""
    searching, any_way = antiphon.library_search.searching, unit_vector(numbers_of("anything"), dimensions=None)
    model = searching.model(antiphon.tenant)
    return searching.index.search(antiphon.tenant, any_way, model=model, k=MOST_HITS, only_approved=False)


def _statuses(antiphon: Antiphon, source: DocumentationSource) -> Counter[ReviewStatus]:
    with library_of(antiphon).view(antiphon.tenant) as work:
        return Counter(found.review_status for found in work.documents.of_source(source.id, limit=1000))
