"""Secrets on one's own machine: stored, used by a run, found nowhere, and readable after a change of the key."""

from __future__ import annotations

import json

from tests.e2e.command_line import CommandLine
from tests.integration.planted import FRAGMENTS, PLANTED, a_file, bot, found_in, found_in_files


def test_a_run_on_ones_own_machine_leaves_no_secret_behind(cli: CommandLine) -> None:
    """The database file, reports and outputs of a laptop are mailed around, too; the shell's keys are no exception."""
    stored = dict(list(PLANTED.items())[:2])
    shell = {name: value for name, value in PLANTED.items() if name not in stored}
    with bot() as server:
        for name, value in stored.items():
            assert cli.run("secrets", "set", name, "--from-env", "GIVEN", GIVEN=value).code == 0
        rotated = cli.run("secrets", "rotate", "--json").document
        run = cli.run("run", str(a_file(cli.home, url=server.url)), "--json", reader_left=False, **shell)
        sent = "".join(f"{each.path} {dict(each.headers)} {each.body.decode()}" for each in server.received)

    assert (rotated["secrets"], rotated["encrypted_anew"]) == (2, 2)
    assert json.loads(run.stdout)["job"]["succeeded"] == 6, run.stderr
    assert len(found_in("what was sent", sent)) == len(FRAGMENTS)
    assert found_in_files(cli.home) + found_in("what was said", run.stdout + run.stderr) == []


def test_a_value_is_read_from_standard_input_or_a_variable_only(cli: CommandLine) -> None:
    """What stands among the words of a command, everybody on the machine can read."""
    as_word = cli.run("secrets", "set", "API_KEY", "sk-planted-0123456789")
    unset = cli.run("secrets", "set", "API_KEY", "--from-env", "NOT_THERE")

    assert (as_word.code, unset.code) == (2, 2)
    assert "NOT_THERE is not set" in unset.stderr
    assert "there are no secrets" in cli.run("secrets", "list").stderr
