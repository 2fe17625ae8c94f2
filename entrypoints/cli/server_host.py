"""A server as the place where commands act, over its HTTP API: files are read here, and run there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from attrs import frozen

from adapters.reports.files import check_report_path
from domain.jobs.errors import AntiphonError, InvalidInput, NotFound
from domain.jobs.item import ItemState
from domain.jobs.job import JobId, JobStatus
from domain.jobs.service import JobView
from domain.test_execution.configuration import SavedConfiguration
from domain.test_execution.summary import RunSummary
from domain.test_execution.summary_reading import summary_from
from domain.test_execution.test_set import ConfigurationId
from entrypoints.api.documents.configurations import ConfigurationDocument, SaveConfiguration, SavedVersion
from entrypoints.api.documents.items import ItemDocument
from entrypoints.api.documents.runs import StartRun
from entrypoints.calls.runs import RunCalls
from entrypoints.cli.console import say
from entrypoints.cli.host import Anew, NotDone, Wanted, Watcher
from entrypoints.cli.outputs import Outputs
from entrypoints.cli.server_views import moved, view_of
from entrypoints.cli.server_words import rejudge_words, rescore_words, run_words, tests_document
from entrypoints.client import Client
from entrypoints.places.opening import open_client
from entrypoints.settings import Settings

MOST_LOOKED_AT = 1000
"""Among so many of the newest jobs is one found by the beginning of its id."""

WHOLE_ID = 36


def open_server(settings: Settings) -> ServerHost:
    """
    Return the server that the settings name.

    Raises:
        BrokenSettings: its address is none, or there is no key to show it.
    """
    return ServerHost(client=open_client(settings), settings=settings)


@frozen(kw_only=True)
class ServerHost:
    """`Host` that is a server."""

    client: Client
    settings: Settings

    @property
    def outlives_commands(self) -> bool:
        """Its workers do not know of commands."""
        return True

    def left(self, job_id: JobId) -> str:
        """Return what becomes of a job that the command was told to leave."""
        return f"no longer watched; job {job_id} goes on at {self.name}"

    def left_to_do(self) -> str:
        """Nothing: the server goes on."""
        return ""

    @property
    def name(self) -> str:
        """Return its address."""
        return self.settings.server

    @property
    def runs(self) -> RunCalls:
        """Its stored test runs."""
        return self.client.runs

    def judge_anew(self, job_id: JobId, anew: Anew) -> JobId:
        """Have the stored answers of a run judged again."""
        if anew.metrics:
            return JobId(self.client.runs.rescore(job_id, rescore_words(anew)).id)
        return JobId(self.client.runs.rejudge(job_id, rejudge_words(anew)).id)

    def start(self, wanted: Wanted) -> JobId:
        """Hand in the tests, and have them run."""
        return JobId(self.client.runs.start(StartRun.model_validate(self._words(wanted))).id)

    def save(self, name: str, wanted: Wanted) -> SavedConfiguration:
        """Hand in the tests, and save how they are run."""
        words = SaveConfiguration.model_validate({"name": name, **self._words(wanted)})
        return _saved(self.client.configurations.save(words))

    def saved(self) -> Sequence[SavedConfiguration]:
        """Return the newest version of each name, by name."""
        return [_saved(found) for found in self.client.configurations.all()]

    def configuration(self, name: str, *, version: int | None) -> tuple[ConfigurationDocument, list[SavedVersion]]:
        """Return what is saved under a name, and which versions there are."""
        known = self.client.configurations
        return known.get(name, version=version), list(known.versions(name))

    def start_saved(self, name: str, *, version: int | None) -> JobId:
        """Have run what is saved."""
        return JobId(self.client.configurations.run(name, version=version).id)

    def delete_saved(self, name: str) -> int:
        """Forget a name; return how many versions it had."""
        versions = len(list(self.client.configurations.versions(name)))
        self.client.configurations.delete(name)
        return versions

    def find(self, words: str) -> JobId:
        """Return the job that *words* name, among the newest of them where it is not the whole id."""
        if len(words) == WHOLE_ID:
            return JobId(self.client.jobs.get(words).id)
        newest = islice(self.client.jobs.all(), 1 if words == "last" else MOST_LOOKED_AT)
        found = [job.id for job in newest if words == "last" or job.id.startswith(words)]
        if not found:
            raise NotFound(f"job {words!r}: no such job at {self.name}; `antiphon jobs list` shows those there are")
        if len(found) > 1:
            raise InvalidInput(f"job {words!r}: {len(found)} jobs begin so; give more of the id")
        return JobId(found[0])

    def view(self, job_id: JobId) -> JobView:
        """Return a job and how its items stand."""
        return view_of(self.client.jobs.get(job_id))

    def newest(self, *, limit: int, status: JobStatus | None) -> Sequence[JobView]:
        """Return jobs, newest first."""
        return [view_of(job) for job in islice(self.client.jobs.all(status=status), limit)]

    def items(
        self, job_id: JobId, *, states: Sequence[ItemState], verdicts: Sequence[str], after: int | None
    ) -> Iterator[ItemDocument]:
        """Yield the items of a job."""
        return self.client.jobs.items(job_id, states=states, verdicts=verdicts, after=after)

    def not_done(self, view: JobView) -> Sequence[NotDone]:
        """Return the first items that could not be done."""
        errors = self.client.jobs.get(view.job.id).errors if view.tally.failed else []
        return [NotDone(item=error.item, kind=error.kind.value, message=error.message) for error in errors]

    def standing(self, view: JobView) -> str:
        """Return the job's status: its workers are the server's matter."""
        return view.job.status.value

    def cancel(self, job_id: JobId) -> None:
        """Stop the job."""
        self.client.jobs.cancel(job_id)

    def resume(self, job_id: JobId) -> None:
        """Go on with the job."""
        self.client.jobs.resume(job_id)

    def retry_failed(self, job_id: JobId) -> None:
        """Reopen what failed."""
        self.client.jobs.retry_failed(job_id)

    def bring_to_end(self, job_id: JobId, watch: Watcher) -> JobView:
        """Return how the job ended."""
        return self.wait_for_end(job_id, watch)

    def wait_for_end(self, job_id: JobId, watch: Watcher) -> JobView:
        """Return how the job ended, once the server's workers have brought it there."""
        begun = self.view(job_id)
        return view_of(self.client.jobs.wait(job_id, on_progress=lambda standing: watch(moved(begun, standing))))

    def summary(self, view: JobView) -> RunSummary:
        """Return a run in numbers, as the server counts them."""
        return summary_from(self.client.runs.report(view.job.id))

    def title(self, view: JobView) -> str:
        """Return the name of the run's test set."""
        return self.client.jobs.get(view.job.id).name or f"run {view.job.id[:8]}"

    def write_reports(self, view: JobView, summary: RunSummary, outputs: Outputs) -> Path | None:
        """Download the files that were asked for, and a page where no other one was; return its path."""
        _ = summary
        if outputs.junit is not None:
            self.client.runs.export(view.job.id, "junit.xml", outputs.junit)
        page = outputs.html or self.settings.home / "reports" / f"{view.job.id}.html"
        try:
            page.parent.mkdir(parents=True, exist_ok=True)
            check_report_path(page)
            self.client.runs.export(view.job.id, "html", page)
        except (OSError, AntiphonError) as error:
            if outputs.html is not None:
                raise
            say(f"no page was written: {error}")
            return None
        return page

    def _words(self, wanted: Wanted) -> Mapping[str, object]:
        """Store the tests, and return how they are to be run, in the API's words."""
        content, name = tests_document(wanted), wanted.request.file.name
        stored = self.client.test_sets.upload(content, media_type="application/json", name=name)
        return run_words(wanted, test_set_id=stored.id)


def _saved(document: SavedVersion) -> SavedConfiguration:
    return SavedConfiguration(
        name=document.name,
        version=document.version,
        configuration_id=ConfigurationId(document.configuration_id),
        saved_at=document.saved_at,
    )
