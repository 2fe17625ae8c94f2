"""
What an item costs the kernel when its work costs nothing, and whether that and the memory stay the same for more items.

    .venv/bin/python -m benchmarks.many_items --items 10000 100000 1000000

Each size in a process of its own, with a fresh Postgres database: plan, shards and windows, Celery's canvas on the
in-process broker, claims, records, close. *growth* is the peak memory over that of a run of 1,000 items; *database* the
largest process of the server, shared buffers included.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from sqlalchemy import create_engine, text

from adapters.database.engine import make_engine
from adapters.database.schema import upgrade
from tests.services import postgres
from tests.services.logins import Addresses, make_database

ROOT = Path(__file__).resolve().parents[1]
LONGEST_S = 7200


def main() -> None:
    """Run the sizes one after the other and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, nargs="+", default=[10_000, 100_000])
    options = parser.parse_args()
    address, server = postgres.start()
    try:
        print("    items  planning s  running s  items/s  messages at once  growth MB  database MB")
        for items in options.items:
            print(row(items, address), flush=True)
    finally:
        server.stop()


def row(items: int, address: str) -> str:
    """Run a job of *items* items; return its line of the table."""
    database, watch = migrated_database(address, f"run_{items}"), Watch(server_pid(address))
    command = [sys.executable, "-m", "tests.pipelines.large_run", str(items), str(items), database.login]
    environment = {**os.environ, "ANTIPHON_TEST_WITHIN_S": str(LONGEST_S)}
    with watch:
        done = subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=environment)
    ran = json.loads(done.stdout)
    assert (ran["status"], ran["succeeded"]) == ("completed", items), ran
    rate = items / ran["running_s"]
    return (
        f"{items:>9,} {ran['planning_s']:>11.1f} {ran['running_s']:>10.1f} {rate:>8.0f} {ran['most_messages']:>17} "
        f"{ran['growth_kb'] / 1024:>10.0f} {watch.most_mb:>12.0f}"
    )


def migrated_database(address: str, name: str) -> Addresses:
    """Make a database with all tables; return its URLs."""
    database = make_database(address, name)
    engine = make_engine(database.owner)
    upgrade(engine)
    engine.dispose()
    return database


def server_pid(address: str) -> int:
    """Return the process that all processes of the database server descend from."""
    engine = create_engine(address)
    with engine.connect() as connection:
        server = parent_of(int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one()))
    engine.dispose()
    return server


def parent_of(pid: int) -> int:
    """Return a process's parent."""
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


class Watch:
    """Looks, once a second, at the memory of a server's processes."""

    def __init__(self, server: int) -> None:
        self.most_mb = 0.0
        self._server = server
        self._over = threading.Event()

    def __enter__(self) -> Watch:
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(1.0):
            for status in Path("/proc").glob("[0-9]*/status"):
                fields = dict(line.split(":", 1) for line in _text_of(status).splitlines())
                if fields.get("PPid", "").strip() == str(self._server) and "VmHWM" in fields:
                    self.most_mb = max(self.most_mb, int(fields["VmHWM"].split()[0]) / 1024)


def _text_of(status: Path) -> str:
    try:
        return status.read_text()
    except OSError:  # the process has ended meanwhile
        return ""


if __name__ == "__main__":
    main()
