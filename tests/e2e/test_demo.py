"""The first command anybody runs."""

from __future__ import annotations

from importlib.metadata import entry_points

from tests.e2e.command_line import CommandLine, Ended

HEADLINE = "60 planned = 57 succeeded + 3 failed + 0 skipped + 0 cancelled"


def test_the_demo_ends_partial_with_failures_to_look_at(cli: CommandLine) -> None:
    """The numbers are those of examples/support-bot/README.md; it promises that every run ends alike."""
    demo = cli.run("demo")
    job = cli.run("jobs", "show", "last", "--json").document

    assert demo.code == 0, demo.stderr
    assert demo.took_s < 60
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
    assert "demo-key-of-nobody" not in demo.stderr + demo.stdout
    assert "<html" in (cli.home / "reports" / f"{job['job']['id']}.html").read_text()
    assert (cli.home / "antiphon.db").exists()


def test_the_command_is_installed_under_its_name() -> None:
    """The other tests start the same function by its module, which works while an installation is being renewed."""
    [command] = entry_points(group="console_scripts", name="antiphon")

    assert command.value == "entrypoints.cli.main:main"


def _places(demo: Ended) -> list[str]:
    named = dict(line.split(maxsplit=1) for line in demo.stderr.splitlines() if line.startswith(("report ", "stored ")))
    return [named["report"], named["stored"].removeprefix("SQLite database ")]
