"""/v1/jobs: jobs of every kind, and the moves of their owner."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from attrs import frozen

from domain.jobs.item import ItemState
from domain.jobs.job import JobStatus
from entrypoints.api.cursors import cursor
from entrypoints.api.documents.events import ProgressDocument
from entrypoints.api.documents.items import ItemDetailDocument, ItemDocument
from entrypoints.api.documents.jobs import JobDetailDocument, JobDocument
from entrypoints.calls.asking import Calls, path
from entrypoints.client_waiting import wait_for_job


@frozen(kw_only=True)
class JobCalls(Calls):
    """The jobs of a server."""

    def all(self, *, status: JobStatus | None = None, kind: str | None = None) -> Iterator[JobDocument]:
        """Yield jobs, newest first; pages are asked for as they are needed."""
        return self._pages(path("jobs"), JobDocument, status=status, kind=kind)

    def get(self, job_id: str) -> JobDetailDocument:
        """
        Return a job as it stands.

        Raises:
            NotFound: there is none of this id.
        """
        return self._get(path("jobs", job_id), JobDetailDocument)

    def items(
        self,
        job_id: str,
        *,
        states: Iterable[ItemState] = (),
        verdicts: Iterable[str] = (),
        after: int | None = None,
    ) -> Iterator[ItemDocument]:
        """Yield a job's items in the order of its plan, from just behind the number *after*."""
        place = None if after is None else cursor(after)
        said = {"state": list(states), "verdict": list(verdicts)}
        return self._pages(path("jobs", job_id, "items"), ItemDocument, after=place, **said)

    def item(self, job_id: str, no: int) -> ItemDetailDocument:
        """Return an item with what was handed in and what came out."""
        return self._get(path("jobs", job_id, "items", no), ItemDetailDocument)

    def cancel(self, job_id: str) -> JobDocument:
        """
        Cancel a job.

        Raises:
            Conflict: it has ended.
        """
        return self._post(path("jobs", job_id, "cancel"), JobDocument, repeatable=True)

    def resume(self, job_id: str) -> JobDocument:
        """
        Go on with a job.

        Raises:
            Conflict: it has ended, and none of its items was cancelled.
        """
        return self._post(path("jobs", job_id, "resume"), JobDocument)

    def retry_failed(self, job_id: str) -> JobDocument:
        """
        Run the failed items of an ended job again.

        Raises:
            Conflict: it has not ended, or nothing of it failed.
        """
        return self._post(path("jobs", job_id, "retry-failed"), JobDocument)

    def wait(
        self, job_id: str, *, on_progress: Callable[[ProgressDocument], None] = lambda _: None
    ) -> JobDetailDocument:
        """
        Wait until a job has ended, and return it; *on_progress* hears how it stands whenever that changes.

        Listens to the server's stream of events, and asks now and then where there is none.
        """
        wait_for_job(self.sender, job_id, on_progress)
        return self.get(job_id)
