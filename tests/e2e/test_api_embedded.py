"""`antiphon api` without a broker: the process is the only worker of its home, and others hand their jobs over."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.serving import Server, serving
from tests.e2e.command_line import PATIENCE_S, CommandLine, lines_asking, wait_until
from tests.e2e.mock_target import HELD, MockTarget


def _job(server: Server, job_id: str) -> dict[str, Any]:
    document = server.client.get(f"/v1/jobs/{job_id}").json()
    assert isinstance(document, dict)
    return document


def _run(cli: CommandLine, target: MockTarget, *, tests: int) -> tuple[object, ...]:
    file = cli.write("tests.jsonl", lines_asking(tests))
    return ("run", file, "--target", target.url, "--json", *HELD)


def test_a_run_beside_the_api_hands_its_job_over(cli: CommandLine, target: MockTarget) -> None:
    """Two workers with a broker each would take each other's messages and lose them."""
    with serving(cli) as server:
        wait_until(lambda: (cli.home / "locks" / "worker.lock").exists(), what="the worker's lock")
        ended = cli.run(*_run(cli, target, tests=20))

        assert ended.code == 0, ended.stderr
        assert ended.document["job"]["status"] == "completed"
        assert _job(server, ended.document["job"]["id"])["succeeded"] == 20
    assert target.total == 20


def test_what_an_earlier_process_left_goes_on_with_the_next(cli: CommandLine, target: MockTarget) -> None:
    """A killed server, or a machine that lost power: nobody has to remember which jobs were under way."""
    target.hold()
    with cli.started(*_run(cli, target, tests=8)) as running:
        target.wait_until_asked(1)
        running.send(signal.SIGKILL)
        running.process.wait()
    target.release()

    with serving(cli) as server:
        job_id = server.client.get("/v1/jobs").json()["items"][0]["id"]
        wait_until(lambda: _job(server, job_id)["status"] == "completed", what="the job's end")

        assert _job(server, job_id)["succeeded"] == 8
        assert "goes on with 1 unfinished" in server.process.stderr


def test_a_stream_is_heard_while_the_job_runs_and_resumed_after_it_broke_off(
    cli: CommandLine, target: MockTarget
) -> None:
    """Dashboards follow jobs by this; a proxy that cuts the line must cost no event."""
    target.hold()
    with serving(cli) as server, cli.started(*_run(cli, target, tests=4)) as running:
        target.wait_until_asked(1)
        job_id = server.client.get("/v1/jobs").json()["items"][0]["id"]
        last = _hear_until(server, job_id, "plan_frozen", last=None)

        target.release()
        _hear_until(server, job_id, "job_ended", last=last)

        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(_events(server, job_id)[-1]["id"])}
        assert server.client.get(f"/v1/jobs/{job_id}/events", headers=headers).status_code == 204
        assert running.wait().code == 0


def test_an_open_stream_does_not_keep_the_server_from_ending(cli: CommandLine, target: MockTarget) -> None:
    """A browser left open must not make every stop take the whole grace period."""
    target.hold()
    with serving(cli) as server, cli.started(*_run(cli, target, tests=1)):
        target.wait_until_asked(1)
        job_id = server.client.get("/v1/jobs").json()["items"][0]["id"]
        with server.client.stream("GET", f"/v1/jobs/{job_id}/events", headers={"Accept": "text/event-stream"}) as heard:
            lines = heard.iter_lines()
            next(lines)
            server.process.send(signal.SIGTERM)
            for _ in lines:  # to its proper end: a stream that the grace period cuts off is an error here
                pass
        target.release()
        assert server.process.wait().code == 0


def _hear_until(server: Server, job_id: str, kind: str, *, last: int | None) -> int:
    headers = {"Accept": "text/event-stream"} | ({} if last is None else {"Last-Event-ID": str(last)})
    with server.client.stream("GET", f"/v1/jobs/{job_id}/events", headers=headers, timeout=PATIENCE_S) as stream:
        for event in _parsed(stream):
            if "id" in event:
                assert last is None or event["id"] > last
                last = event["id"]
            if event["event"] == kind:
                assert last is not None
                return last
    pytest.fail(f"the stream ended without {kind}")


def _parsed(stream: httpx.Response) -> Iterator[dict[str, Any]]:
    event: dict[str, Any] = {}
    for line in stream.iter_lines():
        name, _, value = line.partition(": ")
        if name == "data":
            event["data"] = json.loads(value)
        elif name in ("event", "id"):
            event[name] = int(value) if name == "id" else value
        elif not line and event:
            yield event
            event = {}


def _events(server: Server, job_id: str) -> list[dict[str, Any]]:
    events = server.client.get(f"/v1/jobs/{job_id}/events").json()["items"]
    assert isinstance(events, list)
    return events
