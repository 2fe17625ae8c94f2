"""Starting test runs: what a file of tests says becomes a stored test set, a configuration, and a job."""

from __future__ import annotations

from typing import ClassVar

import attrs
from attrs import frozen

from domain.jobs.errors import InvalidInput
from domain.jobs.job import Job, JobOptions
from domain.jobs.ports import IdSource
from domain.jobs.service import JobService, Submission
from domain.tenancy import TenantContext
from domain.test_execution.judging.needs import check_judges
from domain.test_execution.named_target import NamedTarget, check_targets
from domain.test_execution.panel import Panel
from domain.test_execution.ports import TestSets
from domain.test_execution.run import KIND, RunSpec
from domain.test_execution.test_set import ConfigurationId, Gates, TestConfiguration, TestFile


@frozen(kw_only=True)
class TestRuns:
    """Test runs, for those who start them."""

    __test__: ClassVar[bool] = False  # pytest: a service, not a test

    jobs: JobService
    test_sets: TestSets
    ids: IdSource

    def start(
        self,
        tenant: TenantContext,
        file: TestFile,
        *,
        targets: tuple[NamedTarget, ...] = (),
        gates: Gates | None = None,
        panel: Panel | None = None,
        options: JobOptions | None = None,
        idempotency_key: str | None = None,
    ) -> Job:
        """
        Store the tests, and accept a job that runs them against *targets* (default: the file's own).

        Whom *panel* does not name to judge, the file's names.

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
        stored = self.test_sets.save(tenant, file.name, file.cases)
        configuration = TestConfiguration(
            id=ConfigurationId(self.ids.new_id()), name=file.name, test_set_id=stored.id, targets=chosen
        )
        self.test_sets.save_configuration(tenant, configuration)
        spec = RunSpec(
            test_set_id=stored.id,
            test_set_name=file.name,
            targets=chosen,
            gates=_merged(file.gates, gates or Gates()),
            configuration_id=configuration.id,
            panel=judges,
        )
        submission = Submission(
            kind=KIND, spec=spec.to_document(), options=options or JobOptions(), idempotency_key=idempotency_key
        )
        return self.jobs.submit(tenant, submission)


def _merged(of_file: Gates, asked: Gates) -> Gates:
    """Return the gates of the file, each replaced by the one that was asked for."""
    wanted = {name: value for name, value in attrs.asdict(asked).items() if value is not None}
    return attrs.evolve(of_file, **wanted)
