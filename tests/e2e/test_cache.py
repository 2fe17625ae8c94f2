"""`antiphon run --cache`: what was asked before is not asked again."""

from __future__ import annotations

from tests.e2e.command_line import CommandLine, lines_asking
from tests.e2e.mock_target import MockTarget
from tests.services.memcached import Memcached


def test_a_second_run_asks_nobody_and_comes_to_the_same(cli: CommandLine, target: MockTarget) -> None:
    """The verdicts are those of the first run, one for one; its report says where the answers are from."""
    cli.write("tests.jsonl", lines_asking(4) + '{"id": "wrong", "question": "q", "contains": "z"}\n')
    words = ("run", "tests.jsonl", "--target", target.url, "--cache", "--json")
    first = cli.run(*words)
    assert (first.document["usage"]["requests"], target.total) == (5, 5)
    second = cli.run(*words, "--html", "second.html")

    assert (second.code, target.total) == (first.code, 5)
    assert second.document["verdicts"] == first.document["verdicts"] == {"pass": 4, "fail": 1, "inconclusive": 0}
    assert second.document["failures"] == first.document["failures"]
    assert second.document["cache"]["answers"] == 5
    assert (second.document["usage"]["requests"], second.document["latency_s"]["n"]) == (0, 0)
    assert "From the cache" in (cli.folder / "second.html").read_text()
    assert "5 answers without a call" in cli.run("run", "tests.jsonl", "--target", target.url, "--cache").stdout


def test_without_the_option_everything_is_asked(cli: CommandLine, target: MockTarget) -> None:
    """Nobody's old answers pass for the bot of today unless that was asked for."""
    cli.write("tests.jsonl", lines_asking(2))
    cli.run("run", "tests.jsonl", "--target", target.url, "--cache")
    again = cli.run("run", "tests.jsonl", "--target", target.url, "--json")

    assert (target.total, again.document["cache"]["answers"]) == (4, 0)


def test_the_cache_is_shown_and_cleared(cli: CommandLine, target: MockTarget) -> None:
    """Who changed the bot behind the same address clears it."""
    cli.write("tests.jsonl", lines_asking(3))
    cli.run("run", "tests.jsonl", "--target", target.url, "--cache")

    assert cli.run("cache", "show", "--json").document == {"kept_in": "the database", "answers": 3}
    assert cli.run("cache", "clear", "--json").document["answers"] == 3
    assert "0 answers, kept in the database" in cli.run("cache", "show").stdout
    cli.run("run", "tests.jsonl", "--target", target.url, "--cache")
    assert target.total == 6


def test_a_saved_configuration_uses_the_cache_it_was_saved_with(cli: CommandLine, target: MockTarget) -> None:
    """Nobody types options into a nightly run."""
    cli.write("tests.jsonl", lines_asking(2))
    saved = cli.run("configs", "save", "nightly", "tests.jsonl", "--target", target.url, "--cache", "--cache-ttl", "1d")
    assert saved.code == 0, saved.stderr
    cli.run("configs", "run", "nightly")

    assert cli.run("configs", "run", "nightly", "--json").document["cache"]["answers"] == 2
    assert target.total == 2


def test_a_memcached_that_was_named_is_used_and_one_that_is_away_fails_nothing(
    cli: CommandLine, target: MockTarget
) -> None:
    """A cache is there to save calls; without it they are made, and that is said."""
    cli.write("tests.jsonl", lines_asking(2))
    words = ("run", "tests.jsonl", "--target", target.url, "--cache", "--json")
    with Memcached().running() as server:
        url = f"memcached://127.0.0.1:{server.port}"
        for _ in range(2):
            assert cli.run(*words, ANTIPHON_CACHE_URL=url).code == 0
        assert target.total == 2
    away = cli.run(*words, ANTIPHON_CACHE_URL=url)

    assert (away.code, away.document["verdicts"]["pass"], target.total) == (0, 2, 4)
    assert "the response cache is left alone" in away.stderr


def test_words_that_do_not_fit_are_refused(cli: CommandLine, target: MockTarget) -> None:
    """An age without --cache would be silently without effect."""
    cli.write("tests.jsonl", lines_asking(1))
    words = ("run", "tests.jsonl", "--target", target.url)

    assert "say --cache" in cli.run(*words, "--cache-ttl", "7d").stderr
    assert "write it like" in cli.run(*words, "--cache", "--cache-ttl", "a week").stderr
    assert target.total == 0
