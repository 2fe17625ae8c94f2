"""
Reports of a large stored run over the HTTP API: seconds to the first byte and in all, and the server's peak memory.

    .venv/bin/python -m benchmarks.api_reports --tests 100000

Two runs of so many tests are written into an embedded database (as `benchmarks/reports.py` does); a server process is
asked for each form in turn. Memory is the server's high-water mark after the answer, which never falls.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import httpx

from benchmarks.reports import stored_run
from domain.jobs.job import JobId
from entrypoints.cli.opening import open_antiphon
from entrypoints.settings import read_settings

PORT = 8097


def main() -> None:
    """Write the runs, ask for the reports, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tests", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        antiphon = open_antiphon(attrs.evolve(read_settings(), home=Path(home)))
        base, new = (stored_run(antiphon, tests=options.tests, seed=seed) for seed in (1, 2))
        print(f"{options.tests:,} tests a run\n\n| GET | first byte s | in all s | MB | server's peak MB |")
        print("|---|--:|--:|--:|--:|")
        with serving(home) as (pid, client):
            print(f"| (started) | | | | {peak_mb(pid):.0f} |")
            for path in paths(base, new):
                first_s, all_s, size = fetched(client, path)
                shown = path.replace(new, "NEW").replace(base, "BASE")
                print(
                    f"| `{shown}` | {first_s:.2f} | {all_s:.1f} | {size / 1e6:.1f} | {peak_mb(pid):.0f} |", flush=True
                )


def paths(base: JobId, new: JobId) -> list[str]:
    """Return what is asked for."""
    forms = ("csv", "jsonl", "junit.xml", "html", "json")
    return [
        f"/v1/jobs/{new}/results?limit=200",
        f"/v1/jobs/{new}/results?limit=200&verdict=fail",
        f"/v1/jobs/{new}/results?metric=none",
        *(f"/v1/jobs/{new}/report.{form}" for form in forms),
        f"/v1/test-runs/{new}",
        f"/v1/test-runs/{new}",
        f"/v1/comparisons?base={base}&new={new}",
    ]


def fetched(client: httpx.Client, path: str) -> tuple[float, float, int]:
    """Return the seconds to the first byte and to the last, and the size."""
    begun, size, first_s = time.monotonic(), 0, 0.0
    with client.stream("GET", path) as answer:
        answer.raise_for_status()
        for piece in answer.iter_raw():
            first_s = first_s or time.monotonic() - begun
            size += len(piece)
    return first_s, time.monotonic() - begun, size


def peak_mb(pid: int) -> float:
    """Return the process's high-water mark (Linux)."""
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


@contextmanager
def serving(home: str) -> Iterator[tuple[int, httpx.Client]]:
    """Yield a server process over the home, and a client that shows a key of it."""
    environment = {"ANTIPHON_HOME": home, "PATH": os.defpath}
    command = [sys.executable, "-m", "entrypoints.cli"]
    key = subprocess.run(
        [*command, "keys", "create", "--user", "local@localhost", "--scope", "read"],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()[-1]
    server = subprocess.Popen([*command, "api", "--port", str(PORT)], env=environment)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", trust_env=False, timeout=600) as client:
            client.headers["Authorization"] = f"Bearer {key}"
            _wait(client)
            yield server.pid, client
    finally:
        server.terminate()
        server.wait()


def _wait(client: httpx.Client) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            client.get("/healthz")
        except httpx.ConnectError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not come up")


if __name__ == "__main__":
    main()
