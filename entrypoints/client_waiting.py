"""Waiting for a job of a server: by its stream of events, and by asking where the stream does not come through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote

from attrs import frozen

from domain.jobs.errors import ServiceUnavailable
from domain.jobs.job import JobStatus
from entrypoints.api.documents.events import ProgressDocument
from entrypoints.client_errors import Refused
from entrypoints.client_sending import Sender

LOOK_S = 1.0
STREAM = "text/event-stream"

Listener = Callable[[ProgressDocument], None]


@frozen(kw_only=True)
class ServerSentEvent:
    """One event of a stream (WHATWG HTML, server-sent events)."""

    name: str
    data: str


def wait_for_job(sender: Sender, job_id: str, on_progress: Listener) -> None:
    """
    Return once the job has ended; *on_progress* hears how it stands, at least once.

    A stream that ends early or breaks is opened again, after a look at the job: a proxy that lets no streams through,
    or a server with too many of them, then means that the job is looked at once a second.

    Raises:
        NotFound: there is no such job.
        ServiceUnavailable: the server stayed away for longer than the sender's patience.
    """
    path = f"/v1/jobs/{quote(job_id, safe='')}"
    while not _has_ended(sender, path, on_progress):
        try:
            _listen(sender, f"{path}/events", on_progress)
        except (ServiceUnavailable, Refused):
            sender.sleep(LOOK_S)


def _has_ended(sender: Sender, path: str, on_progress: Listener) -> bool:
    standing = ProgressDocument.model_validate_json(sender.send("GET", path).content)
    on_progress(standing)
    return JobStatus(standing.status).is_end


def _listen(sender: Sender, path: str, on_progress: Listener) -> None:
    with sender.streaming(path, headers={"Accept": STREAM}) as answer:
        if not answer.headers.get("Content-Type", "").startswith(STREAM):
            sender.sleep(LOOK_S)
            return
        for event in events_of(answer.iter_lines()):
            if event.name == "progress":
                on_progress(ProgressDocument.model_validate_json(event.data))


def events_of(lines: Iterable[str]) -> Iterator[ServerSentEvent]:
    """Yield the events that the lines of a stream make; comments and unknown fields say nothing."""
    name, data = "message", list[str]()
    for line in lines:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)
        elif not line:
            if data:
                yield ServerSentEvent(name=name, data="\n".join(data))
            name, data = "message", []
