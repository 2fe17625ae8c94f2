"""The HTTP API on a server: several processes of it, workers apart, and a broker that is away."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import httpx
import pytest
from attrs import frozen

from adapters.secrets.master_keys import new_key
from domain.tenancy import ALL_SCOPES
from tests.api.fuzzing import fuzz
from tests.api.runs import Json, document
from tests.api.serving import address_in
from tests.integration.chat_target import ChatTarget
from tests.integration.gate import Gate
from tests.integration.processes import Command, Installation
from tests.pipelines.looking import WITHIN_S, look_until

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

MANY = 20


@frozen(kw_only=True)
class Server:
    """A running `antiphon api`, and who may use it."""

    url: str
    key: str

    def client(self) -> httpx.Client:
        """Return a client of the server."""
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.Client(base_url=self.url, headers=headers, trust_env=False, timeout=WITHIN_S)


def a_key(installation: Installation) -> str:
    """Make a key of the organization that is there from the start."""
    scopes = [word for scope in sorted(ALL_SCOPES) for word in ("--scope", scope)]
    made = installation.start("keys", "create", "--user", "local@localhost", *scopes)
    assert made.end() == 0, made.said
    return made.out.read_text().strip()


def served(installation: Installation, *, key: str, **settings: object) -> Server:
    """Start an API process, and return it once it listens."""
    process = installation.start("api", "--port", "0", **settings)
    look_until(lambda: bool(address_in(process.said)) or not process.is_running, what="the server's address")
    assert process.is_running, process.said
    return Server(url=address_in(process.said), key=key)


def together(servers: list[Server], body: Json, headers: dict[str, str]) -> list[httpx.Response]:
    """Send the request many times at once, to the servers in turn."""

    def ask(number: int) -> httpx.Response:
        with servers[number % len(servers)].client() as client:
            return client.post("/v1/test-runs", json=body, headers=headers)

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(ask, range(MANY)))


def test_many_at_once_are_one_job_by_key_or_by_subject(installation: Installation, target: ChatTarget) -> None:
    """Two processes of the API see the same requests at the same moment: only the database can decide."""
    key = a_key(installation)
    servers = [served(installation, key=key) for _ in range(2)]
    body = {"document": _document(target)}

    by_key = together(servers, body, {"Idempotency-Key": "once"})
    assert {answer.status_code for answer in by_key} == {202}, [answer.text for answer in by_key]
    assert len({answer.json()["id"] for answer in by_key}) == 1
    assert len({answer.headers["Location"] for answer in by_key}) == 1

    by_subject = together(servers, {**body, "subject": "nightly"}, {})
    assert sorted(answer.status_code for answer in by_subject) == [202] + [409] * (MANY - 1)
    refused = [answer.json()["type"] for answer in by_subject if answer.status_code == 409]
    assert set(refused) == {"urn:antiphon:problem:already-running"}

    with servers[0].client() as client:
        assert len(client.get("/v1/jobs").json()["items"]) == 2


@pytest.mark.parametrize("broker_is", ["refusing", "silent"])
def test_work_is_accepted_at_once_while_the_broker_is_away_and_runs_when_it_is_back(
    installation: Installation, target: ChatTarget, broker_gate: Gate, broker_is: str
) -> None:
    """Whoever hands in work need not know, or wait for, what is broken behind the counter."""
    key = a_key(installation)
    with _silent(broker_is) as (settings, asked):
        server = served(installation, key=key, **settings)
        with server.client() as client:
            assert client.get("/v1/jobs").status_code == 200  # the first request also loads what requests need
            before = asked()
            accepted = client.post("/v1/test-runs", json={"document": _document(target, tests=12)})
            waited_for = asked() - before
            looked = client.get(accepted.headers["Location"])

            assert accepted.status_code == 202, accepted.text
            assert looked.json()["status"] == "pending"
            assert waited_for == 0

            worker = installation.worker()
            broker_gate.open()
            _wait_for_end(client, accepted.headers["Location"], worker)
            ended = client.get(accepted.headers["Location"]).json()
    shown = [ended[name] for name in ("status", "planned", "succeeded")]
    assert shown == ["completed", 12, 12]
    assert (target.calls, target.asked_again) == (12, 0)


@pytest.mark.timeout(1800)  # thousands of requests
def test_every_answer_to_whatever_the_document_allows_is_documented(
    installation: Installation, target: ChatTarget
) -> None:
    """On Postgres, which refuses texts and numbers that SQLite takes; `tests/e2e` asks the embedded one."""
    installation.environment["ANTIPHON_SECRET_KEY"] = new_key()
    server = served(installation, key=a_key(installation), api_requests_per_minute=1_000_000)
    with server.client() as client:
        assert client.post("/v1/test-runs", json={"document": _document(target)}).status_code == 202

    fuzz(server.url, key=server.key, folder=installation.folder)


def _document(target: ChatTarget, *, tests: int = 3) -> Json:
    words: Json = {"kind": "http", "url": target.url, "body": {"question": "{{ prompt }}"}, "response_path": "answer"}
    return document(words, tests=tests)


def _wait_for_end(client: httpx.Client, location: str, worker: Command) -> None:
    def has_ended() -> bool:
        return not worker.is_running or client.get(location).json()["ended_at"] is not None

    look_until(has_ended, what="the job's end")
    assert worker.is_running, worker.said


@contextmanager
def _silent(broker_is: str) -> Iterator[tuple[dict[str, object], Callable[[], int]]]:
    """
    Yield the settings of a process whose broker takes connections and never answers, if that is asked for.

    And how many connections the broker has had: who would wait for it has to ask it first, quick machine or slow.
    """
    if broker_is != "silent":
        yield {}, lambda: 0
        return
    with socket.create_server(("127.0.0.1", 0)) as broker, socket.create_server(("127.0.0.1", 0)) as limits:
        urls = [f"redis://:not-a-secret@127.0.0.1:{each.getsockname()[1]}/0" for each in (broker, limits)]
        broker.setblocking(False)
        taken: list[socket.socket] = []

        def asked() -> int:
            with suppress(BlockingIOError):
                while True:
                    taken.append(broker.accept()[0])
            return len(taken)

        yield {"broker_url": urls[0], "limits_url": urls[1]}, asked
        for each in taken:
            each.close()
