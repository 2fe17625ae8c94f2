"""Runs that a model judges, as their user has them: without a judge, with one, with one that is down; judged anew."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.e2e.command_line import CommandLine
from tests.e2e.mock_judge import MockJudge
from tests.e2e.mock_target import MockTarget

QUESTIONS = ("right 1", "right 2", "wrong 3")


@pytest.fixture
def judge() -> Iterator[MockJudge]:
    """A judge that passes what is not wrong."""
    with MockJudge().running() as running:
        yield running


def _tests(cli: CommandLine, target: MockTarget) -> str:
    tests = [{"id": text, "prompt": text, "metrics": [{"llm-rubric": "is right"}]} for text in QUESTIONS]
    bot = {"kind": "http", "url": target.url, "response_path": "answer"}
    cli.write("tests.json", json.dumps({"name": "judged", "target": bot, "tests": tests}))
    return "tests.json"


def test_without_a_judge_nothing_is_asked(cli: CommandLine, target: MockTarget) -> None:
    """The model under test is never silently the judge, and no call is made to find out that there is none."""
    ended = cli.run("run", _tests(cli, target))

    assert (ended.code, target.total) == (2, 0)
    assert "llm-rubric (3 tests) need a judge, and none is named; name one with --judge" in ended.stderr
    assert cli.jobs() == []


def test_a_judge_named_by_a_setting_needs_its_key(cli: CommandLine, target: MockTarget) -> None:
    """A missing key is found before the first call to the target, not after the last."""
    ended = cli.run("run", _tests(cli, target), ANTIPHON_JUDGE="openai:gpt-5-mini", OPENAI_API_KEY="")

    assert (ended.code, target.total) == (2, 0)
    assert "OPENAI_API_KEY" in ended.stderr


def test_a_judged_run_says_what_the_judge_said(cli: CommandLine, target: MockTarget, judge: MockJudge) -> None:
    """Verdicts, the reason of a fail, and who judged."""
    ended = cli.run("run", _tests(cli, target), *judge.options, "--json")

    assert ended.code == 0, ended.stderr
    assert ended.document["verdicts"] == {"pass": 2, "fail": 1, "inconclusive": 0}
    assert ended.document["failures"][0]["reasons"][0]["reason"] == "I read 'wrong 3'"
    assert (target.total, judge.total) == (3, 3)
    assert ended.document["judges"] == {
        "models": {"openai-compatible:mock-judge": 3}, "rule": "majority", "under_test": [],
        "prompts": {"llm-rubric@1": 3}, "source": None,
    }  # fmt: skip


def test_a_reply_that_can_never_be_read_is_inconclusive(cli: CommandLine, target: MockTarget, judge: MockJudge) -> None:
    """One repair, then no verdict; the run goes on."""
    judge.odd.add("right 1")

    ended = cli.run("run", _tests(cli, target), *judge.options, "--json")

    assert ended.document["verdicts"] == {"pass": 1, "fail": 1, "inconclusive": 1}
    assert (judge.asked["right 1"], judge.total) == (2, 4)


def test_answers_outlive_their_judges_outage(cli: CommandLine, target: MockTarget, judge: MockJudge) -> None:
    """A judge that is down costs no verdict and no answer: retry-failed judges what was kept, without the target."""
    judge.is_down = True
    failed = cli.run("run", _tests(cli, target), *judge.options, "--max-attempts", 1, "--json")

    assert (failed.code, target.total) == (4, 3)
    assert failed.document["errors"][0]["kind"] == "evaluation_error"
    assert "judge openai-compatible:mock-judge" in failed.document["errors"][0]["message"]

    judge.is_down = False
    again = cli.run("jobs", "retry-failed", "last", "--json")

    assert (again.code, again.document["verdicts"]) == (0, {"pass": 2, "fail": 1, "inconclusive": 0})
    assert target.total == 3


def test_stored_answers_are_judged_anew(cli: CommandLine, target: MockTarget, judge: MockJudge) -> None:
    """Rejudge is a run of its own: the past one stays, the two compare, and the target is never asked."""
    first = cli.run("run", _tests(cli, target), *judge.options, "--json").document["job"]["id"]
    asked = target.total

    ended = cli.run("runs", "rejudge", "last", *judge.options, "--json")

    assert (ended.code, target.total, judge.total) == (0, asked, 6)
    assert ended.document["job"]["id"] != first
    assert ended.document["judges"]["source"] == {"job": first, "revision": 1}
    compared = cli.run("runs", "compare", first, "last", "--json")
    assert compared.code == 0, compared.stderr
    exported = cli.run("runs", "export", "last", "-o", "rows.jsonl")
    assert exported.code == 0, exported.stderr


def test_another_judge_judges_what_a_metric_had_its_own_for(
    cli: CommandLine, target: MockTarget, judge: MockJudge
) -> None:
    """Promptfoo's files name a judge in each test: to rejudge by another one must still be by another one."""
    tests = [{"prompt": "right", "metrics": [{"llm-rubric": "is right", "judge": "scripted:own"}]}]
    bot = {"kind": "http", "url": target.url, "response_path": "answer"}
    cli.write("own.json", json.dumps({"target": bot, "tests": tests}))
    first = cli.run("run", "own.json", "--json")
    again = cli.run("runs", "rejudge", "last", *judge.options, "--json")

    assert first.document["judges"]["models"] == {"scripted:own": 1}
    assert again.document["judges"]["models"] == {"openai-compatible:mock-judge": 1}
    assert (target.total, judge.total) == (1, 1)


def test_stored_answers_are_scored_by_new_metrics(cli: CommandLine, target: MockTarget, judge: MockJudge) -> None:
    """A metric that was forgotten costs no call to the target, and none to a judge where it needs none."""
    cli.run("run", _tests(cli, target), *judge.options)
    cli.write("metrics.yaml", "metrics: [{contains: right}, {not-contains: '2'}]\n")

    ended = cli.run("runs", "rescore", "last", "--metrics", "metrics.yaml", "--json")

    assert ended.document["verdicts"] == {"pass": 1, "fail": 2, "inconclusive": 0}
    assert [metric["name"] for metric in ended.document["metrics"]] == ["contains", "not-contains"]
    assert (target.total, judge.total) == (3, 3)


def test_a_test_without_an_answer_stays_one(cli: CommandLine, target: MockTarget, judge: MockJudge) -> None:
    """What was never answered can't be judged; it is not asked anew behind its owner's back."""
    target.behaviours["right 2"] = lambda wire: wire.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    cli.run("run", _tests(cli, target), *judge.options)
    asked = target.total

    ended = cli.run("runs", "rejudge", "last", *judge.options, "--json")

    assert (ended.code, target.total) == (3, asked)
    [error] = ended.document["errors"]
    assert (error["kind"], error["keys"]) == ("no_stored_answer", ["right 2"])
    assert "in the run before, the test failed (refused" in error["message"]


def test_a_check_of_a_judge_is_a_job_of_its_own(cli: CommandLine, judge: MockJudge) -> None:
    """It says what the judge is worth, needs no target, and can be looked at again."""
    examples = "[{answer: right, label: pass}, {answer: wrong, label: fail}, {answer: right too, label: fail}]"
    cli.write("check.yaml", f"metric: {{llm-rubric: is right}}\nexamples: {examples}\n")

    refused = cli.run("judges", "check", "check.yaml")
    ended = cli.run("judges", "check", "check.yaml", *judge.options, "--json")
    shown = cli.run("judges", "show", "last", "--json")
    printed = cli.run("judges", "show", "last")

    assert (refused.code, ended.code) == (2, 0), ended.stderr
    assert (ended.document["examples"]["agreed"], ended.document["examples"]["n"], judge.total) == (2, 3, 3)
    assert ended.document["usage"]["requests"] == 3
    assert shown.document == ended.document
    assert "agreement 2 of 3: 66.7%" in printed.stdout
    assert cli.jobs()[0]["kind"] == "test_execution"


def test_a_run_without_judges_is_not_rejudged(cli: CommandLine, target: MockTarget) -> None:
    """It would come out the same; what was meant is probably rescore."""
    cli.write("plain.jsonl", json.dumps({"question": "right", "contains": "right"}))
    cli.run("run", "plain.jsonl", "--target", target.url, "--response-path", "answer")

    ended = cli.run("runs", "rejudge", "last", "--judge", "scripted:j")

    assert ended.code == 2
    assert "`antiphon runs rescore` takes new metrics" in ended.stderr
