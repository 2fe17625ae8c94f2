"""What a run's judge can take is kept to, and a judge that is dead costs a run few calls and no answer."""

from __future__ import annotations

import json

from tests.e2e.command_line import CommandLine
from tests.e2e.mock_judge import MockJudge
from tests.e2e.mock_target import MockTarget

TESTS, AT_ONCE = 100, 16


def _write(cli: CommandLine, target: MockTarget, *, tests: int, judge: dict[str, object]) -> str:
    bot = {"kind": "http", "url": target.url, "response_path": "answer"}
    cases = [{"id": f"{no}", "prompt": f"right {no}", "metrics": [{"llm-rubric": "is right"}]} for no in range(tests)]
    cli.write("tests.json", json.dumps({"target": bot, "judge": judge, "tests": cases}))
    return "tests.json"


def test_a_judge_sees_no_more_calls_at_once_than_its_limit(cli: CommandLine, target: MockTarget) -> None:
    """Sixteen tests at once, two judgements: the rest wait, and nothing fails, is lost or is paid twice."""
    with MockJudge().running() as judge:
        file = _write(cli, target, tests=48, judge={**judge.written, "limits": {"concurrency": 2}})
        run = cli.run("run", file, "--concurrency", AT_ONCE, "--json")

    assert run.document["verdicts"] == {"pass": 48, "fail": 0, "inconclusive": 0}
    assert (target.total, judge.total) == (48, 48)
    assert judge.most_at_once <= 2


def test_a_dead_judge_ends_a_run_in_a_few_calls_with_all_answers(cli: CommandLine, target: MockTarget) -> None:
    """Its tests fail as not judged; when it is back, retry-failed judges what was kept."""
    with MockJudge().running() as judge:
        judge.is_down = True
        run = cli.run("run", _write(cli, target, tests=TESTS, judge=judge.written), "--concurrency", AT_ONCE, "--json")
        in_vain = judge.total
        judge.is_down = False
        again = cli.run("jobs", "retry-failed", "last", "--json")

    assert run.code == 4
    assert {error["kind"] for error in run.document["errors"]} == {"evaluation_error"}
    assert in_vain <= 20 + AT_ONCE + 3 + run.took_s / 2
    assert (again.code, again.document["verdicts"]["pass"]) == (0, TESTS)
    assert (target.total, judge.total - in_vain) == (TESTS, TESTS)
