"""`antiphon configs`: what is run again and again, saved under a name."""

from __future__ import annotations

import pytest

from tests.e2e.command_line import CommandLine, lines_asking

BOT = """
def answer(prompt, variables):
    return prompt
"""


@pytest.fixture
def saved(cli: CommandLine) -> CommandLine:
    """A command line with a configuration `nightly` of four tests."""
    cli.write("shop.py", BOT)
    cli.write("tests.jsonl", lines_asking(4))
    words = ("--target", "python:shop:answer", "--min-pass-rate", "1", "--concurrency", "3")
    assert cli.run("configs", "save", "nightly", "tests.jsonl", *words).code == 0
    return cli


def test_a_saved_configuration_runs_by_its_name_without_its_file(saved: CommandLine) -> None:
    """The file may have changed or gone; the run is what was saved, gates included."""
    (saved.folder / "tests.jsonl").unlink()
    run = saved.run("configs", "run", "nightly", "--json")

    assert run.code == 0, run.stderr
    assert run.document["job"]["planned"] == 4
    assert [gate["met"] for gate in run.document["gates"]] == [True]


def test_a_change_is_a_new_version_and_the_old_one_can_still_be_run(saved: CommandLine) -> None:
    """Comparing with how it was last week needs last week's tests."""
    saved.write("tests.jsonl", lines_asking(6))
    again = saved.run("configs", "save", "nightly", "tests.jsonl", "--target", "python:shop:answer", "--json")
    same = saved.run("configs", "save", "nightly", "tests.jsonl", "--target", "python:shop:answer", "--json")

    assert (again.document["version"], same.document["version"]) == (2, 2)
    assert saved.run("configs", "run", "nightly", "--json").document["job"]["planned"] == 6
    assert saved.run("configs", "run", "nightly", "--version", "1", "--json").document["job"]["planned"] == 4


def test_a_configuration_is_listed_shown_and_deleted(saved: CommandLine) -> None:
    """Its owner sees what is in it, and past runs survive its end."""
    saved.run("configs", "run", "nightly")
    shown = saved.run("configs", "show", "nightly", "--json").document
    listed = saved.run("configs", "list", "--json").document["configurations"]

    assert [one["name"] for one in listed] == ["nightly"]
    assert (shown["tests"], shown["body"]["options"]["concurrency"]) == (4, 3)
    told = saved.run("configs", "show", "nightly").stdout
    assert "version 1 of 1" in told
    assert "target    kind python, module shop, function answer" in told
    assert "concurrency 3" in told
    assert saved.run("configs", "delete", "nightly").code == 0
    gone = saved.run("configs", "run", "nightly")
    assert (gone.code, "nothing is saved so" in gone.stderr) == (2, True)
    assert saved.run("jobs", "show", "last").code == 0


def test_a_name_that_needs_quotes_is_refused(saved: CommandLine) -> None:
    """Names stand in scripts, schedules and paths."""
    refused = saved.run("configs", "save", "every night", "tests.jsonl", "--target", "python:shop:answer")

    assert refused.code == 2
    assert "expected 1 to 100 letters" in refused.stderr
