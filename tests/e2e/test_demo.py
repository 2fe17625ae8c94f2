"""The first command anybody runs."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import pytest
from openpyxl import load_workbook

from domain.jobs.errors import InvalidInput
from entrypoints.cli import demo as command
from tests.e2e.command_line import CommandLine, Ended
from tests.e2e.documents import ROOT

HEADLINE = "60 planned = 57 succeeded + 3 failed + 0 skipped + 0 cancelled"


def test_the_demo_ends_partial_with_failures_to_look_at(cli: CommandLine) -> None:
    """The numbers are those of examples/support-bot/README.md; it promises that every run ends alike."""
    demo = cli.run("demo")
    job = cli.run("jobs", "show", "last", "--json").document

    assert demo.code == 0, demo.stderr
    assert f"partial  support-bot: {HEADLINE}" in demo.stdout
    assert all(f"  {key}: " in demo.stdout for key in ("give-it-back", "warranty-tents", "support-phone"))
    assert "2 x server_error" in demo.stdout
    assert "1 x bad_answer" in demo.stdout
    assert job["verdicts"] == {"pass": 52, "fail": 5, "inconclusive": 0}
    assert [(gate["gate"], gate["met"]) for gate in job["gates"]] == [("min_pass_rate", True), ("max_errors", True)]
    assert _places(demo) == [str(cli.home / "reports" / f"{job['job']['id']}.html"), str(cli.home / "antiphon.db")]
    assert "partial: 1 of 3 work" in demo.stderr
    assert "bad-key: models: GET http" in demo.stderr
    assert "the key is wrong, or was revoked" in demo.stderr
    assert "dead: tcp: http" in demo.stderr
    assert "look whether the server runs" in demo.stderr
    assert _part("first sync") in demo.stdout, demo.stderr
    assert _part("imported    questionnaire.xlsx") in demo.stdout, demo.stderr
    assert _cells(cli.home / "reports" / "questionnaire-answered.xlsx") == 13
    assert "demo-key-of-nobody" not in demo.stderr + demo.stdout
    assert "<html" in (cli.home / "reports" / f"{job['job']['id']}.html").read_text()
    assert (cli.home / "antiphon.db").exists()


def test_without_the_examples_the_library_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who installed the package has no support bot to ask, and the library's documents come with the step."""
    monkeypatch.setattr(command, "EXAMPLE", tmp_path / "not-packed")
    monkeypatch.setenv("ANTIPHON_HOME", str(tmp_path / "home"))

    assert command.demo.main([], standalone_mode=False) == 0

    printed = capsys.readouterr().out.splitlines()  # with the log, which only the command line quietens
    assert [line for line in _part("first sync").splitlines() if line not in printed] == []
    assert not (tmp_path / "home").exists()
    with pytest.raises(InvalidInput, match="no run to report"):
        command.demo.main(["--json"], standalone_mode=False)


def test_the_command_is_installed_under_its_name() -> None:
    """The other tests start the same function by its module, which works while an installation is being renewed."""
    [command] = entry_points(group="console_scripts", name="antiphon")

    assert command.value == "entrypoints.cli.main:main"


def _part(beginning: str) -> str:
    """Return what the README says of the part whose output begins so."""
    text = (ROOT / "README.md").read_text()
    return beginning + text.split(f"```text\n{beginning}", 1)[1].split("```", 1)[0]


def _cells(workbook: Path) -> int:
    """Return how many cells of the buyer's column for answers are filled in, the heading left out."""
    column = load_workbook(workbook)["Questionnaire"]["C"]
    return sum(cell.value is not None for cell in column) - 1


def _places(demo: Ended) -> list[str]:
    named = dict(line.split(maxsplit=1) for line in demo.stderr.splitlines() if line.startswith(("report ", "stored ")))
    return [named["report"], named["stored"].removeprefix("SQLite database ")]
