"""
Watching items run: which item and attempt a log line is of, and a span for each attempt.

A family around a family: what it runs, and what becomes of it, is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import structlog
from attrs import frozen
from structlog.contextvars import bound_contextvars

from domain.jobs.admission import Admission, admission_of
from domain.jobs.errors import ItemFailure
from domain.jobs.family import Family, ItemRunner, Keep
from domain.jobs.item import Item, Outcome, PlannedItem
from domain.jobs.job import Job
from domain.tenancy import TenantContext
from domain.tracing import Spans

log = structlog.get_logger(__name__)


def observed(families: Mapping[str, Family], *, spans: Spans) -> dict[str, Family]:
    """Return the families with every attempt at an item bound to its log lines, and in a span of its own."""
    return {kind: ObservedFamily(family=family, spans=spans) for kind, family in families.items()}


@frozen(kw_only=True)
class ObservedFamily:
    """A family whose runners are watched."""

    family: Family
    spans: Spans

    @property
    def kind(self) -> str:
        """The job's kind as stored."""
        return self.family.kind

    @property
    def allows_empty_plan(self) -> bool:
        """Whether a plan without items is a completed job."""
        return self.family.allows_empty_plan

    def plan(self, tenant: TenantContext, job: Job) -> Iterator[PlannedItem]:
        """Yield what is to be done."""
        return self.family.plan(tenant, job)

    def prepare(self, tenant: TenantContext, job: Job) -> ItemRunner:
        """Return what runs the job's items."""
        return ObservedRunner(runner=self.family.prepare(tenant, job), job=job, spans=self.spans)


@frozen(kw_only=True)
class ObservedRunner:
    """A runner whose attempts are watched."""

    runner: ItemRunner
    job: Job
    spans: Spans

    @property
    def admission(self) -> Admission:
        """Who lets its attempts in."""
        return admission_of(self.runner)

    def run(self, item: Item, *, deadline_s: float, keep: Keep) -> Outcome:
        """Do the item's work and return its outcome."""
        attributes: dict[str, str | int] = {
            "antiphon.job": self.job.id,
            "antiphon.item": item.no,
            "antiphon.attempt": item.attempts,
        }
        with (
            bound_contextvars(item=item.no, attempt=item.attempts),
            self.spans.span(f"{self.job.kind} item", attributes=attributes),
        ):
            try:
                outcome = self.runner.run(item, deadline_s=deadline_s, keep=keep)
            except ItemFailure as failure:  # its text may quote an answer, and stays with the item
                log.info("an attempt failed", kind=failure.kind.value)
                raise
            log.debug("an item was run", state=outcome.state.value, verdict=outcome.verdict)
            return outcome
