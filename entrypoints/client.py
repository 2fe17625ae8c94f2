"""
The Python client of the HTTP API: typed, synchronous, and patient.

    from entrypoints.client import Client

    with Client("https://antiphon.example", key=os.environ["ANTIPHON_API_KEY"]) as client:
        job = client.start_run(StartRun(test_set_id=client.upload_test_set(Path("tests.yaml").read_bytes()).id))
        print(client.wait(job.id).status)

Values are the API's own documents (`entrypoints.api.documents`). Refusals are the errors of `domain.jobs.errors` and
`domain.organizations.errors`. Requests are repeated where that is safe; those that start work carry a key of their own,
so that a lost answer never starts it twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import quote
from uuid import uuid4

from pydantic import BaseModel

from domain.jobs.item import ItemState
from domain.jobs.job import JobStatus
from entrypoints.api.documents.configurations import ConfigurationDocument, SaveConfiguration, SavedVersion
from entrypoints.api.documents.events import ProgressDocument
from entrypoints.api.documents.items import ItemDetailDocument, ItemDocument
from entrypoints.api.documents.jobs import JobDetailDocument, JobDocument
from entrypoints.api.documents.results import ResultDocument
from entrypoints.api.documents.runs import StartRun
from entrypoints.api.documents.test_sets import TestSetDocument, UploadedTestSet
from entrypoints.calls.audit import AuditCalls
from entrypoints.calls.keys import KeyCalls
from entrypoints.calls.llm import LlmCalls
from entrypoints.calls.organization import OrganizationCalls
from entrypoints.calls.secrets import SecretCalls
from entrypoints.calls.webhooks import WebhookCalls
from entrypoints.client_sending import Sender, sender_to
from entrypoints.client_waiting import wait_for_job

M = TypeVar("M", bound=BaseModel)

PAGE = 200
TIMEOUT_S = 60.0
PATIENCE_S = 60.0


class Client:
    """One server, asked with one key. Threads may share it. Use it in a `with` block, or `close` it."""

    def __init__(
        self,
        server: str,
        *,
        key: str,
        timeout_s: float = TIMEOUT_S,
        patience_s: float = PATIENCE_S,
        sender: Sender | None = None,
    ) -> None:
        """
        Ask *server* (`https://HOST`) with the API key *key*.

        One request may take *timeout_s*; requests that may be repeated are, for *patience_s* in all. *sender*: who
        sends them, where that is not the usual one.
        """
        self.sender = sender or sender_to(server, key=key, timeout_s=timeout_s, patience_s=patience_s)
        self.organization = OrganizationCalls(sender=self.sender)
        self.keys = KeyCalls(sender=self.sender)
        self.audit = AuditCalls(sender=self.sender)
        self.secrets = SecretCalls(sender=self.sender)
        self.webhooks = WebhookCalls(sender=self.sender)
        self.llm = LlmCalls(sender=self.sender)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.sender.http.close()

    def jobs(self, *, status: JobStatus | None = None, kind: str | None = None) -> Iterator[JobDocument]:
        """Yield jobs, newest first; pages are asked for as they are needed."""
        yield from self._pages("/v1/jobs", JobDocument, {"status": status, "kind": kind})

    def job(self, job_id: str) -> JobDetailDocument:
        """
        Return a job as it stands.

        Raises:
            NotFound: there is none of this id.
        """
        return self._get(f"/v1/jobs/{quote(job_id, safe='')}", JobDetailDocument)

    def items(
        self, job_id: str, *, states: Iterable[ItemState] = (), verdicts: Iterable[str] = ()
    ) -> Iterator[ItemDocument]:
        """Yield a job's items in the order of its plan."""
        words = {"state": list(states), "verdict": list(verdicts)}
        yield from self._pages(f"/v1/jobs/{quote(job_id, safe='')}/items", ItemDocument, words)

    def item(self, job_id: str, no: int) -> ItemDetailDocument:
        """Return an item with what was handed in and what came out."""
        return self._get(f"/v1/jobs/{quote(job_id, safe='')}/items/{no}", ItemDetailDocument)

    def cancel(self, job_id: str) -> JobDocument:
        """
        Cancel a job.

        Raises:
            Conflict: it has ended.
        """
        return self._move(job_id, "cancel", repeatable=True)

    def resume(self, job_id: str) -> JobDocument:
        """
        Go on with a job.

        Raises:
            Conflict: it has ended, and none of its items was cancelled.
        """
        return self._move(job_id, "resume", repeatable=False)

    def retry_failed(self, job_id: str) -> JobDocument:
        """
        Run the failed items of an ended job again.

        Raises:
            Conflict: it has not ended, or nothing of it failed.
        """
        return self._move(job_id, "retry-failed", repeatable=False)

    def wait(
        self, job_id: str, *, on_progress: Callable[[ProgressDocument], None] = lambda _: None
    ) -> JobDetailDocument:
        """
        Wait until a job has ended, and return it; *on_progress* hears how it stands whenever that changes.

        Listens to the server's stream of events, and asks now and then where there is none.
        """
        wait_for_job(self.sender, job_id, on_progress)
        return self.job(job_id)

    def start_run(self, words: StartRun, *, idempotency_key: str | None = None) -> JobDocument:
        """
        Start a test run; the same *idempotency_key* (by default a new one) never starts two.

        Raises:
            InvalidInput: something can't be so; each field is named.
            AlreadyRunning: another run has the subject.
        """
        return self._start("/v1/test-runs", words, idempotency_key)

    def report(self, job_id: str) -> Mapping[str, object]:
        """Return a run in numbers, as docs/json-output.md describes it."""
        found: Mapping[str, object] = self.sender.send("GET", f"/v1/jobs/{quote(job_id, safe='')}/report.json").json()
        return found

    def download_report(self, job_id: str, form: str, file: Path) -> None:
        """Write a run's report (`csv`, `jsonl`, `junit.xml` or `html`) to *file*."""
        path = f"/v1/jobs/{quote(job_id, safe='')}/report.{form}"
        with self.sender.streaming(path, headers={}) as answer, file.open("wb") as written:
            for piece in answer.iter_bytes():
                written.write(piece)

    def results(self, job_id: str, *, verdict: str | None = None) -> Iterator[ResultDocument]:
        """Yield what became of each test of a run."""
        yield from self._pages(f"/v1/jobs/{quote(job_id, safe='')}/results", ResultDocument, {"verdict": verdict})

    def upload_test_set(
        self, content: bytes, *, media_type: str = "application/yaml", name: str = ""
    ) -> UploadedTestSet:
        """
        Store a file of tests; the same content is the same version.

        Raises:
            InvalidInput: it can't be read; every problem is named.
        """
        headers = {"Content-Type": media_type}
        answer = self.sender.send(
            "POST", "/v1/test-sets", repeatable=True, params={"name": name}, headers=headers, content=content
        )
        return UploadedTestSet.model_validate_json(answer.content)

    def test_sets(self, *, name: str | None = None) -> Iterator[TestSetDocument]:
        """Yield versions of test sets, newest first."""
        yield from self._pages("/v1/test-sets", TestSetDocument, {"name": name})

    def configurations(self) -> Iterator[SavedVersion]:
        """Yield the newest version of each saved configuration, by name."""
        yield from self._pages("/v1/test-configurations", SavedVersion, {})

    def configuration(self, name: str, *, version: int | None = None) -> ConfigurationDocument:
        """Return what is saved under a name."""
        path = f"/v1/test-configurations/{quote(name, safe='')}"
        return ConfigurationDocument.model_validate_json(
            self.sender.send("GET", path, params={"version": version}).content
        )

    def configuration_versions(self, name: str) -> Iterator[SavedVersion]:
        """Yield the versions of a name, the newest first."""
        yield from self._pages(f"/v1/test-configurations/{quote(name, safe='')}/versions", SavedVersion, {})

    def save_configuration(self, words: SaveConfiguration) -> ConfigurationDocument:
        """Save how tests are run; what the name says already makes no new version."""
        body = words.model_dump(mode="json", exclude_unset=True)
        answer = self.sender.send("POST", "/v1/test-configurations", repeatable=True, json=body)
        return ConfigurationDocument.model_validate_json(answer.content)

    def run_configuration(
        self, name: str, *, version: int | None = None, idempotency_key: str | None = None
    ) -> JobDocument:
        """Run what is saved under a name."""
        path = f"/v1/test-configurations/{quote(name, safe='')}/runs"
        return self._start(f"{path}?version={version}" if version else path, None, idempotency_key)

    def delete_configuration(self, name: str) -> None:
        """Forget a name with all its versions."""
        self.sender.send("DELETE", f"/v1/test-configurations/{quote(name, safe='')}")

    def _get(self, path: str, kind: type[M]) -> M:
        return kind.model_validate_json(self.sender.send("GET", path).content)

    def _move(self, job_id: str, move: str, *, repeatable: bool) -> JobDocument:
        answer = self.sender.send("POST", f"/v1/jobs/{quote(job_id, safe='')}/{move}", repeatable=repeatable)
        return JobDocument.model_validate_json(answer.content)

    def _start(self, path: str, words: BaseModel | None, idempotency_key: str | None) -> JobDocument:
        answer = self.sender.send(
            "POST",
            path,
            repeatable=True,
            headers={"Idempotency-Key": idempotency_key or str(uuid4())},
            json=words.model_dump(mode="json", exclude_unset=True) if words else None,
        )
        return JobDocument.model_validate_json(answer.content)

    def _pages(self, path: str, kind: type[M], words: Mapping[str, object]) -> Iterator[M]:
        after: str | None = None
        while True:
            page = self.sender.send("GET", path, params={**words, "limit": PAGE, "after": after}).json()
            yield from map(kind.model_validate, page["items"])
            after = page["next"]
            if after is None:
                return
