"""Tests of several turns from the command line: a crash costs one turn, and the report shows who said what."""

from __future__ import annotations

import json
import signal
import threading
from collections import Counter

from tests.e2e.command_line import CommandLine, wait_until
from tests.e2e.mock_target import json_answer
from tests.services.http_server import Received, ScriptedServer, Wire

TURNS = [f"question {no}" for no in range(1, 10)]
TEST = {"id": "talk", "turns": TURNS, "icontains": "9 of 9"}
BODY = '{"talk": "{{ messages }}", "id": "{{ conversation_id }}"}'


class Assistant:
    """An endpoint that counts the turns it was asked, and gives no answer at one of them until it is let go."""

    def __init__(self, *, silent_at: int) -> None:
        self.asked: Counter[int] = Counter()
        self.ids: set[str] = set()
        self.is_free = threading.Event()
        self._silent_at = silent_at

    def __call__(self, request: Received, wire: Wire) -> None:
        """Answer one turn."""
        said = json.loads(request.body)
        turn = sum(message["role"] == "user" for message in said["talk"])
        self.ids.add(said["id"])
        self.asked[turn] += 1
        if turn == self._silent_at and not self.is_free.is_set():
            wire.wait_for_hangup()
            return
        wire.send(json_answer(f"Answer {turn} of {len(TURNS)}"))


def test_a_crash_at_turn_nine_loses_one_turn(cli: CommandLine) -> None:
    """Eight turns were paid for; the process dies, and the ninth is all that is asked again, under the same id."""
    assistant = Assistant(silent_at=9)
    tests = cli.write("tests.jsonl", json.dumps(TEST))
    with ScriptedServer(assistant) as server:
        target = ("--target", server.url, "--body", BODY, "--response-path", "answer")
        with cli.started("run", tests, *target) as run:
            wait_until(lambda: assistant.asked[9] == 1, what="the ninth turn")
            run.send(signal.SIGKILL)
            run.wait()
        assistant.is_free.set()

        resumed = cli.run("jobs", "resume", "last", "--json")

    assert resumed.code == 0, resumed.stderr
    assert resumed.document["verdicts"] == {"pass": 1, "fail": 0, "inconclusive": 0}
    assert assistant.asked == Counter({**dict.fromkeys(range(1, 9), 1), 9: 2})
    assert len(assistant.ids) == 1


def test_a_report_shows_the_conversation(cli: CommandLine) -> None:
    """Nobody can judge a conversation by its last answer."""
    tests = cli.write(
        "tests.yaml",
        "target: {kind: scripted, model: bot, parameters: {replies: [Hello there, Thirty days]}}\n"
        "tests:\n- {id: a, turns: [Hi, {user: How long?, metrics: [contains: Sixty]}]}\n",
    )
    page, junit = cli.folder / "page.html", cli.folder / "out.xml"

    run = cli.run("run", tests, "--html", page, "--junit", junit, "--json")

    assert run.code == 0, run.stderr
    assert [metric["name"] for metric in run.document["metrics"]] == ["turn 2: contains"]
    assert run.document["tokens"] == {"prompt": 7, "completion": 6, "answers": 1}
    assert "User: Hi\n\nAssistant: Hello there\n\nUser: How long?" in junit.read_text()
    assert page.exists()
