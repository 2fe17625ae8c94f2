"""Starting test runs: what a file of tests says becomes a stored test set, a configuration, and a job."""

from __future__ import annotations

from typing import ClassVar

import attrs
from attrs import frozen

from domain.jobs.errors import InvalidInput
from domain.jobs.job import Job, JobOptions
from domain.jobs.request_key import IdempotencyKey
from domain.jobs.service import JobService, Submission
from domain.tenancy import TenantContext
from domain.test_execution.configuration import TestConfiguration, with_content_id
from domain.test_execution.judge_check import JudgeCheck
from domain.test_execution.judging.needs import Needs, check_judges
from domain.test_execution.named_target import NamedTarget, check_targets
from domain.test_execution.panel import Panel
from domain.test_execution.ports import TestSets
from domain.test_execution.run import KIND, RunSpec
from domain.test_execution.test_set import ConfigurationId, Gates, TestFile


@frozen(kw_only=True)
class CheckPlan:
    """A check of judges that can be started, and the models it needs."""

    check: JudgeCheck
    panel: Panel
    needs: Needs


@frozen(kw_only=True)
class TestRuns:
    """Test runs, for those who start them."""

    __test__: ClassVar[bool] = False  # pytest: a service, not a test

    jobs: JobService
    test_sets: TestSets

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
        chosen = targets or file.targets
        check_targets(chosen)
        if not chosen:
            raise InvalidInput(f"{file.name}: no target: name one in the file (`target:`), or with --target")
        if not file.cases:
            raise InvalidInput(f"{file.name}: no tests: a run needs at least one")
        judges = (panel or Panel()).over(file.panel)
        check_judges(file.cases, judges, targets=chosen, name=file.name)
        stored = self.test_sets.save(tenant, file.name, file.cases, now=self.jobs.clock.now())
        configuration = TestConfiguration(
            name=file.name,
            test_set_id=stored.id,
            targets=chosen,
            gates=_merged(file.gates, gates or Gates()),
            panel=judges,
            options=options or JobOptions(),
            max_age_s=max_age_s,
        )
        known = with_content_id(tenant, configuration)
        self.test_sets.save_configuration(tenant, known)
        return known

    def submit(
        self,
        tenant: TenantContext,
        configuration: TestConfiguration,
        *,
        subject: str | None = None,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Job:
        """
        Accept a job that runs the configuration; it carries a snapshot, so that nothing later changes it.

        Raises:
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
        submission = Submission(
            kind=KIND,
            spec=spec.to_document(),
            options=configuration.options,
            subject=subject,
            idempotency_key=idempotency_key,
        )
        return self.jobs.submit(tenant, submission)

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

    def plan_check(self, check: JudgeCheck, *, panel: Panel) -> CheckPlan:
        """
        Return the check of *panel* on answers that people have judged.

        Raises:
            InvalidInput: nobody is named who could judge.
        """
        return CheckPlan(
            check=check, panel=panel, needs=check_judges(check.cases(), panel, targets=(), name=check.name)
        )

    def start_check(self, tenant: TenantContext, plan: CheckPlan, *, options: JobOptions) -> Job:
        """Store the answers, and accept a job that judges them; nobody is asked for an answer."""
        stored = self.test_sets.save(tenant, plan.check.name, plan.check.cases(), now=self.jobs.clock.now())
        spec = RunSpec(test_set_id=stored.id, test_set_name=plan.check.name, targets=(), panel=plan.panel)
        return self.jobs.submit(tenant, Submission(kind=KIND, spec=spec.to_document(), options=options))


def _merged(of_file: Gates, asked: Gates) -> Gates:
    """Return the gates of the file, each replaced by the one that was asked for."""
    wanted = {name: value for name, value in attrs.asdict(asked).items() if value is not None}
    return attrs.evolve(of_file, **wanted)
