"""The Python client: what it repeats and what never, how long, and what refusals become."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from attrs import define, evolve, field

from domain.jobs.errors import (
    AlreadyRunning,
    AntiphonError,
    Conflict,
    InvalidInput,
    KeyReused,
    NotFound,
    ServiceUnavailable,
)
from domain.organizations.errors import Forbidden, Unauthenticated
from entrypoints.api.documents.events import ProgressDocument
from entrypoints.api.documents.runs import StartRun
from entrypoints.client import Client
from entrypoints.client_errors import Refused
from entrypoints.client_sending import sender_to
from entrypoints.client_waiting import events_of

COUNTS = {"pending": 0, "running": 0, "succeeded": 0, "failed": 0, "skipped": 0, "cancelled": 0, "verdicts": {}}
USAGE = {"requests": 0, "prompt_tokens": 0, "completion_tokens": 0, "cost_usd": 0.0, "cost_nanousd": 0}
OPTIONS = {
    "concurrency": 1, "deadline_s": 1.0, "follows_latency": False, "max_attempts": 1, "priority": "normal",
    "max_wait_s": None, "max_requests": None, "max_tokens": None, "max_cost_nanousd": None, "max_duration_s": None,
}  # fmt: skip
JOB = {
    **COUNTS, "id": "j", "kind": "test_execution", "name": "t", "status": "processing", "subject": None,
    "started_by": "ada", "revision": 1, "progress": 0.0, "planned": 2, "usage": USAGE, "options": OPTIONS,
    "celery_task_id": None,
    "created_at": "2026-03-01T12:00:00Z", "started_at": None, "ended_at": None, "updated_at": "2026-03-01T12:00:00Z",
    "cancel_requested_at": None, "failure": None, "errors": [],
}  # fmt: skip
ENDED = {**JOB, "status": "completed"}
Answer = httpx.Response | Exception


@define
class Far:
    """A server that answers what it was told to, in turn, and remembers what it was asked."""

    answers: list[Answer]
    asked: list[httpx.Request] = field(factory=list)
    slept: list[float] = field(factory=list)

    def client(self, *, patience_s: float = 60) -> Client:
        """Return a client whose time passes only while it waits."""
        transport = httpx.MockTransport(self._answer)
        usual = sender_to("http://far", key="antiphon_k", timeout_s=1, patience_s=patience_s, transport=transport)
        sender = evolve(usual, sleep=self.slept.append, clock=lambda: sum(self.slept))
        return Client("http://far", key="antiphon_k", sender=sender)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def ok(document: object) -> httpx.Response:
    """Return a document."""
    return httpx.Response(200, json=document)


def problem(status: int, name: str, **rest: object) -> httpx.Response:
    """Return a problem document."""
    body = {"type": f"urn:antiphon:problem:{name}", "status": status, "detail": f"it is {name}", **rest}
    return httpx.Response(status, json=body, headers={"Content-Type": "application/problem+json"})


def busy(status: int = 503, **headers: str) -> httpx.Response:
    """Return that the server is too busy."""
    return httpx.Response(status, headers=headers)


BROKEN: list[Callable[[], Answer]] = [
    lambda: httpx.ConnectError("refused"),
    lambda: httpx.ReadTimeout("late"),
    lambda: httpx.RemoteProtocolError("cut"),
    lambda: busy(429),
    lambda: busy(502),
    lambda: busy(503),
    lambda: busy(504),
]


@pytest.mark.parametrize("broken", BROKEN)
def test_what_changes_nothing_is_asked_again(broken: Callable[[], Answer]) -> None:
    """A server that restarts must not end a script that only reads."""
    far = Far([broken(), broken(), ok(JOB)])

    assert far.client().jobs.get("j").status == "processing"
    assert len(far.asked) == 3


@pytest.mark.parametrize("broken", BROKEN)
def test_a_start_is_repeated_under_one_key(broken: Callable[[], Answer]) -> None:
    """So an answer that was lost on its way never means two runs, nor none."""
    far = Far([broken(), httpx.Response(202, json=JOB)])
    far.client().runs.start(StartRun(document={"name": "x"}))
    far.answers.append(httpx.Response(202, json=JOB))
    far.client().runs.start(StartRun(document={"name": "x"}))

    first, second, other = (request.headers["Idempotency-Key"] for request in far.asked)
    assert first == second != other
    assert json.loads(far.asked[0].content) == {"document": {"name": "x"}}


@pytest.mark.parametrize("broken", [httpx.ReadTimeout("late"), busy(502), busy(503)])
def test_a_move_that_may_have_been_made_is_not_made_again(broken: Answer) -> None:
    """A second retry-failed would meet a job that runs, and say so to somebody whose first one worked."""
    far = Far([broken])

    with pytest.raises(ServiceUnavailable):
        far.client().jobs.retry_failed("j")
    assert len(far.asked) == 1


@pytest.mark.parametrize("broken", [httpx.ConnectError("refused"), busy(429)])
def test_a_move_that_was_surely_not_begun_is_made_again(broken: Answer) -> None:
    """Nobody has read the request, or it was turned away at the door."""
    far = Far([broken, httpx.Response(202, json=JOB)])
    far.client().jobs.retry_failed("j")

    assert len(far.asked) == 2


def test_the_server_says_how_long_to_wait() -> None:
    """In seconds; coming back earlier would only cost both."""
    far = Far([busy(429, **{"Retry-After": "7"}), ok(JOB)])
    far.client().jobs.get("j")

    assert far.slept == [7.0]


@pytest.mark.parametrize("said", ["soon", "-3", "Sat, 01 Jan 2000 00:00:00 GMT"])
def test_a_wait_that_makes_no_sense_is_a_short_one(said: str) -> None:
    """Proxies write odd things there."""
    far = Far([busy(503, **{"Retry-After": said}), ok(JOB)])
    far.client().jobs.get("j")

    assert 0 < far.slept[0] <= 0.2


def test_patience_ends_and_the_error_names_the_server() -> None:
    """A script must not hang for ever on a server that is gone."""
    far = Far([httpx.ConnectError("refused")] * 100)

    with pytest.raises(ServiceUnavailable, match=r"http://far.*refused"):
        far.client(patience_s=5).jobs.get("j")
    assert sum(far.slept) <= 5
    assert all(pause <= 10 for pause in far.slept)


def test_a_server_that_asks_for_more_than_patience_is_believed_at_once() -> None:
    """Waiting a minute to give up then helps nobody."""
    far = Far([busy(503, **{"Retry-After": "3600"})])

    with pytest.raises(ServiceUnavailable):
        far.client().jobs.get("j")
    assert far.slept == []


@pytest.mark.parametrize(
    ("status", "name", "kind"),
    [
        (401, "unauthenticated", Unauthenticated),
        (403, "forbidden", Forbidden),
        (404, "not-found", NotFound),
        (409, "conflict", Conflict),
        (409, "already-running", AlreadyRunning),
        (422, "idempotency-key-reused", KeyReused),
        (422, "invalid-input", InvalidInput),
        (500, "internal", ServiceUnavailable),
        (405, "method-not-allowed", Refused),
    ],
)
def test_a_refusal_is_the_error_the_same_move_raises_here(status: int, name: str, kind: type[AntiphonError]) -> None:
    """Whoever catches one around a local move catches it around a remote one; nothing is asked twice."""
    far = Far([problem(status, name)])

    with pytest.raises(kind, match=f"it is {name}"):
        far.client().jobs.get("j")
    assert len(far.asked) == 1


def test_every_field_that_is_wrong_is_named() -> None:
    """A request with three mistakes needs one round, not three."""
    errors = [{"pointer": "/body/tags", "detail": "too many"}, {"pointer": "", "detail": "all wrong"}]
    far = Far([problem(422, "invalid-input", errors=errors)])

    with pytest.raises(InvalidInput) as refused:
        far.client().runs.start(StartRun())
    assert refused.value.problems == ("/body/tags: too many", "all wrong")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"[" * 100_000, b'{"type": 3, "errors": 4, "detail": null}'])
def test_a_refusal_of_somebody_else_is_understood_as_far_as_it_goes(body: bytes) -> None:
    """Proxies and captive portals answer, too."""
    far = Far([httpx.Response(404, content=body)])

    with pytest.raises(Refused, match="GET /v1/jobs/j: the server answered with status 404"):
        far.client().jobs.get("j")


def test_names_do_not_leave_their_place_in_the_path() -> None:
    """An id with a slash would ask for something else."""
    far = Far([ok(JOB)])
    far.client().jobs.get("../keys?x=1")

    assert far.asked[0].url.raw_path == b"/v1/jobs/..%2Fkeys%3Fx%3D1"


def test_pages_are_read_to_the_end() -> None:
    """And no further than somebody looks."""
    far = Far([ok({"items": [JOB], "next": "c"}), ok({"items": [ENDED], "next": None})])
    found = list(far.client().jobs.all(kind="test_execution"))

    assert [job.status for job in found] == ["processing", "completed"]
    assert "after" not in far.asked[0].url.params
    assert far.asked[1].url.params["after"] == "c"
    assert far.asked[1].url.params["kind"] == "test_execution"


def stream(*events: str) -> httpx.Response:
    """Return a stream of events."""
    text = "".join(f"{event}\n\n" for event in events)
    return httpx.Response(200, text=text, headers={"Content-Type": "text/event-stream; charset=utf-8"})


def progress(succeeded: int) -> str:
    """Return an event that says how many have succeeded."""
    standing = {**COUNTS, "status": "processing", "planned": 2, "succeeded": succeeded}
    return f"event: progress\ndata: {json.dumps(standing)}"


def test_waiting_hears_of_progress_as_it_is_made() -> None:
    """And comments, and events it does not know, are no progress."""
    far = Far([ok(JOB), stream(": hello", progress(1), "id: 4\nevent: job_ended\ndata: {}"), ok(ENDED), ok(ENDED)])
    heard = list[ProgressDocument]()

    assert far.client().jobs.wait("j", on_progress=heard.append).status == "completed"
    assert [each.succeeded for each in heard] == [0, 1, 0]
    assert far.slept == []


@pytest.mark.parametrize(
    "instead", [ok({"items": []}), busy(503), httpx.ReadError("cut"), problem(406, "not-acceptable")]
)
def test_where_no_stream_comes_through_the_job_is_looked_at(instead: Answer) -> None:
    """Some proxies keep a stream to themselves until it has ended."""
    far = Far([ok(JOB), instead, ok(ENDED), ok(ENDED)])

    assert far.client().jobs.wait("j").status == "completed"
    assert far.slept == [1.0]


def test_events_are_told_apart_as_the_standard_says() -> None:
    """Several lines of data are one text; an event without data is none."""
    lines = ["event: a", "data: 1", "data:2", "", "event: b", "", ": c", "data: x: y", "", "data: unfinished"]

    assert [(event.name, event.data) for event in events_of(lines)] == [("a", "1\n2"), ("message", "x: y")]


def test_a_report_is_written_to_a_file(tmp_path: Path) -> None:
    """As it comes, so that its size does not matter."""
    far = Far([httpx.Response(200, text="<testsuites/>")])
    far.client().runs.export("j", "junit.xml", tmp_path / "out.xml")

    assert (tmp_path / "out.xml").read_text() == "<testsuites/>"
    assert far.asked[0].url.path == "/v1/jobs/j/report.junit.xml"


def test_a_refused_report_leaves_no_file(tmp_path: Path) -> None:
    """An empty file would look like a report."""
    far = Far([problem(404, "not-found")])

    with pytest.raises(NotFound):
        far.client().runs.export("j", "html", tmp_path / "out.html")
    assert list(tmp_path.iterdir()) == []


def test_the_key_is_sent_and_never_shown() -> None:
    """Clients end up in tracebacks."""
    far = Far([ok(JOB)])
    client = far.client()
    client.jobs.get("j")

    assert far.asked[0].headers["Authorization"] == "Bearer antiphon_k"
    assert "antiphon_k" not in repr(client)
