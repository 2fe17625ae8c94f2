"""A judge behind an OpenAI-compatible API that passes what holds the right word, counts its calls, and can be down."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from tests.services.http_server import Received, ScriptedServer, Wire, reply

_ANSWER = re.compile(r"<answer \w+>\n(.*)\n</answer", re.DOTALL)


class MockJudge:
    """
    Passes answers that do not hold the word `wrong`.

    *asked* counts the answers it was shown; while it *is_down* it answers 503. *odd* are answers that it replies to
    without JSON. *most_at_once* is how many asked it at the same time.
    """

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.is_down = False
        self.odd: set[str] = set()
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self._server = ScriptedServer(self._serve)

    @property
    def options(self) -> tuple[str, ...]:
        """The words that name it on a command line."""
        return "--judge", "openai-compatible:mock-judge", "--judge-base-url", f"{self._server.url}/v1"

    @property
    def total(self) -> int:
        """How often it was asked."""
        return self.asked.total()

    @contextmanager
    def running(self) -> Iterator[MockJudge]:
        """Serve for the length of the block."""
        with self._server:
            yield self

    @property
    def written(self) -> dict[str, object]:
        """It as a file names it."""
        return {"kind": "openai-compatible", "model": "mock-judge", "base_url": f"{self._server.url}/v1"}

    def _serve(self, request: Received, wire: Wire) -> None:
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            self._answer(request, wire)
        finally:
            with self._lock:
                self._at_once -= 1

    def _answer(self, request: Received, wire: Wire) -> None:
        messages = json.loads(request.body)["messages"]
        found = _ANSWER.search(messages[1]["content"])
        answer = found[1] if found else ""
        with self._lock:
            self.asked[answer] += 1
        if self.is_down:
            wire.send(reply("the judge is away", status="503 Service Unavailable"))
            return
        passes = "wrong" not in answer
        verdict = {"reason": f"I read {answer!r}", "score": 0.9 if passes else 0.1, "pass": passes}
        text = "I can't say." if answer in self.odd else json.dumps(verdict)
        usage = {"prompt_tokens": 100, "completion_tokens": 10}
        choices = [{"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]
        wire.send(reply(json.dumps({"model": "mock-judge-1", "choices": choices, "usage": usage})))
