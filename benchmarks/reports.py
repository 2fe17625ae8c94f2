"""
Reports of large stored runs: seconds and peak memory of comparing, reporting and exporting them.

    .venv/bin/python -m benchmarks.reports --tests 100000

Two runs of so many tests are written into an embedded database, with two metrics each and answers of some 600
characters; the second differs in a few per cent of the tests. Each line is a command of its own, with its start-up,
measured by the operating system.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import attrs
from attrs import frozen

from domain.jobs.claims import Claim, Ended
from domain.jobs.closing import settle_shard
from domain.jobs.item import ItemNo, ItemState, Outcome, PlannedItem, WorkerId
from domain.jobs.job import Job, JobId, JobStatus, PlanningLease, closed, frozen_plan, planning
from domain.jobs.plan import Shard, ShardState
from domain.jobs.service import Submission
from domain.test_execution.codec import item_to_json, result_to_json
from domain.test_execution.metric import Metric, Score, Verdict, verdict_of, weighted_value
from domain.test_execution.named_target import only
from domain.test_execution.run import KIND, RunSpec
from domain.test_execution.target import Answer, PythonTarget
from domain.test_execution.test_set import TestCase, TestItem, TestSetId
from entrypoints.cli.opening import open_antiphon
from entrypoints.container import Antiphon
from entrypoints.settings import read_settings

PAGE = 2_000
LOOK_S = 0.02
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORDS = (
    "refund", "parcel", "tent", "jacket", "warranty", "order", "return", "days", "delivery", "size", "store", "boots",
    "morning", "customer",
)  # fmt: skip
METRICS = (
    Metric(name="names the rule", kind="contains", value="days"),
    Metric(name="short", kind="word-count", value=200, required=False),
)


@frozen(kw_only=True)
class Cost:
    """What a command cost: *wall_s* depends on what else the machine does, *cpu_s* hardly."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def main() -> None:
    """Write the runs, measure the commands, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tests", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="folder to leave the files in, to look at them")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        home = folder / "home"
        antiphon = open_antiphon(attrs.evolve(read_settings(), home=home))
        base, new = (stored_run(antiphon, tests=options.tests, seed=seed) for seed in (1, 2))
        print(
            f"{options.tests:,} tests a run\n\n| command | CPU s | wall s | peak MB | file MB |\n|---|--:|--:|--:|--:|"
        )
        for words, file in commands(base, new, folder):
            cost = measured(words, home=home)
            size = f"{file.stat().st_size / 1e6:.1f}" if file else ""
            named = f"`{' '.join(words[:2])}{shown(file)}`"
            print(f"| {named} | {cost.cpu_s:.1f} | {cost.wall_s:.1f} | {cost.peak_mb:.0f} | {size} |", flush=True)


def commands(base: JobId, new: JobId, folder: Path) -> list[tuple[list[str], Path | None]]:
    """Return what is measured: the words of each command, and the file it writes."""
    exports: list[tuple[list[str], Path | None]] = []
    for form in ("jsonl", "csv", "promptfoo", "junit", "html"):
        file = folder / f"run.{form}"
        exports.append((["runs", "export", new, "--format", form, "-o", str(file)], file))
    page = folder / "compare.html"
    return [
        (["jobs", "list"], None),
        (["jobs", "show", new, "--json"], None),
        (["runs", "compare", base, new, "--json"], None),
        (["runs", "compare", base, new, "--json", "--html", str(page)], page),
        *exports,
    ]


def shown(file: Path | None) -> str:
    """Return how the table names a command's file."""
    return f" {file.suffix}" if file else ""


def measured(words: list[str], *, home: Path) -> Cost:
    """Run a command; return what it cost (Linux: memory is the kernel's high-water mark, looked at)."""
    begun, peak_kb, ended = time.monotonic(), 0, 0
    command = [sys.executable, "-m", "entrypoints.cli", *words]
    environment = {"ANTIPHON_HOME": str(home), "PATH": os.defpath}
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    while not ended:
        with suppress(OSError):
            found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{child.pid}/status").read_text())
            peak_kb = max(peak_kb, int(found[1]) if found else 0)
        time.sleep(LOOK_S)
        ended, status, used = os.wait4(child.pid, os.WNOHANG)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(words)}: ended with status {child.returncode}")
    return Cost(wall_s=time.monotonic() - begun, cpu_s=used.ru_utime + used.ru_stime, peak_mb=peak_kb / 1024)


def stored_run(antiphon: Antiphon, *, tests: int, seed: int) -> JobId:
    """Write a run that has ended; return its job's id."""
    target = only(PythonTarget(module="bot", function="answer"))
    spec = RunSpec(test_set_id=TestSetId("large"), test_set_name="large", targets=target)
    job = antiphon.jobs.submit(antiphon.tenant, Submission(kind=KIND, spec=spec.to_document()))
    random = Random(seed)
    planned = [Shard(no=no, first=ItemNo(first), last=ItemNo(min(first + PAGE, tests) - 1), state=ShardState.SENT)
               for no, first in enumerate(range(0, tests, PAGE))]  # fmt: skip
    lease = PlanningLease(token=1, until=NOW)
    job = frozen_plan(planning(job, lease=lease, task_id=None, now=NOW), planned=tests, window=1, chunk=1, now=NOW)
    with antiphon.store.begin(antiphon.tenant) as work:
        work.jobs.put(job)
        work.ledger.cut(job.id, planned)
        work.commit()
    for shard in planned:
        _write_shard(antiphon, job, shard, random)
    with antiphon.store.begin(antiphon.tenant) as work:
        work.jobs.close(closed(job, JobStatus.COMPLETED, now=NOW + timedelta(minutes=9)), revision=job.revision)
        work.commit()
    return job.id


def _write_shard(antiphon: Antiphon, job: Job, shard: Shard, random: Random) -> None:
    numbers = tuple(ItemNo(no) for no in range(shard.first, shard.last + 1))
    later = NOW + timedelta(days=1)
    claim = Claim(job_id=job.id, numbers=numbers, worker_id=WorkerId("w"), concurrency=len(numbers), lease_until=later,
                  deadline_at=later, now=NOW)  # fmt: skip
    with antiphon.store.begin(antiphon.tenant) as work:
        work.ledger.add(job.id, shard.first, [_planned(no) for no in numbers])
        granted = work.ledger.claim(claim).granted
        reports = [Ended(no=item.no, token=item.token, outcome=_outcome(item.no, random)) for item in granted]
        work.ledger.record(job.id, reports, now=NOW + timedelta(seconds=1))
        settle_shard(work, job, shard)
        work.commit()


def _case(no: int) -> TestCase:
    return TestCase(id=f"question-{no:06d}", prompt=f"What about {WORDS[no % 14]} number {no}?", metrics=METRICS,
                    tags=(("billing", "returns", "products")[no % 3],))  # fmt: skip


def _planned(no: int) -> PlannedItem:
    item = TestItem(case=_case(no), repeat=1)
    return PlannedItem(key=item.key, input=item_to_json(item))


def _outcome(no: int, random: Random) -> Outcome:
    is_right = Random(no).random() < 0.92 and random.random() < 0.98
    text = " ".join(random.choices(WORDS, k=90))
    scores = [
        Score(metric=METRICS[0].name, kind="contains", verdict=Verdict.PASS if is_right else Verdict.FAIL,
              value=float(is_right), reason=f"'days' is {'' if is_right else 'not '}in the answer"),
        Score(metric=METRICS[1].name, kind="word-count", verdict=Verdict.PASS, value=round(random.random(), 3),
              reason="90 words", required=False),
    ]  # fmt: skip
    answer = Answer(text=text, latency_s=random.lognormvariate(-1, 0.5), prompt_tokens=20, completion_tokens=110)
    result = result_to_json(_case(no).prompt, answer, scores, weighted_value(scores))
    return Outcome(state=ItemState.SUCCEEDED, verdict=verdict_of(scores).value, result=result)


if __name__ == "__main__":
    main()
