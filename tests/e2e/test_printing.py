"""What is printed, and where it can't be: reports outlive a broken output, and no file's words steer a terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.command_line import CommandLine, lines_asking

NOISY = """
print("imported")
def answer(prompt, variables):
    print("called")
    return prompt
"""
ODD = """
import datetime
def answer(prompt, variables):
    return {"answer": "a\\ud800", "n": float("inf"), "when": datetime.datetime(2026, 1, 1)}
"""
ESCAPE = "\x1b]0;owned\x07"


@pytest.mark.parametrize("redirection", [">/dev/full", ">&-", ">&- 2>&-"])
def test_the_report_is_there_even_where_nothing_can_be_printed(cli: CommandLine, redirection: str) -> None:
    """Two hours of calls must not be lost to a full disk under standard output."""
    cli.write("shop.py", NOISY)
    cli.write("tests.jsonl", lines_asking(2))
    words = f"-m entrypoints.cli run tests.jsonl --target python:shop:answer --html p.html {redirection}"

    ended = _shell(cli, words)

    assert ended.returncode == (5 if "full" in redirection else 0), ended.stderr
    assert (cli.folder / "p.html").exists()
    assert "Traceback" not in ended.stderr
    if "full" in redirection:
        assert "standard output can't be written (No space left on device)" in ended.stderr
        assert "bug" not in ended.stderr


def test_a_reader_that_went_away_does_not_cost_the_report(cli: CommandLine) -> None:
    """`antiphon run ... --html p.html | head -1` is how people look."""
    cli.write("shop.py", NOISY)
    tests = cli.write("tests.jsonl", lines_asking(2))

    run = cli.run("run", tests, "--target", "python:shop:answer", "--html", "p.html", reader_left=True)

    assert run.code == 141
    assert (cli.folder / "p.html").exists()


@pytest.mark.parametrize("words", [["run"], ["targets", "check"]], ids=["run", "check"])
def test_what_a_python_target_prints_is_not_in_the_document(cli: CommandLine, words: list[str]) -> None:
    """`--json` promises exactly one document; a forgotten print in somebody's function must not break it."""
    cli.write("shop.py", NOISY)
    tests = cli.write("tests.jsonl", lines_asking(1))

    ended = cli.run(*words, tests, "--target", "python:shop:answer", "--json")

    assert ended.code == 0
    assert ended.document
    assert "imported" in ended.stderr
    assert "called" in ended.stderr


def test_escape_sequences_of_a_file_do_not_reach_the_terminal(cli: CommandLine) -> None:
    """A file of tests comes from somebody else; it must not set titles, or hide what failed."""
    cli.write("shop.py", NOISY)
    case = {"id": "t", "question": "q", "contains": f"x{ESCAPE}", "tags": [f"tag{ESCAPE}"]}
    tests = cli.write(f"set{ESCAPE}.jsonl", json.dumps(case) + "\n")

    run = cli.run("run", tests, "--target", "python:shop:answer")
    validate = cli.run("tests", "validate", tests)
    no_tag = cli.run("run", tests, "--target", "python:shop:answer", "--tag", "no")

    assert (run.code, validate.code, no_tag.code) == (0, 0, 2), run.stderr
    for ended in (run, validate, no_tag):
        assert "\x1b" not in ended.stdout + ended.stderr
        assert "\x07" not in ended.stdout + ended.stderr


def test_names_of_metrics_warnings_and_what_scripts_say_do_not_reach_the_terminal_as_they_are(cli: CommandLine) -> None:
    """Each of them is somebody else's text: a name in a file, a reason that a script makes up, a misspelt key."""
    cli.write("shop.py", NOISY)
    script = f"({{pass: false, score: 0, reason: '{ESCAPE}'}})"
    metrics = [{"kind": "contains", "value": "x", "name": f"m{ESCAPE}"}, {"kind": "javascript", "value": script}]
    case = {"id": "t", "question": "q", "metrics": metrics, f"expectd{ESCAPE}": "x"}
    tests = cli.write("set.jsonl", json.dumps(case) + "\n")

    run = cli.run("run", tests, "--target", "python:shop:answer", "--junit", "j.xml")
    validate = cli.run("tests", "validate", tests)

    assert (run.code, validate.code) == (0, 0), run.stderr + validate.stderr
    for text in (run.stdout, run.stderr, validate.stdout, validate.stderr, (cli.folder / "j.xml").read_text()):
        assert "\x1b" not in text
        assert "\x07" not in text


def test_a_file_may_have_a_name_that_is_not_text(cli: CommandLine) -> None:
    """File systems allow any bytes; the name becomes the set's, which must be storable."""
    cli.write("shop.py", NOISY)
    tests = Path(os.fsdecode(os.fsencode(cli.folder / "bad") + b"\xff.jsonl"))
    tests.write_text(lines_asking(1))

    run = cli.run("run", tests, "--target", "python:shop:answer")

    assert run.code == 0, run.stderr
    assert "bad\ufffd" in run.stdout


@pytest.mark.parametrize("option", [["--json"], []])
def test_an_answer_that_no_json_can_hold_is_still_shown(cli: CommandLine, option: list[str]) -> None:
    """`targets check` is where people find out what their function returns."""
    cli.write("shop.py", ODD)
    tests = cli.write("tests.jsonl", lines_asking(1))

    checked = cli.run("targets", "check", tests, "--target", "python:shop:answer", *option)

    assert checked.code in (0, 4), checked.stderr
    assert "Infinity" not in checked.stdout
    if option:
        assert checked.document["prompt"] == "question 0"


def _shell(cli: CommandLine, words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "ANTIPHON_HOME": str(cli.home), "PYTHONPYCACHEPREFIX": str(cli.bytecode)}
    return subprocess.run(
        ["sh", "-c", f"{sys.executable} {words}"],
        cwd=cli.folder,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
