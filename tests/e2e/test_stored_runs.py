"""`antiphon runs`: two stored runs compared and exported, as a release pipeline does it."""

from __future__ import annotations

import csv
import json

import pytest

from tests.e2e.command_line import CommandLine, lines_asking

BOT = """
def good(prompt, variables):
    return prompt

def bad(prompt, variables):
    return "no idea" if int(prompt.split()[-1]) < 8 else prompt
"""


@pytest.fixture(scope="module")
def releases(shared_cli: CommandLine) -> tuple[str, str]:
    """The ids of two runs of the same 30 tests: one that passes all, and one that fails 8."""
    shared_cli.write("releases.py", BOT)
    tests = shared_cli.write("releases.jsonl", lines_asking(30))
    ended = [shared_cli.run("run", tests, "--target", f"python:releases:{name}", "--json") for name in ("good", "bad")]
    good, bad = (run.document["job"]["id"] for run in ended)
    return good, bad


def test_a_regression_fails_the_build(shared_cli: CommandLine, releases: tuple[str, str]) -> None:
    """Exit code 1, one document, and a summary for the pull request."""
    run = shared_cli.run("runs", "compare", *releases, "--fail-on-regression", "--markdown", "pr.md", "--json")

    assert run.code == 1
    assert (run.document["regressed"], run.document["pass_rate"]["finding"]) == (8, "lower")
    assert "Regressions (8)" in (shared_cli.folder / "pr.md").read_text()


def test_an_improvement_and_a_repetition_pass(shared_cli: CommandLine, releases: tuple[str, str]) -> None:
    """The gate is one-sided; and a run compared with itself shows nothing, and says what it could have shown."""
    good, bad = releases

    assert shared_cli.run("runs", "compare", bad, good, "--fail-on-regression").code == 0
    same = shared_cli.run("runs", "compare", bad, bad, "--fail-on-regression")
    assert same.code == 0
    assert "no difference shown; one of 20.0 pt would have been" in same.stdout


def test_without_a_gate_a_comparison_is_only_a_look(shared_cli: CommandLine, releases: tuple[str, str]) -> None:
    """Reading must not fail a script."""
    assert shared_cli.run("runs", "compare", *releases).code == 0


def test_runs_that_share_no_test_can_t_be_compared(shared_cli: CommandLine, releases: tuple[str, str]) -> None:
    """A comparison over nothing would let a release pass that nobody looked at."""
    other = shared_cli.write("others.jsonl", '{"id": "x", "prompt": "x", "metrics": [{"contains": "x"}]}\n')
    ended = shared_cli.run("run", other, "--target", "python:releases:good", "--json")

    run = shared_cli.run("runs", "compare", releases[0], ended.document["job"]["id"], "--markdown", "none.md")

    assert run.code == 2
    assert "the two runs share no test: 30 are only in the base run, 1 only in the new one" in run.stderr
    assert not (shared_cli.folder / "none.md").exists()


def test_a_run_is_exported_in_each_form(shared_cli: CommandLine, releases: tuple[str, str]) -> None:
    """The ending of the file says which; each holds every test."""
    for name in ("run.jsonl", "run.csv", "run.xml", "run.html"):
        assert shared_cli.run("runs", "export", releases[1], "-o", name).code == 0
    lines = (shared_cli.folder / "run.jsonl").read_text().splitlines()
    with (shared_cli.folder / "run.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    assert (
        [json.loads(line)["test"] for line in lines] == [row["test"] for row in rows] == [f"t{no}" for no in range(30)]
    )
    assert (shared_cli.folder / "run.xml").read_text().count("<failure") == 8
    assert (shared_cli.folder / "run.html").stat().st_size > 10_000


def test_a_file_that_says_no_form_is_asked_about(shared_cli: CommandLine, releases: tuple[str, str]) -> None:
    """Guessing would write the wrong thing under the right name."""
    run = shared_cli.run("runs", "export", releases[0], "-o", "run.dat")

    assert run.code == 2
    assert "say which of jsonl, csv, promptfoo, junit, html" in run.stderr
