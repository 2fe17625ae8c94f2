"""
The HTTP API with many jobs present: how long reads take, and how many jobs a second are taken in.

    .venv/bin/python -m benchmarks.api --jobs 10 100 1000 --items 1000

One run of so many tests is made for real, against a mock target; the others are copies of its rows, so that a million
items are there within a minute. Then each read is made again and again over one connection: what is told is the time of
a request that waits for no other. *submits* come over eight connections at once; no worker takes them up. Postgres,
Redis and the API run on this machine, beside the one who asks.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlsplit

from attrs import frozen
from sqlalchemy import Connection, Table, create_engine, text

from adapters.database import tables
from adapters.database.engine import make_engine
from adapters.database.overview import SqlOverviews
from benchmarks.fanout import mock_target
from benchmarks.servers import ANTIPHON, ROOT
from tests.services import postgres, redis
from tests.services.logins import Addresses, make_database

COPIED = (tables.item, tables.shard, tables.spending, tables.outbox)
SUBMITTERS = 8
OPERATOR = "local@localhost"
"""Whom the installation itself makes, in the organization that commands act for."""


@frozen(kw_only=True)
class Server:
    """A running API, and the key to it."""

    host: str
    port: int
    key: str

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection, kept open between requests."""
        return http.client.HTTPConnection(self.host, self.port, timeout=60)

    def ask(self, connection: http.client.HTTPConnection, method: str, path: str, body: object = None) -> Any:
        """Send one request; return what was answered."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status < 300, (method, path, answer.status, content[:300])
        return json.loads(content) if answer.headers.get_content_type() == "application/json" else content


def main() -> None:
    """Fill, ask, print; once for each number of jobs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--items", type=int, default=1000)
    parser.add_argument("--requests", type=int, default=200, help="times each read is made")
    parser.add_argument("--submits", type=int, default=400)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        address, server = postgres.start()
        stack.callback(server.stop)
        broker, queues = redis.start()
        stack.callback(queues.stop)
        database = make_database(address, "antiphon_api")
        environment = prepared(folder, database)
        template = one_run(folder, environment, items=options.items)
        api = stack.enter_context(serving(folder, {**environment, "ANTIPHON_BROKER_URL": broker}))
        print(f"{'jobs':>6} {'items':>9}  {'request':<44} {'p50 ms':>7} {'p95 ms':>7} {'p99 ms':>7}")
        there = 1
        for jobs in options.jobs:
            fill(database, template, first=there, last=jobs - 1)
            there = jobs
            report(api, template, jobs=jobs, items=jobs * options.items, requests=options.requests)
        count_figures(database, jobs=options.jobs[-1])
        print(
            f"\n{options.submits} submits over {SUBMITTERS} connections: {submits(api, options.submits):.0f} a second"
        )


def count_figures(database: Addresses, *, jobs: int) -> None:
    """Print how long counting for /metrics takes, with more and more of the jobs under way, each shard of them sent."""
    administrator, counting = create_engine(database.administrator), make_engine(database.login)
    print(f"\n{'jobs under way':>14} {'items under way':>15}  counted in ms")
    for under_way in (0, min(20, jobs), min(100, jobs), jobs):
        with administrator.begin() as connection:
            values = {"under_way": under_way}
            chosen = "(SELECT id FROM job ORDER BY id LIMIT :under_way)"
            connection.execute(text(f"UPDATE job SET status = 'processing' WHERE id IN {chosen}"), values)
            changed = "UPDATE shard SET state = 'sent', sends = 1, tally = NULL WHERE job_id IN"
            connection.execute(text(f"{changed} {chosen}"), values)
        times = []
        for _ in range(5):
            began = time.perf_counter()
            overview = SqlOverviews(counting).look()
            times.append((time.perf_counter() - began) * 1000)
        print(f"{under_way:>14,} {sum((overview.items or {}).values()):>15,}  {median(times):.0f}", flush=True)
    administrator.dispose()
    counting.dispose()


def prepared(folder: Path, database: Addresses) -> dict[str, str]:
    """Make the tables; return the environment of all processes."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ANTIPHON_")},
        "ANTIPHON_HOME": str(folder / "home"),
        "ANTIPHON_DATABASE_URL": database.login,
        "ANTIPHON_API_REQUESTS_PER_MINUTE": "10000000",  # one key asks for all
    }
    upgrading = {**environment, "ANTIPHON_OWNER_DATABASE_URL": database.owner}
    subprocess.run([*ANTIPHON, "db", "upgrade"], env=upgrading, check=True, cwd=ROOT, capture_output=True)
    return environment


def one_run(folder: Path, environment: dict[str, str], *, items: int) -> str:
    """Run so many tests for real; return the job's id."""
    with mock_target() as url:
        target = {"kind": "http", "url": url, "body": {"question": "{{ prompt }}"}, "response_path": "answer"}
        cases = [
            {"id": f"test-{no}", "prompt": f"question {no}", "expected": f"the answer to question {no}"}
            for no in range(items)
        ]
        file = folder / "tests.json"
        file.write_text(json.dumps({"name": "questions", "target": target, "tests": cases}))
        command = [*ANTIPHON, "run", str(file), "--concurrency", "64", "--json"]
        done = subprocess.run(command, env=environment, check=True, cwd=folder, capture_output=True)
    return str(json.loads(done.stdout)["job"]["id"])


def fill(database: Addresses, template: str, *, first: int, last: int) -> None:
    """Copy the job with all its rows, as jobs number *first* to *last*, each a second older than the one before."""
    engine = create_engine(database.administrator)
    with engine.begin() as connection:
        for no in range(first, last + 1):
            values = {"copy": f"{no:08x}-0000-4000-8000-000000000000", "template": template, "older": no}
            for table in (tables.job, *COPIED):
                copy_rows(connection, table, values)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()


def copy_rows(connection: Connection, table: Table, values: dict[str, object]) -> None:
    """Copy the template's rows of one table, under the copy's id."""
    key = "id" if table is tables.job else "job_id"
    taken = {f'"{column.name}"': f'"{column.name}"' for column in table.c}
    taken[f'"{key}"'] = ":copy"
    if table is tables.job:
        taken['"created_at"'] = "created_at - make_interval(secs => :older)"
    if table is tables.outbox:
        del taken['"id"']  # the database numbers them
    rows = f'SELECT {", ".join(taken.values())} FROM {table.name} WHERE "{key}" = :template'
    connection.execute(text(f"INSERT INTO {table.name} ({', '.join(taken)}) {rows}"), values)


@contextmanager
def serving(folder: Path, environment: dict[str, str]) -> Iterator[Server]:
    """Run `antiphon api`, and yield it once it answers."""
    log = folder / "api.log"
    with log.open("wb") as errors:
        process = subprocess.Popen([*ANTIPHON, "api", "--port", "0"], env=environment, cwd=ROOT, stderr=errors)
    try:
        while not (found := re.search(r"(http://\S+)", log.read_text())):
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        at = urlsplit(found[1])
        yield Server(host=str(at.hostname), port=int(at.port or 0), key=a_key(environment))
    finally:
        process.terminate()
        process.wait()


def report(api: Server, template: str, *, jobs: int, items: int, requests: int) -> None:
    """Make each read again and again; print its percentiles."""
    connection = api.connect()
    deep = api.ask(connection, "GET", f"/v1/jobs/{template}/items?limit=200")["next"]
    paths = {
        "GET /v1/jobs?limit=20": "/v1/jobs?limit=20",
        "GET /v1/jobs?status=completed&limit=20": "/v1/jobs?status=completed&limit=20",
        "GET /v1/jobs/{id}": f"/v1/jobs/{template}",
        "GET /v1/jobs/{id}/items?limit=100": f"/v1/jobs/{template}/items?limit=100",
        "... from the middle on": f"/v1/jobs/{template}/items?limit=100&after={deep}",
        "... only failed ones": f"/v1/jobs/{template}/items?limit=100&state=failed",
        "GET /readyz": "/readyz",
        "GET /metrics (counted anew every 5 s)": "/metrics",
    }
    for name, path in paths.items():
        p50, p95, p99 = percentiles(timed(api, connection, path, requests))
        print(f"{jobs:>6,} {items:>9,}  {name:<44} {p50:>7.1f} {p95:>7.1f} {p99:>7.1f}", flush=True)


def timed(api: Server, connection: http.client.HTTPConnection, path: str, requests: int) -> list[float]:
    """Return how long each of so many requests took, in milliseconds."""
    took = []
    for _ in range(requests):
        began = time.perf_counter()
        api.ask(connection, "GET", path)
        took.append((time.perf_counter() - began) * 1000)
    return took


def percentiles(times: Sequence[float]) -> tuple[float, float, float]:
    """Return the 50th, 95th and 99th percentile."""
    cuts = quantiles(times, n=100, method="inclusive")
    return cuts[49], cuts[94], cuts[98]


def submits(api: Server, count: int) -> float:
    """Hand in so many runs of a stored test set, over several connections; return how many a second were taken in."""
    target = {"kind": "http", "url": "https://bot.example/chat", "response_path": "answer"}
    document = {"name": "smoke", "target": target, "tests": [{"id": "hello", "prompt": "Hello?", "expected": "hi"}]}

    def hand_in(share: int) -> None:
        connection = api.connect()
        for _ in range(share):
            api.ask(connection, "POST", "/v1/test-runs", {"document": document})

    began = time.perf_counter()
    with ThreadPoolExecutor(SUBMITTERS) as pool:
        list(pool.map(hand_in, [count // SUBMITTERS] * SUBMITTERS))
    return count / (time.perf_counter() - began)


def a_key(environment: dict[str, str]) -> str:
    """Return a key to the API."""
    words = ["keys", "create", "--user", OPERATOR, "--scope", "read", "--scope", "write"]
    return subprocess.run(
        [*ANTIPHON, *words], env=environment, check=True, capture_output=True, text=True
    ).stdout.strip()


if __name__ == "__main__":
    main()
