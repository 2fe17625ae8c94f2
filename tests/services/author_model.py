"""
An OpenAI-compatible model on loopback that drafts and reviews as it is told, and counts who asked for what how often.

It quotes the first passage that it is shown, word for word. It can be held, refuse questions, and lie at first.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from threading import Condition

from attrs import define, field

from domain.language_models.model import ModelSpec, Provider
from tests.services.http_server import Received, ScriptedServer, Wire, reply

DRAFT, REPAIR, REVIEW = "draft", "repair", "review"
WAIT_S = 60.0
_LAST = "Connection: close\r\n"  # a job's model keeps its connections for as long as its process may need them
_BLOCK = r"<{name} (\w+)>\n(.*?)\n</{name} \1>"


@define(eq=False)
class AuthorModel:
    """
    *asked* counts calls by kind and question. *lies* are questions whose first draft is false; *refused* ones get 400.

    While it is held, calls of the *held_kinds* beyond those that may pass wait for `release`.
    """

    lies: set[str] = field(factory=set)
    refused: set[str] = field(factory=set)
    held_kinds: tuple[str, ...] = (DRAFT, REPAIR, REVIEW)
    url: str = field(default="", init=False)
    asked: Counter[tuple[str, str]] = field(factory=Counter, init=False)
    held: set[tuple[str, str]] = field(factory=set, init=False)
    _passing: float = field(default=inf, init=False)
    _came: int = field(default=0, init=False)
    _changed: Condition = field(factory=Condition, init=False)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Answer for the length of the block."""
        with ScriptedServer(self._answer) as server:
            self.url = f"{server.url}/v1"
            try:
                yield
            finally:
                self.release()

    @property
    def spec(self) -> ModelSpec:
        """The model, as jobs name it."""
        return ModelSpec(provider=Provider.OPENAI_COMPATIBLE, model="author", base_url=self.url)

    def hold(self, *, after: int) -> None:
        """Answer so many more calls; let the later ones wait."""
        with self._changed:
            self.held.clear()
            self._passing = self._came + after
            self._changed.notify_all()

    def release(self) -> None:
        """Answer those who wait, and everybody who asks."""
        with self._changed:
            self._passing = inf
            self._changed.notify_all()

    def questions_asked(self, kind: str) -> Counter[str]:
        """Return how often each question was asked for, in one kind of call."""
        return Counter({question: times for (of, question), times in self.asked.items() if of == kind})

    def _answer(self, request: Received, wire: Wire) -> None:
        messages = json.loads(request.body)["messages"]
        told = "\n\n".join(str(message["content"]) for message in messages)
        question = _block(told, "question")
        kind = REVIEW if re.search(r"<answer \w+>\n", told) else REPAIR if len(messages) > 2 else DRAFT
        self._count(kind, question)
        if question in self.refused:
            wire.send(reply(json.dumps({"error": {"message": "no"}}), status="400 Bad Request", headers=_LAST))
            wire.hang_up()
            return
        said = _opinion() if kind == REVIEW else _draft(told, lies=question in self.lies and kind == DRAFT)
        body = {
            "choices": [{"message": {"role": "assistant", "content": said}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5},
        }
        wire.send(reply(json.dumps(body), headers=_LAST))
        wire.hang_up()

    def _count(self, kind: str, question: str) -> None:
        with self._changed:
            self.asked[kind, question] += 1
            if kind not in self.held_kinds:
                return
            self._came += 1
            place = self._came
            if place > self._passing:
                self.held.add((kind, question))
            self._changed.wait_for(lambda: place <= self._passing, timeout=WAIT_S)


def _draft(told: str, *, lies: bool) -> str:
    shown = _block(told, "passage-1").partition("\n\n")[2]
    answer = "It takes 999999 years." if lies else shown
    return json.dumps({"answer": answer, "verdict": "answered", "quotes": [{"passage": 1, "text": shown}]})


def _opinion() -> str:
    scores = {"correct": 1, "complete": 1, "clear": 1}
    return json.dumps({"verdict": "accept", "scores": scores, "comments": []})


def _block(told: str, name: str) -> str:
    found = re.search(_BLOCK.format(name=name), told, re.DOTALL)
    assert found, f"no block {name}"
    return found[2]
