"""One installation whose jobs ask a model on loopback that counts: embedded, or worker processes on real servers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Generic, Self, TypeVar

import pytest
from attrs import define

from domain.jobs.job import JobId, JobOptions
from domain.jobs.service import JobView
from entrypoints.container import Antiphon, build, ready_database
from entrypoints.settings import read_settings
from tests.chaos.scene import QUICK
from tests.integration.dead_workers import DeadWorkers
from tests.integration.processes import HELD_FOR_S, Command, Installation
from tests.pipelines.library_at_work import at_work
from tests.services.counting_model import CountingModel

Model = TypeVar("Model", bound=CountingModel)
ON_SERVERS = pytest.param("servers", marks=[pytest.mark.postgres, pytest.mark.redis])
SIZES = ["embedded", ON_SERVERS]
SLOTS = 8
OPTIONS = JobOptions(concurrency=SLOTS, max_attempts=2, deadline_s=float(HELD_FOR_S))


@define(eq=False)
class JobScene(ABC, Generic[Model]):
    """*installation* is None where the work is done in this process; else *worker* is the first one's."""

    antiphon: Antiphon
    model: Model
    installation: Installation | None
    dead: DeadWorkers
    worker: Command | None = None

    @classmethod
    def on_size(cls, request: pytest.FixtureRequest, folder: Path) -> AbstractContextManager[Self]:
        """Return the scene on the one of `SIZES` that a fixture is asked for."""
        if request.param == "embedded":
            return cls.embedded(folder)
        return cls.on_servers(request.getfixturevalue("installation"))

    @classmethod
    @contextmanager
    def embedded(cls, folder: Path) -> Iterator[Self]:
        """Yield a scene whose worker stands in this process."""
        settings = {"ANTIPHON_HOME": str(folder / "home"), "ANTIPHON_PRIVATE_TARGETS": "true"}
        with cls._scene(settings, installation=None) as scene, at_work(scene.antiphon):
            scene.fill()
            yield scene

    @classmethod
    @contextmanager
    def on_servers(cls, installation: Installation) -> Iterator[Self]:
        """Yield a scene on real servers, with one worker."""
        with cls._scene(installation.environment, installation=installation) as scene:
            scene.worker = scene.add_worker()
            scene.fill()
            yield scene

    @classmethod
    @contextmanager
    def _scene(cls, settings: dict[str, str], *, installation: Installation | None) -> Iterator[Self]:
        antiphon, model = build(read_settings(settings)), cls.a_model()
        ready_database(antiphon)
        try:
            with model.serving():
                dead = DeadWorkers(settings.get("ANTIPHON_DATABASE_URL", ""))
                yield cls(antiphon=antiphon, model=model, installation=installation, dead=dead)
        finally:
            antiphon.engine.dispose()

    @classmethod
    @abstractmethod
    def a_model(cls) -> Model:
        """Return the model that is asked."""

    @abstractmethod
    def fill(self) -> None:
        """Hand in what there is to work on."""

    def add_worker(self) -> Command:
        """Start a worker process."""
        assert self.installation is not None
        return self.installation.worker(slots=SLOTS, **QUICK)

    def replace_worker(self) -> None:
        """Kill the worker, as a machine that loses power does, and start another."""
        assert self.worker is not None
        self.dead.kill(self.worker)
        self.worker = self.add_worker()

    def ended(self, job_id: JobId) -> JobView:
        """Wait for a job's end."""
        self.dead.look_until(lambda: self.view(job_id).job.status.is_end, what="the end of the job")
        return self.view(job_id)

    def counts(self, job_id: JobId) -> tuple[str, int, int, int]:
        """Wait for the job's end; return how it ended, and its succeeded, failed and cancelled items."""
        view = self.ended(job_id)
        tally = view.tally
        assert tally.succeeded + tally.failed + tally.skipped + tally.cancelled == view.job.planned
        return view.job.status.value, tally.succeeded, tally.failed, tally.cancelled

    def view(self, job_id: JobId) -> JobView:
        """Return the job as it is now."""
        return self.antiphon.jobs.get(self.antiphon.tenant, job_id)
