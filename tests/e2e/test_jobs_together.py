"""Several processes and one database: one runs a job, the others watch, cancel, or have jobs of their own."""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.command_line import CommandLine, lines_asking, wait_until
from tests.e2e.mock_target import HELD, MockTarget

LONG = 10_000


def test_a_job_is_watched_and_cancelled_from_outside_and_resumed(cli: CommandLine, target: MockTarget) -> None:
    """Somebody sees that the run is wrong while it goes on elsewhere; later it is gone on with after all."""
    tests = cli.write("tests.jsonl", lines_asking(300))
    target.hold()
    with cli.started("run", tests, "--target", target.url, "--concurrency", "8", "--json", *HELD) as running:
        target.wait_until_asked(8)
        [job] = cli.jobs()
        refused = cli.run("jobs", "resume", job["id"])
        with cli.started("jobs", "watch", job["id"], "--json") as watching:
            cancelled = cli.run("jobs", "cancel", job["id"], "--json")
            target.release()
            run, watched = running.wait(), watching.wait()
    asked_by_then = target.total
    resumed = cli.run("jobs", "resume", job["id"], "--json")

    assert (job["standing"], job["running"], job["pending"]) == ("processing", 8, 292)
    assert refused.code == 2
    assert f"job {job['id']} is being run by another process on this machine" in refused.stderr
    assert (cancelled.code, cancelled.document["cancelled"], cancelled.document["running"]) == (0, 292, 8)
    assert (run.code, watched.code) == (4, 4)
    assert run.document == watched.document
    assert run.document["job"]["status"] == "cancelled"
    assert (run.document["job"]["succeeded"], run.document["job"]["cancelled"]) == (8, 292)
    assert asked_by_then == 8  # not a single new call after the cancel
    assert (resumed.code, resumed.document["job"]["succeeded"]) == (0, 300)
    assert set(target.asked.values()) == {1}


def test_two_runs_at_once_on_an_empty_home_both_end_right(cli: CommandLine, target: MockTarget) -> None:
    """Both find no tables, both write one database: nothing of either may be lost, or done by the other."""
    files = [cli.write(f"tests-{no}.jsonl", lines_asking(150, first=no * 1000)) for no in (1, 2)]

    with ThreadPoolExecutor(2) as both:
        runs = list(both.map(lambda tests: cli.run("run", tests, "--target", target.url, "--json"), files))

    assert [run.code for run in runs] == [0, 0], [run.stderr for run in runs]
    assert [run.document["job"]["succeeded"] for run in runs] == [150, 150]
    assert len(target.asked) == 300
    assert set(target.asked.values()) == {1}
    assert len({job["id"] for job in cli.jobs()}) == 2


def test_a_run_that_ends_takes_nothing_of_a_longer_one_with_it(cli: CommandLine, target: MockTarget) -> None:
    """Each process is its own broker: a message of the other's job that it took would be lost when it ends."""
    long = cli.write("long.jsonl", lines_asking(250))
    short = cli.write("short.jsonl", lines_asking(4, first=1000))
    options = ("--target", target.url, "--json", *HELD, "--concurrency")

    target.hold("question 125")
    # what is lost stays lost: nothing is sent again before the test gives up
    with cli.started("run", long, *options, "1", ANTIPHON_RESEND_AFTER_S="3600") as running:
        target.wait_until_asked(20)
        shorts = [cli.run("run", short, *options, "4") for _ in range(2)]
        assert not running.has_ended
        target.release()
        run = running.wait()

    assert [short.code for short in shorts] == [0, 0]
    assert (run.code, run.document["job"]["succeeded"]) == (0, 250)
    assert max(target.asked[f"question {no}"] for no in range(250)) == 1


def test_a_run_interrupted_while_it_plans_is_planned_anew(cli: CommandLine, target: MockTarget) -> None:
    """A half-written plan looks like a whole one to nobody; what is resumed has all its tests."""
    tests = cli.write("tests.jsonl", lines_asking(LONG))
    with cli.started("run", tests, "--target", target.url) as running:
        wait_until(lambda: _rows(cli.home / "antiphon.db"), what="the first rows of a plan")
        running.send(signal.SIGINT)
        interrupted = running.wait()
    [before] = cli.jobs()
    target.hold()
    with cli.started("jobs", "resume", "last"):
        target.wait_until_asked(1)
        [resumed] = cli.jobs()

    assert (interrupted.code, interrupted.stdout) == (130, "")
    assert before["standing"] == "interrupted"
    assert before["planned"] is None
    assert resumed["planned"] == LONG


def _rows(database: Path) -> int:
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM item").fetchone()[0])
    except sqlite3.OperationalError:  # no file yet, or no tables
        return 0


@pytest.fixture
def target() -> Iterator[MockTarget]:
    """A target that takes a moment."""
    with MockTarget(pause_s=0.01).running() as running:
        yield running
