"""
Where commands act: this machine, or a server.

What a command asks of either is this protocol, and nothing else, so that it need not know which it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from attrs import frozen

from domain.jobs.item import ItemState
from domain.jobs.job import JobId, JobOptions, JobStatus
from domain.jobs.service import JobView
from domain.test_execution.configuration import SavedConfiguration
from domain.test_execution.metric import Metric
from domain.test_execution.panel import Panel
from domain.test_execution.summary import RunSummary
from domain.test_execution.test_set import Gates
from entrypoints.api.documents.configurations import ConfigurationDocument, SavedVersion
from entrypoints.api.documents.items import ItemDocument
from entrypoints.cli.outputs import Outputs
from entrypoints.cli.requests import Request
from entrypoints.places.runs import Runs

Watcher = Callable[[JobView], None]


@frozen(kw_only=True)
class Wanted:
    """A run somebody wants: what is asked, and how it is to be run."""

    request: Request
    options: JobOptions
    gates: Gates
    max_age_s: float | None


@frozen(kw_only=True)
class Anew:
    """Stored answers somebody wants judged again: by which judges, by which metrics (none: the tests' own), and how."""

    panel: Panel
    metrics: tuple[Metric, ...]
    options: JobOptions


@frozen(kw_only=True)
class NotDone:
    """An item that could not be done, and why."""

    item: str
    kind: str
    message: str


class Host(Protocol):
    """Jobs, runs and configurations of the caller's organization."""

    @property
    def outlives_commands(self) -> bool:
        """Whether jobs go on without the command that started them."""

    def left(self, job_id: JobId) -> str:
        """Return what becomes of a job that the command was told to leave, for people."""

    def left_to_do(self) -> str:
        """Return what nobody does once the command has ended, for people; empty: nothing."""

    @property
    def name(self) -> str:
        """Return where things are stored, for people."""

    @property
    def runs(self) -> Runs:
        """Its stored test runs."""

    def judge_anew(self, job_id: JobId, anew: Anew) -> JobId:
        """
        Start a run that judges the stored answers of another again; return its id.

        Raises:
            NotFound: there is no such run.
            InvalidInput: no model judges anything there, or something can't work there.
            Conflict: it has not ended.
        """

    def start(self, wanted: Wanted) -> JobId:
        """Store the tests and a run of them; return its id."""

    def save(self, name: str, wanted: Wanted) -> SavedConfiguration:
        """Save what is wanted as the newest version of *name*."""

    def saved(self) -> Sequence[SavedConfiguration]:
        """Return the newest version of each name, by name."""

    def configuration(self, name: str, *, version: int | None) -> tuple[ConfigurationDocument, Sequence[SavedVersion]]:
        """
        Return what is saved under a name, by default its newest version, and which versions there are, newest first.

        Raises:
            NotFound: nothing is saved so.
        """

    def start_saved(self, name: str, *, version: int | None) -> JobId:
        """Start a run of what is saved; return its id."""

    def delete_saved(self, name: str) -> int:
        """Forget a name; return how many versions it had."""

    def find(self, words: str) -> JobId:
        """
        Return the job that *words* name: its id, the unambiguous beginning of it, or `last`.

        Raises:
            NotFound: none fits.
            InvalidInput: several do.
        """

    def view(self, job_id: JobId) -> JobView:
        """Return a job and how its items stand."""

    def newest(self, *, limit: int, status: JobStatus | None) -> Sequence[JobView]:
        """Return jobs, newest first."""

    def items(
        self, job_id: JobId, *, states: Sequence[ItemState], verdicts: Sequence[str], after: int | None
    ) -> Iterator[ItemDocument]:
        """
        Yield the items of a job in the order of its plan, read as they are needed.

        Only those in *states* and with *verdicts*, where any are named, from just behind the number *after*.
        """

    def not_done(self, view: JobView) -> Sequence[NotDone]:
        """Return the first items that could not be done."""

    def standing(self, view: JobView) -> str:
        """Return the job's status, or `interrupted` for one that nobody is at work on."""

    def cancel(self, job_id: JobId) -> None:
        """Stop the job."""

    def resume(self, job_id: JobId) -> None:
        """Go on with the job; `bring_to_end` follows."""

    def retry_failed(self, job_id: JobId) -> None:
        """Reopen what failed; `bring_to_end` follows."""

    def bring_to_end(self, job_id: JobId, watch: Watcher) -> JobView:
        """Return how the job ended, once it has; this command works on it where nobody else does."""

    def wait_for_end(self, job_id: JobId, watch: Watcher) -> JobView:
        """Return how the job ended, once others have brought it there."""

    def summary(self, view: JobView) -> RunSummary:
        """Return a run in numbers."""

    def title(self, view: JobView) -> str:
        """Return what a run is called in reports."""

    def write_reports(self, view: JobView, summary: RunSummary, outputs: Outputs) -> Path | None:
        """Write the files that were asked for, and a page in the home folder else; return where the page is."""
