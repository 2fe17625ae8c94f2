"""A real Postgres, a real Redis and real worker processes for a benchmark (Linux only)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from tests.services import postgres, redis
from tests.services.logins import make_database

ROOT = Path(__file__).resolve().parents[1]
ANTIPHON = [sys.executable, "-m", "entrypoints.cli"]


@frozen(kw_only=True)
class Servers:
    """What commands need to reach them, and the workers' processes."""

    environment: Mapping[str, str]
    workers: tuple[int, ...]


@contextmanager
def servers(folder: Path, *, workers: int, slots: int, settings: Mapping[str, str]) -> Iterator[Servers]:
    """Start them, the workers with *slots* each; *settings* are those of workers and commands. End them behind it."""
    address, postgres_server = postgres.start()
    broker, redis_server = redis.start()
    database = make_database(address, "antiphon_benchmark")
    environment = {
        **os.environ,
        "ANTIPHON_HOME": str(folder / "home"),
        "ANTIPHON_DATABASE_URL": database.login,
        "ANTIPHON_BROKER_URL": broker,
        "ANTIPHON_PRIVATE_TARGETS": "true",  # the mocks are on this machine
        **settings,
    }
    upgrading = {**environment, "ANTIPHON_OWNER_DATABASE_URL": database.owner}
    subprocess.run([*ANTIPHON, "db", "upgrade"], env=upgrading, check=True, cwd=ROOT, capture_output=True)
    log, words = (folder / "workers.log").open("ab"), [*ANTIPHON, "worker", "--slots", str(slots)]
    processes = [subprocess.Popen(words, env=environment, cwd=ROOT, stderr=log) for _ in range(workers)]
    try:
        yield Servers(environment=environment, workers=tuple(process.pid for process in processes))
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=30)
        redis_server.stop()
        postgres_server.stop()
