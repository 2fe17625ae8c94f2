"""
From an ended validation to history and states: each item's end is noted once, however often this is told to.

The ledger is the truth about what was done, so nothing is noted while items run: whoever lost its worker, its lease or
its deadline has one end there, and one check here. It is told by the fact that the job ended, and by commands that have
just seen it end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID, uuid5

from attrs import frozen

from domain.jobs.errors import FailureKind, NotFound
from domain.jobs.events import Envelope, JobEnded, LlmApiStateChanged
from domain.jobs.item import Item, ItemNo, ItemState
from domain.jobs.job import Job, JobId
from domain.jobs.ports import Clock, Store
from domain.jobs.relaying import system_context
from domain.llm_validation.api_state import Observation, Standing, after
from domain.llm_validation.check import Check, CheckId
from domain.llm_validation.check_document import rungs_from_json
from domain.llm_validation.checks import of_the_api
from domain.llm_validation.llm_api import LlmApi, LlmApiId
from domain.llm_validation.llm_model import ModelPlace
from domain.llm_validation.ports import Registry, RegistryWork
from domain.llm_validation.validation import KIND
from domain.tenancy import TenantContext

KEPT = timedelta(days=90)
PAGE = 200
_OURS = UUID("0d6c8c0b-7d0e-4a53-9a5a-5f0f7d1c2b64")
_CHECKED = (ItemState.SUCCEEDED, ItemState.FAILED)


@frozen(kw_only=True)
class Noting:
    """Notes what validations came to; *jitter* returns a number from 0 to 1."""

    jobs: Store
    registry: Registry
    clock: Clock
    jitter: Callable[[], float]

    def on_end(self, envelope: Envelope) -> None:
        """Note the checks of the job that has ended, if it was a validation; the reaction to `JobEnded`."""
        if isinstance(envelope.message, JobEnded):
            self.note(system_context(envelope.organization_id), envelope.message.job_id)

    def note(self, tenant: TenantContext, job_id: JobId) -> int:
        """Note what is new of the job's items that were checked; return how many were; forget what is too old."""
        with self.jobs.view(tenant) as work:
            try:
                job = work.jobs.get(job_id)
            except NotFound:  # forgotten since
                return 0
        if job.kind != KIND:
            return 0
        noted = sum(self._note(tenant, check_of(job, item)) for item in self._items(tenant, job))
        with self.registry.begin(tenant) as work:
            work.checks.forget(before=self.clock.now() - KEPT)
            work.commit()
        return noted

    def _items(self, tenant: TenantContext, job: Job) -> Iterator[Item]:
        seen: ItemNo | None = None
        while True:
            with self.jobs.view(tenant) as work:
                page = work.ledger.page(job.id, after=seen, limit=PAGE, states=_CHECKED)
            yield from page
            if len(page) < PAGE:
                return
            seen = page[-1].no

    def _note(self, tenant: TenantContext, check: Check) -> bool:
        with self.registry.begin(tenant) as work:
            try:
                api = work.apis.get(check.api_id, lock=True)  # two validations that end at once take turns here
            except NotFound:  # removed while it was checked
                return False
            if not work.checks.add(check):
                return False
            self._move(work, api, of_the_api(api.id), check, check.observation)
            for model, observation in check.of_models:
                self._move(work, api, ModelPlace(api_id=api.id, model=model), check, observation)
            work.commit()
        return True

    def _move(self, work: RegistryWork, api: LlmApi, place: ModelPlace, check: Check, observation: Observation) -> None:
        before = work.checks.standing(place)
        now = after(before, observation, at=check.checked_at, jitter=self.jitter)
        if now == before:
            return
        work.checks.put_standing(place, now)
        if now.state is not before.state:
            work.outbox.add(_change(api, place, check, before=before, now=now), now=self.clock.now())


def check_of(job: Job, item: Item) -> Check:
    """Return the check that an ended item is: the same one for the same attempt, however often it is asked for."""
    outcome = item.outcome
    if outcome is None or item.ended_at is None:
        raise ValueError(f"item {item.no} of job {job.id} has not ended")
    failure = outcome.failure
    rungs = rungs_from_json(outcome.result) or rungs_from_json(item.progress or {})
    return Check(
        id=CheckId(str(uuid5(_OURS, f"{job.id}|{item.no}|{item.token}"))),
        api_id=LlmApiId(str(item.input["api_id"])),
        job_id=job.id,
        checked_at=item.ended_at,
        rungs=rungs,
        kind=FailureKind(failure.kind) if failure else None,
        message=failure.message if failure else "",
    )


def _change(api: LlmApi, place: ModelPlace, check: Check, *, before: Standing, now: Standing) -> LlmApiStateChanged:
    return LlmApiStateChanged(
        api_id=api.id,
        api=api.name,
        model=place.model,
        previous=before.state.value,
        state=now.state.value,
        checked_at=check.checked_at.isoformat(),
        last_good_at=now.last_good_at.isoformat() if now.last_good_at else None,
        failure=check.kind.value if check.kind else None,
        message=check.message,
    )
