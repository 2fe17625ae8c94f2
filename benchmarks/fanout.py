"""
Fan-out: N tests against a mock target of 100 ms, beside a plain loop in the same run.

    .venv/bin/python -m benchmarks.fanout --tests 1000 5000 --concurrency 64 --rounds 3

Variants take turns, so that a machine that drifts does so for all of them. *wall* is from accepting the job to its
end; *command* is the whole process with start-up and reports; *ratio* is wall over that of the plain loop in the same
round. CPU and peak memory are the operating system's accounts of the processes that do the work. The server variant
starts a real Postgres, a real Redis and real workers (Linux only).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from statistics import median

from attrs import frozen

from benchmarks.servers import ANTIPHON, ROOT, servers

TICKS = os.sysconf("SC_CLK_TCK")


@frozen(kw_only=True)
class Run:
    """What one run of one variant cost; times in seconds."""

    wall_s: float
    command_s: float
    cpu_s: float
    peak_mb: float


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tests", type=int, nargs="+", default=[1000, 5000])
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", choices=["embedded", "server"], help="leave the other variant out")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(mock_target())
        variants = {"plain loop": plain_loop(url, options.concurrency)}
        if options.only != "server":
            variants["embedded"] = embedded(url, options.concurrency, folder)
        if options.only != "embedded":
            variants["Redis + Postgres"] = stack.enter_context(
                server(url, options.concurrency, folder, workers=options.workers)
            )
        print(" tests variant            wall s  ratio command s CPU ms/test  peak MB")
        for tests in options.tests:
            report(tests, [{name: run(tests) for name, run in variants.items()} for _ in range(options.rounds)])


def report(tests: int, rounds: list[dict[str, Run]]) -> None:
    """Print the medians over the rounds; the ratio is the median of the ratios."""
    for name in rounds[0]:
        runs = [found[name] for found in rounds]
        ratio = median(found[name].wall_s / found["plain loop"].wall_s for found in rounds)
        wall, command = median(run.wall_s for run in runs), median(run.command_s for run in runs)
        cpu, peak = median(run.cpu_s for run in runs) / tests * 1000, max(run.peak_mb for run in runs)
        print(f"{tests:>6} {name:<17} {wall:>7.2f} {ratio:>6.2f} {command:>9.2f} {cpu:>11.2f} {peak:>8.0f}", flush=True)


@contextmanager
def mock_target() -> Iterator[str]:
    """Serve the mock target in a process of its own; yield the address of its chat."""
    with subprocess.Popen([sys.executable, ROOT / "benchmarks/mock_target.py"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/chat"
        finally:
            process.kill()


def plain_loop(url: str, concurrency: int) -> Callable[[int], Run]:
    """Return the variant to compare with."""

    def run(tests: int) -> Run:
        words = ["--url", url, "--tests", str(tests), "--concurrency", str(concurrency)]
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, ROOT / "benchmarks/plain_loop.py", *words], check=True, capture_output=True
        )
        found = json.loads(done.stdout)
        assert found["passed"] == tests, found
        command_s = time.perf_counter() - started
        return Run(wall_s=found["wall_s"], command_s=command_s, cpu_s=found["cpu_s"], peak_mb=found["peak_mb"])

    return run


def embedded(url: str, concurrency: int, folder: Path) -> Callable[[int], Run]:
    """Return the variant with everything in the command's own process, on SQLite."""
    environment = {**os.environ, "ANTIPHON_HOME": str(folder / "home")}

    def run(tests: int) -> Run:
        command_s, wall_s, usage = command(url, concurrency, folder, tests, environment)
        return Run(
            wall_s=wall_s,
            command_s=command_s,
            cpu_s=usage.ru_utime + usage.ru_stime,
            peak_mb=usage.ru_maxrss / 1024,
        )

    return run


@contextmanager
def server(url: str, concurrency: int, folder: Path, *, workers: int) -> Iterator[Callable[[int], Run]]:
    """Yield the variant with Postgres, Redis and *workers* worker processes, which share the slots."""
    slots = -(-concurrency // workers)
    with servers(folder, workers=workers, slots=slots, settings={}) as started:
        environment = dict(started.environment)

        def run(tests: int) -> Run:
            before = sum(map(cpu_s, started.workers))
            command_s, wall_s, usage = command(url, concurrency, folder, tests, environment)
            spent = sum(map(cpu_s, started.workers)) - before
            return Run(
                wall_s=wall_s,
                command_s=command_s,
                cpu_s=spent + usage.ru_utime + usage.ru_stime,
                peak_mb=max(map(peak_mb, started.workers)),
            )

        run(10)  # the workers are up, connected and warm when this has ended
        yield run


def command(
    url: str, concurrency: int, folder: Path, tests: int, environment: dict[str, str]
) -> tuple[float, float, os.struct_rusage]:  # type: ignore[name-defined]  # it is there; typeshed hides its name
    """Run the tests by the command line; return seconds in all, seconds of the job, and what the process used."""
    words = ["--target", url, "--body", '{"question": "{{ prompt }}"}', "--response-path", "answer"]
    words += ["--concurrency", str(concurrency), "--json"]
    file, out = test_file(folder, tests), folder / "out.json"
    started = time.perf_counter()
    with out.open("wb") as stdout:
        process = subprocess.Popen([*ANTIPHON, "run", file, *words], env=environment, stdout=stdout, cwd=ROOT)
        _, status, usage = os.wait4(process.pid, 0)
    command_s = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    job = json.loads(out.read_text())["job"]
    assert (job["status"], job["succeeded"]) == ("completed", tests), job
    return command_s, (moment(job["ended_at"]) - moment(job["created_at"])).total_seconds(), usage


def test_file(folder: Path, tests: int) -> Path:
    """Write *tests* tests with one `contains` each."""
    path = folder / f"tests-{tests}.jsonl"
    if not path.exists():
        rows = (
            {
                "id": f"t{no}",
                "prompt": "{{ question }}",
                "variables": {"question": f"q{no}"},
                "metrics": [{"contains": f"q{no}"}],
            }
            for no in range(tests)
        )
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def cpu_s(pid: int) -> float:
    """Return the CPU seconds a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_mb(pid: int) -> float:
    """Return the most memory a process has held."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def moment(text: str) -> datetime:
    """Read an ISO time."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


if __name__ == "__main__":
    main()
