"""A target on loopback that answers every question rightly, and counts: what was asked how often, how many at once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path
from threading import Condition, Event
from time import monotonic

from attrs import define, field

from tests.services.http_server import Received, ScriptedServer, Wire, reply


@define(eq=False)
class ChatTarget:
    """
    Answers after *delay_s*; while it is held, it lets those who ask wait.

    A test that needs something to be under way holds it, and never counts on being quicker than the workers.
    """

    delay_s: float = 0.03
    refuses_first: bool = False
    """Whether each question is answered with 503 the first time: the caller has to come again."""
    url: str = field(default="", init=False)
    asked: Counter[str] = field(factory=Counter, init=False)
    answered: int = field(default=0, init=False)
    most_at_once: int = field(default=0, init=False)
    moments: list[float] = field(factory=list, init=False)
    _passing: float = field(default=inf, init=False)
    _closing: Event = field(factory=Event, init=False)
    _changed: Condition = field(factory=Condition, init=False)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Answer for the length of the block."""
        with ScriptedServer(self._answer) as server:
            self.url = f"{server.url}/chat"
            try:
                yield
            finally:
                self._closing.set()
                self.release()

    def hold(self, *, after: int) -> None:
        """Answer the first *after* calls, those that have come included; let the later ones wait."""
        self._let_pass(after)

    def release(self) -> None:
        """Answer those who wait, and everybody who asks."""
        self._let_pass(inf)

    @property
    def calls(self) -> int:
        """How many calls came in."""
        return self.asked.total()

    @property
    def at_once(self) -> int:
        """How many calls wait for their answer now."""
        return self.calls - self.answered

    @property
    def asked_again(self) -> int:
        """How many calls were repetitions of an earlier one."""
        return self.calls - len(self.asked)

    def _answer(self, request: Received, wire: Wire) -> None:
        question = str(json.loads(request.body)["question"])
        with self._changed:
            self.asked[question] += 1
            place = self.calls
            self.moments.append(monotonic())
            is_refused = self.refuses_first and self.asked[question] == 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self._closing.wait(self.delay_s)
        with self._changed:
            self._changed.wait_for(lambda: place <= self._passing)
            self.answered += 1
        if is_refused:
            wire.send(reply("", status="503 Service Unavailable"))
            return
        wire.send(reply(json.dumps({"answer": f"the answer to {question}"})))

    def _let_pass(self, calls: float) -> None:
        with self._changed:
            self._passing = calls
            self._changed.notify_all()


def a_test_file(folder: Path, *, tests: int, url: str) -> Path:
    """Write a test set of so many tests that the target at *url* passes; return its path."""
    cases = [
        {"id": f"test-{no}", "prompt": f"question {no}", "expected": f"the answer to question {no}"}
        for no in range(tests)
    ]
    target = {"kind": "http", "url": url, "body": {"question": "{{ prompt }}"}, "response_path": "answer"}
    path = folder / "tests.json"
    path.write_text(json.dumps({"name": "questions", "target": target, "tests": cases}))
    return path
