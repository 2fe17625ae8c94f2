"""Contests as their user has them: two targets, a judge behind an API, and a report of who won."""

from __future__ import annotations

import json

from tests.e2e.command_line import CommandLine
from tests.e2e.mock_target import MockTarget
from tests.services.http_server import Received, ScriptedServer, Wire, reply


def _choose(request: Received, wire: Wire) -> None:
    """Choose the answer that holds the word `funny`, wherever it stands."""
    said = json.loads(request.body)["messages"][1]["content"]
    before = said[: said.index("very funny")]
    text = json.dumps({"reason": "it made me laugh", "best": before.count("</answer-") + 1})
    choices = [{"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]
    wire.send(reply(json.dumps({"model": "m", "choices": choices, "usage": {}})))


def test_a_run_names_the_best_of_two_prompts_to_two_targets(cli: CommandLine, target: MockTarget) -> None:
    """Through the command line, the queue and the store: the contest waits for its tests, and every report has it."""
    bots = [{"name": name, "kind": "http", "url": target.url, "response_path": "answer"} for name in ("old", "new")]
    metrics = [{"select-best": "the funniest"}, {"contains": "funny"}, "max-score"]
    tests = [{"id": f"t{no}", "variables": {"no": no}, "metrics": metrics} for no in range(3)]
    prompts = [{"label": "plain", "prompt": "dry {{ no }}"}, {"label": "bold", "prompt": "very funny {{ no }}"}]
    cli.write("contest.json", json.dumps({"targets": bots, "prompts": prompts, "tests": tests}))

    with ScriptedServer(_choose) as judge:
        options = ("--judge", "openai-compatible:m", "--judge-base-url", f"{judge.url}/v1")
        ended = cli.run("run", "contest.json", *options, "--json", "--html", "r.html", "--junit", "r.xml")
        again = cli.run("runs", "rejudge", "last", *options, "--json")

    assert ended.code == 0, ended.stderr
    assert (ended.document["job"]["planned"], target.total) == (15, 12)
    assert ended.document["verdicts"] == {"pass": 6, "fail": 6, "inconclusive": 0}
    best, most = ended.document["contests"]
    assert (best["won"], most["won"]) == (3, 3)
    assert {each["prompt"]: each["entered"] for each in best["contestants"]} == {"plain": 3, "bold": 3}
    assert sum(each["won"] for each in best["contestants"] if each["prompt"] == "bold") == 3
    assert again.document["contests"] == ended.document["contests"], again.stderr
    shown = cli.run("jobs", "show", "last")
    assert "select-best: 3 won, 0 by nobody, 0 undecided" in shown.stdout
