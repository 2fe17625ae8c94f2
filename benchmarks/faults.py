"""
A target with faults: 5 % of the answers are 429 with Retry-After, 2 % are 500, 1 % never come; beside a plain loop.

    .venv/bin/python -m benchmarks.faults --tests 2000 --concurrency 64 --deadline 5

Both repeat the same failures and give up a call after the same deadline. *good* is the number of answers, *failed* what
was given up; together they are all tests: nothing is lost.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.fanout import mock_target, moment, test_file
from benchmarks.servers import ANTIPHON, ROOT


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tests", type=int, default=2000)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--deadline", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    ratios = []
    print("variant         wall s   good  failed  ratio")
    with mock_target() as url, tempfile.TemporaryDirectory() as folder:
        for _ in range(options.rounds):
            loop_s = plain_loop(url.replace("/chat", "/faulty"), options)
            wall_s = embedded(url.replace("/chat", "/faulty"), options, Path(folder))
            ratios.append(wall_s / loop_s)
            print(f"{'':<38} {ratios[-1]:.2f}", flush=True)
    print(f"median ratio {median(ratios):.2f}")


def plain_loop(url: str, options: argparse.Namespace) -> float:
    """Run the loop; return its seconds."""
    words = ["--url", url, "--tests", str(options.tests), "--concurrency", str(options.concurrency)]
    words += ["--deadline", str(options.deadline)]
    done = subprocess.run([sys.executable, ROOT / "benchmarks/plain_loop.py", *words], check=True, capture_output=True)
    found = json.loads(done.stdout)
    return line("plain loop", found["wall_s"], good=found["passed"], failed=options.tests - found["passed"])


def embedded(url: str, options: argparse.Namespace, folder: Path) -> float:
    """Run the command on the embedded default; return the seconds from acceptance to end."""
    words = ["--target", url, "--body", '{"question": "{{ prompt }}"}', "--response-path", "answer", "--json"]
    words += ["--concurrency", str(options.concurrency), "--deadline", str(options.deadline)]
    environment = {**os.environ, "ANTIPHON_HOME": str(folder / "home")}
    done = subprocess.run(
        [*ANTIPHON, "run", test_file(folder, options.tests), *words], env=environment, capture_output=True, cwd=ROOT
    )
    job = json.loads(done.stdout)["job"]
    assert job["succeeded"] + job["failed"] == job["planned"] == options.tests, job
    wall_s = (moment(job["ended_at"]) - moment(job["created_at"])).total_seconds()
    return line("embedded", wall_s, good=job["succeeded"], failed=job["failed"])


def line(variant: str, wall_s: float, *, good: int, failed: int) -> float:
    """Print one line of the table; return the seconds."""
    print(f"{variant:<12} {wall_s:>9.2f} {good:>6} {failed:>7}", flush=True)
    return wall_s


if __name__ == "__main__":
    main()
