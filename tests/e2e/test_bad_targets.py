"""Targets that are down, slow, or answer with anything but an answer."""

from __future__ import annotations

import pytest

from tests.e2e.command_line import CommandLine, lines_asking
from tests.e2e.mock_target import Behaviour, MockTarget
from tests.services.http_server import reply

NOWHERE = "http://127.0.0.1:1/chat"
HTML = reply("<!doctype html><title>Sign in</title>", kind="text/html")
MISBEHAVIOUR: dict[str, tuple[Behaviour, str, str]] = {
    "question 0": (lambda wire: wire.send(HTML), "bad_answer", "the answer is HTML, and JSON is needed"),
    "question 1": (lambda wire: wire.send(b"\x00\xff garbage\r\n\r\n"), "bad_answer", "what came back is not HTTP"),
    "question 2": (
        lambda wire: wire.send(reply(b"x" * 10_000_000)),
        "too_large",
        "more than 1000000 bytes; raise max_answer_bytes",
    ),
    "question 3": (lambda wire: wire.hang_up(), "connection", "the connection"),
    "question 4": (lambda wire: wire.wait_for_hangup(), "timed_out", "until the item's deadline"),
    "question 5": (lambda wire: wire.send(reply('{"answer": nul')), "bad_answer", "JSON"),
}


def test_each_misbehaviour_has_its_kind_and_the_rest_of_the_run_goes_on(cli: CommandLine, target: MockTarget) -> None:
    """One run, every misbehaviour: none takes the others with it; what may pass is tried again, within the budget."""
    target.behaviours = {question: how for question, (how, _, _) in MISBEHAVIOUR.items()}
    tests = cli.write("tests.jsonl", lines_asking(9))
    limits = ("--deadline", "10", "--max-attempts", "2")  # those that answer may take a while on a busy machine

    run = cli.run("run", tests, "--target", target.url, "--response-path", "answer", *limits, "--json")

    assert (run.code, run.stderr) == (3, "")
    assert run.document["verdicts"] == {"pass": 3, "fail": 0, "inconclusive": 0}
    errors = {key: error for error in run.document["errors"] for key in error["keys"]}
    for no, (_, kind, words) in enumerate(MISBEHAVIOUR.values()):
        assert errors[f"t{no}"]["kind"] == kind
        assert words in errors[f"t{no}"]["message"]
    # a closed connection may pass; the rest would be the same again, and a deadline is paid for once
    assert {question: times for question, times in target.asked.items() if times > 1} == {"question 3": 2}


def test_a_target_that_is_down_fails_the_run_in_bounded_time(cli: CommandLine) -> None:
    """The most frequent mistake there is (the bot was not started) must not look like 20 wrong answers."""
    tests = cli.write("tests.jsonl", lines_asking(20))

    run = cli.run("run", tests, "--target", NOWHERE, "--max-attempts", "3")
    # a first retry waits up to 0.5 s, a second up to 1 s
    assert run.code == 4
    # at most the calls that were in flight when it was found out end by themselves
    assert "x target_down: not called at this attempt: the target is down" in run.stdout
    assert "= 0 succeeded + 20 failed" in run.stdout
    assert f"POST {NOWHERE}: the connection was refused" in run.stdout


CHECKS: list[tuple[str, str, int, str]] = [
    ("good", "question 7", 0, "answer    question 7"),
    ("HTML", "question 0", 4, "bad_answer: POST"),
    ("slow", "question 4", 5, "timed_out: POST"),
]


@pytest.mark.parametrize(("question", "code", "words"), [case[1:] for case in CHECKS], ids=[case[0] for case in CHECKS])
def test_check_shows_what_came_back(cli: CommandLine, target: MockTarget, question: str, code: int, words: str) -> None:
    """One request before two thousand: what was asked, what came, what was taken out of it."""
    target.behaviours = {question: how for question, (how, _, _) in MISBEHAVIOUR.items()}
    tests = cli.write("tests.jsonl", lines_asking(1, first=int(question.split()[1])))
    deadline_s = 1 if code == 5 else 60  # nobody waits for the one, and nobody is too slow for the other
    options = ("--target", target.url, "--response-path", "answer", "--deadline", deadline_s)

    check = cli.run("targets", "check", tests, *options)

    assert check.code == code
    assert words in check.stdout + check.stderr
    assert target.total == 1
    assert not cli.home.exists()


def test_check_of_a_target_that_is_down_is_a_document_too(cli: CommandLine) -> None:
    """A pipeline waits with it until the service it has just started is there."""
    tests = cli.write("tests.jsonl", lines_asking(1))

    check = cli.run("targets", "check", tests, "--target", NOWHERE, "--json")

    assert check.code == 5
    assert check.document["ok"] is False
    assert check.document["error"]["kind"] == "connection"
