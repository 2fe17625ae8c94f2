"""Settings that are wrong: every command says which, and what was expected, before it does anything."""

from __future__ import annotations

import attrs
import pytest

from tests.e2e.command_line import CommandLine, lines_asking

DATABASE = "postgresql://u:p@127.0.0.1:1/x"
"""Where nothing listens: what is refused is refused before anybody connects."""


def test_every_wrong_setting_is_named_at_once(cli: CommandLine) -> None:
    """A typo must not silently mean the default."""
    listed = cli.run(
        "jobs", "list", ANTIPHON_DATABSE_URL="x", ANTIPHON_SLOTS="0", ANTIPHON_LEASE_S="soon", ANTIPHON_LOG_LEVEL="loud"
    )

    assert (listed.code, listed.stdout) == (2, "")
    assert listed.stderr.splitlines() == [
        "antiphon: the environment can't be used as it is; nothing was started",
        "  ANTIPHON_DATABSE_URL: no such setting; did you mean ANTIPHON_DATABASE_URL?",
        "  ANTIPHON_LEASE_S='soon': expected a number above 0; correct it or unset it",
        "  ANTIPHON_LOG_LEVEL='loud': expected one of debug, info, warning, error; correct it or unset it",
        "  ANTIPHON_SLOTS='0': expected a whole number above 0; correct it or unset it",
    ]
    assert not cli.home.exists()


def test_a_run_with_a_broker_that_cannot_work_is_refused_before_it_is_accepted(cli: CommandLine) -> None:
    """A job that nobody can send would stay in the list for ever."""
    tests = cli.write("tests.jsonl", lines_asking(1))
    words = ("run", tests, "--target", "http://127.0.0.1:1/")

    run = cli.run(
        *words,
        ANTIPHON_BROKER_URL="kafka://x",
        ANTIPHON_RESULT_BACKEND_URL="rpc://",
        ANTIPHON_DATABASE_URL=DATABASE,
        ANTIPHON_PRIVATE_TARGETS="true",
    )

    assert run.code == 2
    assert "ANTIPHON_BROKER_URL" in run.stderr
    assert "rpc://" in run.stderr
    assert cli.jobs() == []


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("ANTIPHON_BROKER_URL", "redis://:BR/SECRET@127.0.0.1:1/0"),
        ("ANTIPHON_BROKER_URL", "redis://:BR#SECRET@127.0.0.1:1/0"),
        ("ANTIPHON_BROKER_URL", "amqp://u:12/SECRET@127.0.0.1:1//"),
        ("ANTIPHON_RESULT_BACKEND_URL", "redis://:BR?SECRET@127.0.0.1:1/0"),
        ("ANTIPHON_RESULT_BACKEND_URL", "db+postgresql://u:SECRET@127.0.0.1:SECRET/x"),
        ("ANTIPHON_DATABASE_URL", "postgresql://u:SECRET@127.0.0.1:SECRET/x"),
    ],
)
@pytest.mark.parametrize("command", ["run", "worker"])
def test_an_address_that_cannot_be_read_is_refused_without_showing_it(
    cli: CommandLine, command: str, setting: str, value: str
) -> None:
    """A slash in a password is common; a traceback with half of the password in a log is a leak."""
    tests = cli.write("tests.jsonl", lines_asking(1))
    words = ("run", tests, "--target", "http://127.0.0.1:1/") if command == "run" else ("worker",)
    others = {"ANTIPHON_BROKER_URL": "redis://127.0.0.1:1/0", "ANTIPHON_DATABASE_URL": DATABASE}
    here = attrs.evolve(cli, settings={**others, "ANTIPHON_PRIVATE_TARGETS": "true", setting: value})

    refused = here.run(*words)

    assert (refused.code, refused.stdout) == (2, "")
    assert setting in refused.stderr
    assert "percent-encode special characters of the password, / as %2F" in refused.stderr
    assert "SECRET" not in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("database", ["", "sqlite:////tmp/never-made.db"])
@pytest.mark.parametrize("words", [("worker",), ("jobs", "resume", "last"), ("jobs", "list")], ids=" ".join)
def test_a_broker_without_a_database_server_is_refused(cli: CommandLine, words: tuple[str, ...], database: str) -> None:
    """Workers on other machines don't see this machine's SQLite file: their jobs would be nobody's."""
    refused = cli.run(*words, ANTIPHON_BROKER_URL="redis://127.0.0.1:1/0", ANTIPHON_DATABASE_URL=database)

    assert refused.code == 2
    assert "ANTIPHON_DATABASE_URL" in refused.stderr
    assert "postgresql://" in refused.stderr
    assert not cli.home.exists()


def test_a_worker_without_a_broker_says_what_to_set(cli: CommandLine) -> None:
    """On a laptop every command brings its own worker; who starts one apart wants a server."""
    worker = cli.run("worker")

    assert worker.code == 2
    assert "ANTIPHON_BROKER_URL" in worker.stderr
    assert "ANTIPHON_DATABASE_URL" in worker.stderr


def test_upgrade_makes_the_tables_and_may_be_repeated(cli: CommandLine) -> None:
    """It is part of deployments, which repeat everything."""
    first, second = cli.run("db", "upgrade"), cli.run("db", "upgrade")

    assert (first.code, second.code) == (0, 0)
    assert first.stderr == second.stderr == f"the SQLite database {cli.home / 'antiphon.db'} is up to date\n"


def test_a_home_may_have_any_name(cli: CommandLine) -> None:
    """It stands in the database's address, where some characters mean something else."""
    home = cli.folder / "50% of my ü#1"

    listed = cli.run("jobs", "list", "--json", ANTIPHON_HOME=str(home))

    assert listed.code == 0, listed.stderr
    assert (home / "antiphon.db").exists()
