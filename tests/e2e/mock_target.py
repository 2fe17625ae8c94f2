"""A target that counts who asked it what, and answers when and as a test says."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.e2e.command_line import PATIENCE_S
from tests.services.http_server import Received, ScriptedServer, Wire, reply

Behaviour = Callable[[Wire], None]


HELD = ("--deadline", "600")
"""Options of a run whose target is held: it waits for answers for as long as it takes to come to the test's point."""


def json_answer(text: str) -> bytes:
    """Return the response with *text* as its answer."""
    return reply(json.dumps({"answer": text}))


def chat_answer(text: str) -> bytes:
    """Return the response of a chat API that says *text*."""
    return reply(json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]}))


class MockTarget:
    """
    Repeats the question as the answer, after *pause_s*.

    It understands a plain body (`prompt`) and that of a chat API. *asked* counts the questions, *behaviours* says for
    some of them what to do instead; while it is held, nobody gets an answer.
    """

    def __init__(self, *, pause_s: float = 0.0) -> None:
        self.asked: Counter[str] = Counter()
        self.behaviours: dict[str, Behaviour] = {}
        self._pause_s = pause_s
        self._is_held = False
        self._held: tuple[str, ...] = ()
        self._passing = 0
        self._changed = threading.Condition()
        self._in_flight = 0
        self.most_at_once = 0
        self.paths: set[str] = set()
        self._server = ScriptedServer(self._serve)

    @property
    def url(self) -> str:
        """The address to ask."""
        return f"{self._server.url}/chat"

    @property
    def total(self) -> int:
        """How often anything was asked."""
        return self.asked.total()

    @contextmanager
    def running(self) -> Iterator[MockTarget]:
        """Serve for the length of the block."""
        with self._server:
            try:
                yield self
            finally:
                self.release()

    def hold(self, *questions: str, after: int = 0) -> None:
        """Let wait until `release` who asks one of *questions*; or, none named, who comes after the first *after*."""
        with self._changed:
            self._is_held, self._held, self._passing = True, questions, after

    def release(self) -> None:
        """Answer those who wait, and everybody who asks."""
        with self._changed:
            self._is_held = False
            self._changed.notify_all()

    def wait_until_asked(self, times: int) -> None:
        """Wait until questions have come *times* times."""
        self._wait(lambda: self.total >= times, f"{times} questions; there were {self.total}")

    def wait_until_idle(self) -> None:
        """Wait until nobody waits for an answer."""
        self._wait(lambda: not self._in_flight, "no question in flight")

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, timeout=PATIENCE_S), f"not in {PATIENCE_S:g} s: {what}"

    def _serve(self, request: Received, wire: Wire) -> None:
        if len(request.body) < int(request.headers.get("content-length", "0")):
            return  # whoever asked was killed in the middle of it
        body = json.loads(request.body)
        is_chat = "messages" in body
        question = str(body["messages"][-1]["content"] if is_chat else body["prompt"])
        self.paths.add(request.path)
        place = self._count(question, 1)
        try:
            self._wait_to_pass(question, place)
            threading.Event().wait(self._pause_s)
            behave = self.behaviours.get(question)
            if behave is None:
                wire.send(chat_answer(question) if is_chat else json_answer(question))
            else:
                behave(wire)
        finally:
            self._count(question, 0)

    def _wait_to_pass(self, question: str, place: int) -> None:
        def may_pass() -> bool:
            is_one_of_them = question in self._held if self._held else place > self._passing
            return not self._is_held or not is_one_of_them

        with self._changed:
            self._changed.wait_for(may_pass)

    def _count(self, question: str, times: int) -> int:
        """Count a question that comes, or none when one was answered; return how many have come."""
        with self._changed:
            self.asked[question] += times
            self._in_flight += 1 if times else -1
            self.most_at_once = max(self.most_at_once, self._in_flight)
            self._changed.notify_all()
            return self.total
