"""Starting test runs: what a file of tests says becomes a stored test set, a configuration, and a job."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import attrs
from attrs import field, frozen

from domain.jobs.errors import InvalidInput
from domain.jobs.job import Job, JobOptions
from domain.jobs.request_key import IdempotencyKey
from domain.jobs.service import JobService, Submission
from domain.language_models.references import ModelReferences, NoReferences
from domain.tenancy import TenantContext
from domain.test_execution.configuration import TestConfiguration, with_content_id
from domain.test_execution.judge_check import JudgeCheck
from domain.test_execution.judging.needs import Needs, check_judges
from domain.test_execution.named_target import NamedTarget, check_targets
from domain.test_execution.panel import Panel
from domain.test_execution.ports import TestSets
from domain.test_execution.registered import Lookup, snapshot, with_users
from domain.test_execution.run import KIND, RunSpec
from domain.test_execution.selection import EVERYTHING, Selection
from domain.test_execution.test_set import (
    ConfigurationId,
    Gates,
    RunDefaults,
    StoredTestSet,
    TestCase,
    TestFile,
    TestSetId,
)


@frozen(kw_only=True)
class CheckPlan:
    """A check of judges that can be started, and the models it needs."""

    check: JudgeCheck
    panel: Panel
    needs: Needs


@frozen(kw_only=True)
class Asked:
    """How somebody wants tests to be run; what is empty, or None, the tests' own file says."""

    targets: tuple[NamedTarget, ...] = ()
    gates: Gates | None = None
    panel: Panel | None = None
    options: JobOptions | None = None
    max_age_s: float | None = None

    def over(self, said: RunDefaults) -> Asked:
        """Return this, with what it leaves open taken from what the file of the tests *said*."""
        return attrs.evolve(
            self,
            targets=self.targets or said.targets,
            gates=_merged(said.gates, self.gates or Gates()),
            panel=(self.panel or Panel()).over(said.panel),
        )


@frozen(kw_only=True)
class TestRuns:
    """Test runs, for those who start them."""

    __test__: ClassVar[bool] = False  # pytest: a service, not a test

    jobs: JobService
    test_sets: TestSets
    references: ModelReferences = field(factory=NoReferences)

    def start(
        self,
        tenant: TenantContext,
        file: TestFile,
        *,
        targets: tuple[NamedTarget, ...] = (),
        gates: Gates | None = None,
        panel: Panel | None = None,
        options: JobOptions | None = None,
        max_age_s: float | None = None,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Job:
        """
        Store the tests, and accept a job that runs them against *targets* (default: the file's own).

        Whom *panel* does not name to judge, the file's names. With *max_age_s*, answers are cached, and
        used up to that age in seconds.

        Raises:
            InvalidInput: as `configure` does.
        """
        configuration = self.configure(
            tenant, file, targets=targets, gates=gates, panel=panel, options=options, max_age_s=max_age_s
        )
        return self.submit(tenant, configuration, idempotency_key=idempotency_key)

    def configure(
        self,
        tenant: TenantContext,
        file: TestFile,
        *,
        targets: tuple[NamedTarget, ...] = (),
        gates: Gates | None = None,
        panel: Panel | None = None,
        options: JobOptions | None = None,
        max_age_s: float | None = None,
    ) -> TestConfiguration:
        """
        Store the tests and how they are to be run; the same words give the same configuration.

        Raises:
            InvalidInput: there are no tests, there is no target, several can't be told apart by their names, or nobody
                judges what needs a judge.
        """
        asked = Asked(targets=targets, gates=gates, panel=panel, options=options, max_age_s=max_age_s)
        merged = asked.over(file.defaults)
        references = self._checked(tenant, merged, file.cases, name=file.name)
        return self._kept(tenant, self._saved(tenant, file), merged, references)

    def store(self, tenant: TenantContext, file: TestFile) -> StoredTestSet:
        """
        Store a version of a test set, with what its file says beside the tests.

        Raises:
            InvalidInput: there are no tests, or its targets can't be told apart by their names.
        """
        _check_cases(file.cases, name=file.name)
        check_targets(file.targets)
        return self.test_sets.save(tenant, file.name, file.cases, now=self.jobs.clock.now(), defaults=file.defaults)

    def configure_stored(
        self, tenant: TenantContext, test_set_id: TestSetId, *, asked: Asked, selection: Selection = EVERYTHING
    ) -> TestConfiguration:
        """
        Store how the stored tests, or those of them that are selected, are to be run: as asked, else as they say.

        Raises:
            NotFound: no such set in this organization.
            InvalidInput: as `configure` does, or no test has a tag that is asked for.
        """
        stored = self.test_sets.get(tenant, test_set_id)
        selection.check(self.test_sets.cases(tenant, stored.id) if selection.tags else (), name=stored.name)
        cases = selection.of(self.test_sets.cases(tenant, stored.id))
        merged = asked.over(stored.defaults)
        references = self._checked(tenant, merged, cases, name=stored.name)
        if not selection.is_everything:
            chosen = selection.of(self.test_sets.cases(tenant, stored.id))
            stored = self.test_sets.save(tenant, stored.name, chosen, now=self.jobs.clock.now())
        return self._kept(tenant, stored, merged, references)

    def submit(
        self,
        tenant: TenantContext,
        configuration: TestConfiguration,
        *,
        subject: str | None = None,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Job:
        """
        Accept a job that runs the configuration; it carries a snapshot, so that nothing later changes it: registered
        models stand in it as they are now.

        Raises:
            InvalidInput: a registered model that it names is not there any more, or can't be used.
            AlreadyRunning: another run has this *subject*, and has not ended.
        """
        spec = RunSpec(
            test_set_id=configuration.test_set_id,
            test_set_name=configuration.name,
            targets=configuration.targets,
            gates=configuration.gates,
            configuration_id=configuration.id,
            panel=configuration.panel,
            max_age_s=configuration.max_age_s,
        )
        asked = Submission(
            kind=KIND,
            spec=spec.to_document(),
            options=configuration.options,
            subject=subject,
            idempotency_key=idempotency_key,
        )
        looked_up = self._looked_up(tenant, spec, configuration.references)
        return self.jobs.submit(tenant, asked.snapshot(looked_up.to_document()))

    def submit_stored(
        self,
        tenant: TenantContext,
        configuration_id: ConfigurationId,
        *,
        subject: str | None = None,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Job:
        """
        Accept a job that runs the stored configuration of this id.

        Raises:
            NotFound: no such configuration in this organization.
            AlreadyRunning: another run has this *subject*, and has not ended.
        """
        configuration = self.test_sets.configuration(tenant, configuration_id)
        return self.submit(tenant, configuration, subject=subject, idempotency_key=idempotency_key)

    def _saved(self, tenant: TenantContext, file: TestFile) -> StoredTestSet:
        _check_cases(file.cases, name=file.name)
        return self.test_sets.save(tenant, file.name, file.cases, now=self.jobs.clock.now())

    def _checked(self, tenant: TenantContext, asked: Asked, cases: Iterable[TestCase], *, name: str) -> tuple[str, ...]:
        """Return the references in the tests, if they can be run as is asked."""
        check_targets(asked.targets)
        if not asked.targets:
            raise InvalidInput(f"{name}: no target: name one in the file (`target:`), or with --target")
        lookup = Lookup(references=self.references, tenant=tenant)
        panel, targets = lookup.panel(asked.panel or Panel()), lookup.targets(asked.targets)
        check_judges(with_users(cases, panel), panel, targets=targets, name=name)
        return tuple(sorted(panel.registered))

    def _looked_up(self, tenant: TenantContext, spec: RunSpec, references: Iterable[str]) -> RunSpec:
        lookup = Lookup(references=self.references, tenant=tenant)
        panel = lookup.panel(spec.panel)
        for key in references:
            _ = panel.registered[key]
        return attrs.evolve(spec, targets=lookup.targets(spec.targets), panel=snapshot(panel))

    def _kept(
        self, tenant: TenantContext, stored: StoredTestSet, asked: Asked, references: tuple[str, ...]
    ) -> TestConfiguration:
        configuration = TestConfiguration(
            name=stored.name,
            test_set_id=stored.id,
            targets=asked.targets,
            gates=asked.gates or Gates(),
            panel=asked.panel or Panel(),
            options=asked.options or JobOptions(),
            max_age_s=asked.max_age_s,
            references=references,
        )
        known = with_content_id(tenant, configuration)
        self.test_sets.save_configuration(tenant, known)
        return known

    def plan_check(self, tenant: TenantContext, check: JudgeCheck, *, panel: Panel) -> CheckPlan:
        """
        Return the check of *panel* on answers that people have judged.

        Raises:
            InvalidInput: nobody is named who could judge, or a registered model that can't be used so.
        """
        known = Lookup(references=self.references, tenant=tenant).panel(panel)
        needs = check_judges(check.cases(), known, targets=(), name=check.name)
        return CheckPlan(check=check, panel=snapshot(known), needs=needs)

    def start_check(self, tenant: TenantContext, plan: CheckPlan, *, options: JobOptions) -> Job:
        """Store the answers, and accept a job that judges them; nobody is asked for an answer."""
        stored = self.test_sets.save(tenant, plan.check.name, plan.check.cases(), now=self.jobs.clock.now())
        spec = RunSpec(test_set_id=stored.id, test_set_name=plan.check.name, targets=(), panel=plan.panel)
        return self.jobs.submit(tenant, Submission(kind=KIND, spec=spec.to_document(), options=options))


def _check_cases(cases: Sequence[TestCase], *, name: str) -> None:
    if not cases:
        raise InvalidInput(f"{name}: no tests: a run needs at least one")


def _merged(of_file: Gates, asked: Gates) -> Gates:
    """Return the gates of the file, each replaced by the one that was asked for."""
    wanted = {name: value for name, value in attrs.asdict(asked).items() if value is not None}
    return attrs.evolve(of_file, **wanted)
