"""
Judging stored answers anew: by other judges (rejudge), or by other metrics (rescore). The target is never asked.

Each is a new job beside the past one, which stays as it was: what a release was decided by must not change afterwards,
and the two can be compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs
from attrs import field, frozen

from domain.jobs.errors import Conflict, InvalidInput
from domain.jobs.job import Job, JobId, JobOptions
from domain.jobs.ports import Store
from domain.jobs.request_key import IdempotencyKey
from domain.jobs.service import JobService, Submission
from domain.language_models.references import ModelReferences, NoReferences
from domain.tenancy import TenantContext
from domain.test_execution.codec import item_from_json
from domain.test_execution.contest import CONTEST_KINDS
from domain.test_execution.judging.needs import Needs, check_judges, is_judged
from domain.test_execution.metric import Metric
from domain.test_execution.panel import Panel
from domain.test_execution.registered import Lookup, snapshot
from domain.test_execution.run import KIND, RunSpec, Source, items_in
from domain.test_execution.test_set import TestCase


@frozen(kw_only=True)
class Plan:
    """A run that is to judge stored answers: its specification, and the models it needs."""

    spec: RunSpec
    needs: Needs


@frozen(kw_only=True)
class Rejudging:
    """Runs over stored answers, for those who start them."""

    jobs: JobService
    store: Store
    references: ModelReferences = field(factory=NoReferences)

    def plan(
        self,
        tenant: TenantContext,
        job_id: JobId,
        *,
        panel: Panel | None = None,
        usual: Panel | None = None,
        metrics: Sequence[Metric] = (),
    ) -> Plan:
        """
        Return the run that judges the answers of the ended run *job_id*, by *metrics* if there are any.

        Whom *panel* does not name to judge, the past run's panel names, and whom neither names, *usual*.

        Raises:
            NotFound: no such job.
            InvalidInput: it is no test run, or nobody judges what needs a judge.
            Conflict: it has not ended.
        """
        job = self.jobs.get(tenant, job_id).job
        if job.kind != KIND:
            raise InvalidInput(f"job {job_id} is of kind {job.kind}, not a test run; name one that is")
        if not job.status.is_end:
            raise Conflict(f"run {job_id} is {job.status}: its answers can be judged again when it has ended")
        past = RunSpec.from_document(job.spec)
        lookup = Lookup(references=self.references, tenant=tenant)
        judges = lookup.panel((panel or Panel()).over(past.panel).over(usual or Panel()))
        _refuse_contests(metrics)
        source = Source(job_id=job_id, revision=job.revision, metrics=tuple(metrics))
        cases = self._cases(tenant, source)
        needs = check_judges(cases, judges, targets=past.targets, name=past.test_set_name)
        return Plan(spec=attrs.evolve(past, panel=snapshot(judges), source=source), needs=needs)

    def start(
        self,
        tenant: TenantContext,
        plan: Plan,
        *,
        options: JobOptions | None = None,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Job:
        """Accept the job."""
        submission = Submission(
            kind=KIND,
            spec=plan.spec.to_document(),
            options=options or JobOptions(),
            idempotency_key=idempotency_key,
        )
        return self.jobs.submit(tenant, submission)

    def asks_judges(self, tenant: TenantContext, plan: Plan) -> bool:
        """Whether any test of the run asks a model."""
        source = plan.spec.source
        return source is not None and any(is_judged(case.metrics) for case in self._cases(tenant, source))

    def _cases(self, tenant: TenantContext, source: Source) -> Iterator[TestCase]:
        for item in items_in(self.store, tenant, source):
            test = item_from_json(item.input)
            if test.contest and source.metrics:
                continue
            case = test.case
            yield attrs.evolve(case, metrics=source.metrics) if source.metrics else case


def _refuse_contests(metrics: Sequence[Metric]) -> None:
    for metric in metrics:
        if metric.kind in CONTEST_KINDS:
            raise InvalidInput(
                f"{metric.kind} compares several answers, and new metrics judge stored answers one by one; take it out"
            )
