"""A run that is killed or interrupted half-way: nothing is lost, and little is asked twice."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.e2e.command_line import CommandLine, lines_asking, wait_until
from tests.e2e.mock_target import HELD, MockTarget

IN_FLIGHT = 16
NEVER_S = "3600"
"""Whoever waits for the end of a lease here is found out."""


@pytest.fixture
def target() -> Iterator[MockTarget]:
    """A target as quick as a small model: some 20 ms an answer."""
    with MockTarget(pause_s=0.02).running() as running:
        yield running


def test_a_killed_run_is_resumed_at_once_and_ends_exact(cli: CommandLine, target: MockTarget) -> None:
    """A laptop that dies at test 500 of 1,000 must cost neither the answers it has nor the wait for a lease."""
    tests = cli.write("tests.jsonl", lines_asking(1000))
    target.hold(after=500)
    words = ("--target", target.url, "--concurrency", IN_FLIGHT, *HELD)
    with cli.started("run", tests, *words, ANTIPHON_LEASE_S=NEVER_S) as run:
        target.wait_until_asked(500 + IN_FLIGHT)
        with cli.started("jobs", "watch", "last", "--json") as watch:
            run.send(signal.SIGKILL)
            run.wait()
            target.release()
            target.wait_until_idle()
            asked_before = target.total
            watched = watch.wait()

    resumed = cli.run("jobs", "resume", "last", "--json", ANTIPHON_LEASE_S=NEVER_S)

    assert watched.code == 130
    assert "no process is at work on it; `antiphon jobs resume" in watched.stderr
    assert resumed.code == 0, resumed.stderr
    assert resumed.document["job"]["planned"] == resumed.document["job"]["succeeded"] == 1000
    assert resumed.document["verdicts"] == {"pass": 1000, "fail": 0, "inconclusive": 0}
    assert asked_before == 500 + IN_FLIGHT
    assert len(target.asked) == 1000
    assert max(target.asked.values()) <= 2
    assert target.total - 1000 <= IN_FLIGHT


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=lambda stop: stop.name)
def test_an_interrupted_run_gives_back_what_it_has_in_hand(
    cli: CommandLine, target: MockTarget, stop: signal.Signals
) -> None:
    """Ctrl-C is how people pause; what a shell or a service manager sends must do no more harm."""
    tests = cli.write("tests.jsonl", lines_asking(300))
    others = cli.write("others.jsonl", lines_asking(3, first=1000))
    target.hold(after=100)
    with cli.started("run", tests, "--target", target.url, "--concurrency", IN_FLIGHT, *HELD) as run:
        target.wait_until_asked(100 + IN_FLIGHT)
        run.send(stop)
        interrupted = run.wait()
    target.release()
    target.wait_until_idle()
    asked_before = target.total
    [job] = cli.jobs()
    other = cli.run("run", others, "--target", target.url)
    asked_after = target.total

    resumed = cli.run("jobs", "resume", job["id"], "--json")

    assert interrupted.code == 130
    assert f"`antiphon jobs resume {job['id']}` goes on with it" in interrupted.stderr
    assert "Traceback" not in interrupted.stderr
    assert (job["standing"], job["running"]) == ("interrupted", 0)
    assert (other.code, asked_after - asked_before) == (0, 3)  # nobody asked to go on with the first one yet
    assert resumed.code == 0, resumed.stderr
    assert resumed.document["job"]["succeeded"] == 300
    assert len(target.asked) == 303
    assert target.total - 303 <= IN_FLIGHT


def test_a_run_whose_target_hangs_can_be_interrupted(cli: CommandLine, target: MockTarget) -> None:
    """A thread that waits for an answer can't be stopped; the command must end without it."""
    tests = cli.write("tests.jsonl", lines_asking(3))
    target.hold()
    with cli.started("run", tests, "--target", target.url, *HELD) as run:
        target.wait_until_asked(3)
        run.send(signal.SIGINT)
        wait_until(lambda: run.has_ended, what="the end of an interrupted run")
        interrupted = run.wait()

    assert interrupted.code == 130
    assert cli.jobs()[0]["running"] == 0
