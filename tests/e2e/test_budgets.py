"""A budget on the command line: what it stops, what it says, and that the rest can be run later."""

from __future__ import annotations

from tests.e2e.command_line import CommandLine, lines_asking
from tests.e2e.mock_target import MockTarget


def test_a_run_stops_at_its_budget_and_the_rest_runs_when_asked_for(cli: CommandLine, target: MockTarget) -> None:
    """Three calls were allowed, three were made; what they brought is kept, the others say why they were not run."""
    tests = cli.write("tests.jsonl", lines_asking(5))

    run = cli.run("run", tests, "--target", target.url, "--response-path", "answer", "--max-requests", "3", "--json")

    assert run.code == 3
    assert (run.document["job"]["status"], run.document["job"]["succeeded"]) == ("partial", 3)
    assert run.document["usage"]["requests"] == 3
    [error] = run.document["errors"]
    assert (error["kind"], error["count"]) == ("budget", 2)
    assert "3 requests (--max-requests)" in error["message"]
    again = cli.run("jobs", "retry-failed", "last")
    assert again.code == 0
    assert "spent     5 requests" in again.stdout


def test_an_amount_that_is_none_is_refused_before_anything_is_stored(cli: CommandLine, target: MockTarget) -> None:
    """A budget that was misread would be found out by the bill."""
    tests = cli.write("tests.jsonl", lines_asking(1))

    run = cli.run("run", tests, "--target", target.url, "--max-cost", "half a dollar")

    assert run.code == 2
    assert "'half a dollar' is no amount of dollars; write it like 0.50" in run.stderr
