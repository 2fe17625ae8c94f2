"""/v1/test-runs, and what of /v1/jobs and /v1/comparisons is about test runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import frozen

from entrypoints.api.documents.comparisons import ComparisonWords
from entrypoints.api.documents.jobs import JobDocument
from entrypoints.api.documents.results import ResultDocument
from entrypoints.api.documents.runs import RejudgeWords, RescoreWords, StartRun
from entrypoints.calls.asking import Calls, path


@frozen(kw_only=True)
class RunCalls(Calls):
    """`Runs` of a server; what starts one carries an idempotency key, by default a new one."""

    def start(self, words: StartRun, *, idempotency_key: str | None = None) -> JobDocument:
        """
        Start a test run; the same *idempotency_key* never starts two.

        Raises:
            InvalidInput: something can't be so; each field is named.
            AlreadyRunning: another run has the subject.
        """
        return self._start(path("test-runs"), words, idempotency_key=idempotency_key)

    def rejudge(self, job_id: str, words: RejudgeWords, *, idempotency_key: str | None = None) -> JobDocument:
        """
        Judge the stored answers of an ended run again, in a new run.

        Raises:
            InvalidInput: something can't be so, or no model judges anything there.
            Conflict: it has not ended.
        """
        return self._start(path("test-runs", job_id, "rejudge"), words, idempotency_key=idempotency_key)

    def rescore(self, job_id: str, words: RescoreWords, *, idempotency_key: str | None = None) -> JobDocument:
        """
        Score the stored answers of an ended run by other metrics, in a new run.

        Raises:
            InvalidInput: something can't be so; each field is named.
            Conflict: it has not ended.
        """
        return self._start(path("test-runs", job_id, "rescore"), words, idempotency_key=idempotency_key)

    def results(self, job_id: str, *, verdict: str | None = None) -> Iterator[ResultDocument]:
        """Yield what became of each test of a run."""
        return self._pages(path("jobs", job_id, "results"), ResultDocument, verdict=verdict)

    def report(self, job_id: str) -> Mapping[str, object]:
        """Return a run in numbers, as docs/json-output.md describes it."""
        found: Mapping[str, object] = self.sender.send("GET", path("jobs", job_id, "report.json")).json()
        return found

    def export(self, job_id: str, form: str, file: Path) -> None:
        self._download(path("jobs", job_id, f"report.{form}"), file)

    def compare(self, words: ComparisonWords) -> Mapping[str, object]:
        found: Mapping[str, object] = self.sender.send(
            "GET", path("comparisons"), params=words.model_dump(mode="json")
        ).json()
        return found

    def export_comparison(self, words: ComparisonWords, file: Path) -> None:
        self._download(path("comparisons", "report.html"), file, **words.model_dump(mode="json"))
