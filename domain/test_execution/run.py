"""
The test-execution family: what a run is, and what its plan is.

One item asks the target once and judges the answer. A wrong answer is a succeeded item with verdict `fail`; an item
fails only when it could not be executed or judged, and then keeps the answer it paid for.

A run with a *source* asks nobody: its items carry the answers that an earlier run stored, to be judged anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, cast

import attrs
from attrs import frozen

from domain.jobs.errors import Conflict
from domain.jobs.item import Document, Item, ItemNo, PlannedItem
from domain.jobs.job import Job, JobId
from domain.jobs.ports import Store
from domain.language_models.guarded import GuardedModels, account_limits
from domain.limits.doors import Doors, JobDoors
from domain.secrets.ports import Environments
from domain.tenancy import TenantContext
from domain.test_execution.cached_target import CachedTarget
from domain.test_execution.codec import (
    cache_from_json,
    cache_to_json,
    gates_from_json,
    item_from_json,
    item_to_json,
    metric_from_json,
    metric_to_json,
    targets_from_json,
    targets_to_json,
    to_json,
)
from domain.test_execution.contest import planned_items
from domain.test_execution.conversing import Conversations
from domain.test_execution.guarded_target import GuardedTarget, endpoint_key
from domain.test_execution.judging.scorers import Judging
from domain.test_execution.metric import Metric
from domain.test_execution.named_target import NamedTarget
from domain.test_execution.panel import Panel
from domain.test_execution.ports import Scorers, Target, Targets, Templates, TestSets, Transforms
from domain.test_execution.recorded_answer import stored_input
from domain.test_execution.response_cache import Caching, TargetKeys
from domain.test_execution.runner import TestRunner
from domain.test_execution.scoring import Scoring
from domain.test_execution.shaping import Shaping
from domain.test_execution.simulation import SimulatedUsers
from domain.test_execution.target import ModelTarget
from domain.test_execution.test_set import ConfigurationId, Gates, TestSetId

KIND = "test_execution"
PAGE = 500


@frozen(kw_only=True)
class Source:
    """The run whose stored answers are judged: the job in one *revision*; *metrics* replace the tests' own, if any."""

    job_id: JobId
    revision: int
    metrics: tuple[Metric, ...] = ()

    def to_document(self) -> dict[str, object]:
        """Return the source as JSON."""
        return {
            "job": self.job_id,
            "revision": self.revision,
            "metrics": [metric_to_json(metric) for metric in self.metrics],
        }

    @classmethod
    def from_document(cls, data: Document) -> Source:
        """Read a source back."""
        metrics = cast(list[Document], data.get("metrics", ()))
        return cls(
            job_id=JobId(str(data["job"])),
            revision=int(cast(int, data["revision"])),
            metrics=tuple(map(metric_from_json, metrics)),
        )


@frozen(kw_only=True)
class RunSpec:
    """
    What a run's job carries: which tests, against what, who judges, and the gates.

    It is a snapshot that later changes don't reach. With *max_age_s*, answers are cached, and used up to that age.
    """

    test_set_id: TestSetId
    test_set_name: str
    targets: tuple[NamedTarget, ...]
    gates: Gates = attrs.field(factory=Gates)
    configuration_id: ConfigurationId | None = None
    panel: Panel = attrs.field(factory=Panel)
    source: Source | None = None
    max_age_s: float | None = None

    def to_document(self) -> dict[str, object]:
        """Return the specification as the job's JSON."""
        return {
            "test_set_id": self.test_set_id,
            "test_set_name": self.test_set_name,
            "targets": targets_to_json(self.targets),
            "gates": to_json(self.gates),
            "configuration_id": self.configuration_id,
            **({} if self.panel.is_empty else {"panel": self.panel.to_document()}),
            **({} if self.source is None else {"source": self.source.to_document()}),
            **cache_to_json(self.max_age_s),
        }

    @classmethod
    def from_document(cls, spec: Document) -> RunSpec:
        """Read a specification back from a job."""
        configuration_id = spec.get("configuration_id")
        return cls(
            test_set_id=TestSetId(str(spec["test_set_id"])),
            test_set_name=str(spec["test_set_name"]),
            targets=targets_from_json(spec),
            gates=gates_from_json(cast(Document, spec.get("gates", {}))),
            configuration_id=ConfigurationId(str(configuration_id)) if configuration_id else None,
            panel=Panel.from_document(cast(Document, spec.get("panel", {}))),
            source=Source.from_document(cast(Document, spec["source"])) if "source" in spec else None,
            max_age_s=cache_from_json(spec),
        )


@frozen(kw_only=True)
class TestExecution:
    """
    The family. Swap any of its ports with `attrs.evolve`. Without *doors* nobody is held back from what is asked.

    *environments* says what `${NAME}` stands for in an organization's targets and models, whatever these were made
    with.
    """

    __test__: ClassVar[bool] = False

    test_sets: TestSets
    targets: Targets
    scorers: Scorers
    templates: Templates
    judging: Judging
    environments: Environments
    store: Store
    transforms: Transforms
    doors: Doors | None = None
    caching: Caching | None = None

    @property
    def kind(self) -> str:
        """`test_execution`."""
        return KIND

    @property
    def allows_empty_plan(self) -> bool:
        """A run without tests proves nothing: no."""
        return False

    def plan(self, tenant: TenantContext, job: Job) -> Iterator[PlannedItem]:
        """
        Yield one item for each test, repeat and target, in the order of the test set, and their contests behind them;
        or one for each of the source's.

        Raises:
            Conflict: the source has gone on since it was named.
        """
        spec = RunSpec.from_document(job.spec)
        if spec.source is not None:
            yield from self._from_source(tenant, spec.source)
            return
        names = [target.name for target in spec.targets] or [""]  # none: the answers are given with the tests
        for item in planned_items(lambda: self.test_sets.cases(tenant, spec.test_set_id), targets=names):
            yield PlannedItem(key=item.key, input=item_to_json(item))

    def prepare(self, tenant: TenantContext, job: Job) -> TestRunner:
        """
        Open the run's targets, each for as many calls at once as the job allows; judges are opened when first needed.

        Raises:
            InvalidInput: a target can't be used here (a secret that is not there, for one).
            ServiceUnavailable: secrets can't be read just now.
        """
        return self._with_environment(self.environments.of(tenant))._prepared(tenant, job)

    def _with_environment(self, environment: Mapping[str, str]) -> TestExecution:
        """Return the family with what opens targets and models, and makes keys of the cache, for one organization."""
        return attrs.evolve(
            self,
            targets=self.targets.with_environment(environment),
            judging=attrs.evolve(self.judging, models=self.judging.models.with_environment(environment)),
            caching=None if self.caching is None else attrs.evolve(self.caching, environment=environment),
        )

    def _prepared(self, tenant: TenantContext, job: Job) -> TestRunner:
        spec, connections = RunSpec.from_document(job.spec), job.options.concurrency
        asked = spec.targets if spec.source is None else ()
        doors = JobDoors(doors=self.doors, job=job) if self.doors else None
        targets = {target.name: self._opened(target, tenant, job, doors, max_age_s=spec.max_age_s) for target in asked}
        models = GuardedModels(self.judging.models, doors) if doors else self.judging.models
        judging = attrs.evolve(self.judging, models=models)
        scorers = judging.beside(self.scorers, spec.panel, connections=connections)
        shaping = Shaping(templates=self.templates, transforms=self.transforms)
        outputs = {target.name: target.transform for target in spec.targets}

        def rows(numbers: Sequence[ItemNo]) -> Sequence[Item]:
            with self.store.view(tenant) as work:
                return work.ledger.get(job.id, numbers)

        users = SimulatedUsers(models, self.templates, connections, spec.panel)
        return TestRunner(
            targets=targets,
            scoring=Scoring(scorers=scorers, shaping=shaping, outputs=outputs),
            conversations=Conversations(templates=self.templates, users=users),
            rows=rows,
            run_id=job.id,
        )

    def _opened(
        self, target: NamedTarget, tenant: TenantContext, job: Job, doors: JobDoors | None, *, max_age_s: float | None
    ) -> Target:
        opened: Target = self.targets.open(target.spec, connections=job.options.concurrency)
        door = None
        if doors is not None:
            account = account_limits(target.spec.model) if isinstance(target.spec, ModelTarget) else ()
            door = doors.before(target.limits.under(endpoint_key(target.spec)), *account)
            opened = GuardedTarget(target=opened, door=door)
        if self.caching is None or max_age_s is None:
            return opened
        keys = TargetKeys.of(target.spec, environment=self.caching.environment)
        if keys is None:
            return opened
        return CachedTarget(
            target=opened, caching=self.caching, keys=keys, tenant=tenant, max_age_s=max_age_s, door=door
        )

    def _from_source(self, tenant: TenantContext, source: Source) -> Iterator[PlannedItem]:
        for item in items_in(self.store, tenant, source):
            test = item_from_json(item.input)
            if test.contest:  # they stand behind all others, so leaving them out moves no number
                if not source.metrics:
                    yield PlannedItem(key=item.key, input=item.input)
                continue
            case = test.case.with_metrics(source.metrics) if source.metrics else test.case
            stored = stored_input(item, job_id=source.job_id, revision=source.revision)
            yield PlannedItem(key=item.key, input=item_to_json(attrs.evolve(test, case=case, stored=stored)))


def items_in(store: Store, tenant: TenantContext, source: Source) -> Iterator[Item]:
    """
    Yield the source's rows in order, read in pages.

    Raises:
        Conflict: the source has gone on since it was named.
    """
    after: ItemNo | None = None
    while True:
        with store.view(tenant) as work:
            revision = work.jobs.get(source.job_id).revision
            page = work.ledger.page(source.job_id, after=after, limit=PAGE)
        if revision != source.revision:
            raise Conflict(
                f"run {source.job_id} went on to revision {revision} after its revision {source.revision} was to be "
                "judged; begin again"
            )
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].no
