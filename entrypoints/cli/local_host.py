"""This machine as the place where commands act: the services, and a worker of the command's own where none is."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from attrs import frozen

from domain.jobs.errors import InvalidInput
from domain.jobs.item import ItemNo, ItemState
from domain.jobs.job import Job, JobId, JobStatus
from domain.jobs.service import JobView
from domain.test_execution.configuration import SavedConfiguration, TestConfiguration
from domain.test_execution.run import RunSpec
from domain.test_execution.summary import RunSummary, summarise
from entrypoints.api.documents.configurations import (
    ConfigurationDocument,
    SavedVersion,
    configuration_document,
    saved_version,
)
from entrypoints.api.documents.items import ItemDocument, item_document
from entrypoints.cli.host import Anew, NotDone, Wanted, Watcher
from entrypoints.cli.inputs import check_models
from entrypoints.cli.outputs import Outputs, write_reports
from entrypoints.cli.requests import check_usable
from entrypoints.container import Antiphon
from entrypoints.driving import (
    check_drivable,
    clean_up_after_driver,
    has_worker,
    is_driven,
    only_driver,
    run_to_end,
    take_over,
    wait_for_end,
)
from entrypoints.judges import usual_panel
from entrypoints.local.runs import LocalRuns
from entrypoints.stored_runs import find_run, items_of

INTERRUPTED = "interrupted"
ERRORS_SHOWN = 20
ITEMS_READ = 200
"""How many items are read at a time."""


@frozen
class LocalHost:
    """`Host` that is this machine."""

    antiphon: Antiphon

    @property
    def outlives_commands(self) -> bool:
        """Whether there are workers."""
        return not self.antiphon.settings.is_embedded

    def left(self, job_id: JobId) -> str:
        """Return what becomes of a job that the command was told to leave."""
        if self.antiphon.settings.is_embedded and has_worker(self.antiphon):
            return f"no longer watched; job {job_id} goes on in the `antiphon api` of this home"
        own, organization = self.antiphon.settings.organization, self.antiphon.tenant.organization_id
        where = "" if organization == own else f" --org {organization}"
        return f"interrupted; nothing is lost: `antiphon jobs resume {job_id}{where}` goes on with it"

    def left_to_do(self) -> str:
        """Return which webhooks were not told yet: that is the workers' matter, and embedded nobody is left for it."""
        waiting = self.antiphon.notifications.waiting(self.antiphon.tenant) if self.antiphon.settings.is_embedded else 0
        left = f"{waiting} {'delivery' if waiting == 1 else 'deliveries'} to webhooks could not be made yet"
        again = "`antiphon webhooks deliver` tries again, and so does the next command that runs a job"
        return f"{left}: {again}" if waiting else ""

    @property
    def name(self) -> str:
        """Return which database it is."""
        from adapters.database.errors import place

        return place(self.antiphon.engine)

    @property
    def runs(self) -> LocalRuns:
        """Its stored test runs."""
        return LocalRuns(antiphon=self.antiphon)

    def judge_anew(self, job_id: JobId, anew: Anew) -> JobId:
        """Start a run that judges the stored answers of another again; its target is not asked."""
        antiphon, settings = self.antiphon, self.antiphon.settings
        check_drivable(settings, anew.options)
        past = find_run(antiphon, antiphon.tenant, job_id).job.id
        usual = usual_panel(settings)
        plan = antiphon.rejudging.plan(antiphon.tenant, past, panel=anew.panel, usual=usual, metrics=anew.metrics)
        if not anew.metrics and not antiphon.rejudging.asks_judges(antiphon.tenant, plan):
            raise InvalidInput(
                f"run {past} has no metric that a model judges; `antiphon runs rescore` takes new metrics"
            )
        check_models(plan.needs.models)
        return antiphon.rejudging.start(antiphon.tenant, plan, options=anew.options).id

    def start(self, wanted: Wanted) -> JobId:
        """Store the tests and a run of them; what can't work here was refused before."""
        return self.antiphon.runs.submit(self.antiphon.tenant, self._configuration(wanted)).id

    def save(self, name: str, wanted: Wanted) -> SavedConfiguration:
        """Save what is wanted as the newest version of *name*."""
        return self.antiphon.configurations.save(self.antiphon.tenant, name, self._configuration(wanted))

    def saved(self) -> Sequence[SavedConfiguration]:
        """Return the newest version of each name, by name."""
        return self.antiphon.configurations.newest(self.antiphon.tenant)

    def configuration(self, name: str, *, version: int | None) -> tuple[ConfigurationDocument, list[SavedVersion]]:
        """Return what is saved under a name, and which versions there are."""
        antiphon, tenant = self.antiphon, self.antiphon.tenant
        saved, configuration = antiphon.configurations.get(tenant, name, version=version)
        tests = antiphon.test_sets.get(tenant, configuration.test_set_id).size
        versions = map(saved_version, antiphon.configurations.versions(tenant, name))
        return configuration_document(saved, configuration, tests=tests), list(versions)

    def start_saved(self, name: str, *, version: int | None) -> JobId:
        """Start a run of what is saved, unless it can't work here."""
        antiphon = self.antiphon
        _saved, configuration = antiphon.configurations.get(antiphon.tenant, name, version=version)
        self._check(configuration)
        return antiphon.runs.submit(antiphon.tenant, configuration).id

    def delete_saved(self, name: str) -> int:
        """Forget a name; return how many versions it had."""
        return self.antiphon.configurations.delete(self.antiphon.tenant, name)

    def find(self, words: str) -> JobId:
        """Return the job that *words* name."""
        return self.antiphon.jobs.find(self.antiphon.tenant, words)

    def view(self, job_id: JobId) -> JobView:
        """Return a job and how its items stand."""
        return self.antiphon.jobs.get(self.antiphon.tenant, job_id)

    def newest(self, *, limit: int, status: JobStatus | None) -> Sequence[JobView]:
        """Return jobs, newest first."""
        return self.antiphon.jobs.page(self.antiphon.tenant, limit=limit, status=status)

    def items(
        self, job_id: JobId, *, states: Sequence[ItemState], verdicts: Sequence[str], after: int | None
    ) -> Iterator[ItemDocument]:
        """Yield the items of a job."""
        behind = None if after is None else ItemNo(after)
        records, tenant = self.antiphon.records, self.antiphon.tenant
        while page := records.items(tenant, job_id, after=behind, limit=ITEMS_READ, states=states, verdicts=verdicts):
            yield from map(item_document, page)
            behind = page[-1].no

    def not_done(self, view: JobView) -> Sequence[NotDone]:
        """Return the first items that could not be done."""
        if not view.tally.failed:
            return []
        failed = self.antiphon.jobs.failures(self.antiphon.tenant, view.job.id, limit=ERRORS_SHOWN)
        return [
            NotDone(item=item.key, kind=item.outcome.failure.kind.value, message=item.outcome.failure.message)
            for item in failed
            if item.outcome is not None and item.outcome.failure is not None
        ]

    def standing(self, view: JobView) -> str:
        """Return the job's status, or `interrupted` for one that nobody is at work on."""
        if view.job.status.is_end or is_driven(self.antiphon, view.job.id):
            return view.job.status.value
        return INTERRUPTED

    def cancel(self, job_id: JobId) -> None:
        """Stop the job, and clean up after a process that worked on it and is gone."""
        self.antiphon.jobs.cancel(self.antiphon.tenant, job_id)
        clean_up_after_driver(self.antiphon, job_id)

    def resume(self, job_id: JobId) -> None:
        """Go on with the job."""
        self._again(job_id, self.antiphon.jobs.resume)

    def retry_failed(self, job_id: JobId) -> None:
        """Reopen what failed."""
        self._again(job_id, self.antiphon.jobs.retry_failed)

    def bring_to_end(self, job_id: JobId, watch: Watcher) -> JobView:
        """Return how the job ended."""
        return run_to_end(self.antiphon, job_id, watch)

    def wait_for_end(self, job_id: JobId, watch: Watcher) -> JobView:
        """Return how the job ended, once others have brought it there."""
        return wait_for_end(self.antiphon, job_id, watch)

    def summary(self, view: JobView) -> RunSummary:
        """Return a run in numbers, from its rows."""
        rows = items_of(self.antiphon.store, self.antiphon.tenant, view.job.id)
        return summarise(view.job, items=rows, gates=RunSpec.from_document(view.job.spec).gates)

    def title(self, view: JobView) -> str:
        """Return the name of the run's test set."""
        return RunSpec.from_document(view.job.spec).test_set_name

    def write_reports(self, view: JobView, summary: RunSummary, outputs: Outputs) -> Path | None:
        """Write the files that were asked for, from the run's rows."""
        rows = functools.partial(items_of, self.antiphon.store, self.antiphon.tenant, view.job.id)
        home = self.antiphon.settings.home
        return write_reports(home, view, summary, rows, title=self.title(view), outputs=outputs)

    def _again(self, job_id: JobId, move: Callable[..., Job]) -> None:
        antiphon = self.antiphon
        check_drivable(antiphon.settings, self.view(job_id).job.options)
        if has_worker(antiphon):
            move(antiphon.tenant, job_id)
            return
        with only_driver(antiphon, job_id):
            take_over(antiphon, job_id)
            move(antiphon.tenant, job_id)

    def _configuration(self, wanted: Wanted) -> TestConfiguration:
        request = wanted.request
        return self.antiphon.runs.configure(
            self.antiphon.tenant,
            request.file,
            targets=request.targets,
            gates=wanted.gates,
            panel=request.panel,
            options=wanted.options,
            max_age_s=wanted.max_age_s,
        )

    def _check(self, configuration: TestConfiguration) -> None:
        cases = self.antiphon.test_sets.cases(self.antiphon.tenant, configuration.test_set_id)
        check_usable(cases, targets=configuration.targets, panel=configuration.panel, name=configuration.name)
        check_drivable(self.antiphon.settings, configuration.options)
