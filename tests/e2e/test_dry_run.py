"""`--dry-run` from the command line: a forecast, and not one call."""

from __future__ import annotations

from tests.e2e.command_line import CommandLine, lines_asking
from tests.e2e.mock_target import MockTarget


def test_a_dry_run_calls_nobody_and_stores_nothing(cli: CommandLine) -> None:
    """It is asked before money is spent; without the key that a run would need, too."""
    tests = cli.write("tests.jsonl", lines_asking(20))
    with MockTarget().running() as target:
        own = cli.run("run", tests, "--target", target.url, "--dry-run", "--json")

        assert target.total == 0
    model = cli.run("run", tests, "--target", "openai:gpt-5-mini", "--dry-run")

    assert own.code == model.code == 0, own.stderr + model.stderr
    assert own.document["calls"] == own.document["items"] == 20
    assert own.document["targets"][0]["estimated_cost_usd"] is None
    assert "20 items, 20 calls, about $0.00" in model.stdout
    assert "price unknown" not in model.stdout
    assert cli.jobs() == []
