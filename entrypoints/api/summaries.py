"""What runs came to, as documents: made of all their rows, and remembered once a run has ended."""

from __future__ import annotations

from collections import OrderedDict
from threading import BoundedSemaphore, Lock
from typing import Annotated

from attrs import define, field
from fastapi import Depends, Request

from domain.jobs.errors import NotFound, ServiceUnavailable
from domain.jobs.job import Job, JobId
from domain.jobs.service import JobView
from domain.tenancy import TenantContext
from domain.test_execution.run import KIND, RunSpec
from domain.test_execution.summary import RunSummary, summarise
from domain.test_execution.summary_document import summary_document
from entrypoints.container import Antiphon
from entrypoints.stored_runs import items_of

_REMEMBERED = 64
_PLACES = 4
_WAIT_S = 2.0
"""A request that waits holds a thread that quick ones need."""

_Key = tuple[str, str, int]


@define(eq=False)
class Summaries:
    """
    Makes the documents, a few at a time: each reads all rows of a run, and must not keep a server from its other work.
    """

    _kept: OrderedDict[_Key, dict[str, object]] = field(factory=OrderedDict, init=False)
    _lock: Lock = field(factory=Lock, init=False)
    _places: BoundedSemaphore = field(factory=lambda: BoundedSemaphore(_PLACES), init=False)

    def document(self, antiphon: Antiphon, caller: TenantContext, job: Job) -> dict[str, object]:
        """
        Return the document of a run.

        Raises:
            ServiceUnavailable: too many are being made.
        """
        key = (job.organization_id, job.id, job.revision)
        with self._lock:
            known = self._kept.get(key)
        if known is not None:
            return known
        made = summary_document(job, summary=self.summary(antiphon, caller, job))
        if job.status.is_end:
            self._keep(key, made)
        return made

    def summary(self, antiphon: Antiphon, caller: TenantContext, job: Job) -> RunSummary:
        """
        Return a run in numbers.

        Raises:
            ServiceUnavailable: too many are being made.
        """
        with self.place():
            return summarise(
                job, items=items_of(antiphon.store, caller, job.id), gates=RunSpec.from_document(job.spec).gates
            )

    def place(self) -> _Place:
        """Return a place for work over all rows of a run, to be held for its length."""
        return _Place(self._places)

    def _keep(self, key: _Key, document: dict[str, object]) -> None:
        with self._lock:
            self._kept[key] = document
            while len(self._kept) > _REMEMBERED:
                self._kept.popitem(last=False)


@define(eq=False)
class _Place:
    _places: BoundedSemaphore

    def __enter__(self) -> None:
        if not self._places.acquire(timeout=_WAIT_S):
            raise ServiceUnavailable("too many reports and comparisons are being made; try again in a moment")

    def __exit__(self, *_: object) -> None:
        self._places.release()


def run_of(antiphon: Antiphon, caller: TenantContext, job_id: JobId) -> JobView:
    """
    Return a test run.

    Raises:
        NotFound: no such job in this organization, or one of another kind.
    """
    view = antiphon.jobs.get(caller, job_id)
    if view.job.kind != KIND:
        raise NotFound(f"job {job_id} is of kind {view.job.kind}, and has no test results")
    return view


def _summaries(request: Request) -> Summaries:
    summaries: Summaries = request.app.state.summaries
    return summaries


TheSummaries = Annotated[Summaries, Depends(_summaries)]
