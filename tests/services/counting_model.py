"""
An OpenAI-compatible model on loopback that counts who asked for what how often. It can be held, and refuse.

What it is asked, and what it says, is for those that are made of it: `AuthorModel`, `SummaryModel`.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from threading import Condition

from attrs import define, field, frozen

from domain.language_models.model import ModelSpec, Provider
from tests.services.http_server import Received, ScriptedServer, Wire, reply

WAIT_S = 600.0
"""Longer than any test holds a call, however slow the machine is; the end of a test releases it."""
PROMPT_TOKENS, ANSWER_TOKENS = 10, 5
"""Of each answer, as it says itself."""
_LAST = "Connection: close\r\n"  # a job's model keeps its connections for as long as its process may need them


@frozen(kw_only=True)
class Call:
    """One request: everything it told, in how many messages, its kind, and what it is about."""

    told: str
    messages: int
    kind: str
    subject: str


@define(eq=False)
class CountingModel(ABC):
    """
    *asked* counts calls by kind and subject. Calls about the subjects in *refused* get 400; all do if it *refuses_all*.

    While it is held, calls of the *held_kinds* (empty: of any) beyond those that may pass wait for `release`.
    """

    refused: set[str] = field(factory=set)
    refuses_all: bool = False
    held_kinds: tuple[str, ...] = ()
    url: str = field(default="", init=False)
    asked: Counter[tuple[str, str]] = field(factory=Counter, init=False)
    held: set[tuple[str, str]] = field(factory=set, init=False)
    _passing: float = field(default=inf, init=False)
    _came: int = field(default=0, init=False)
    _changed: Condition = field(factory=Condition, init=False)

    @abstractmethod
    def call_of(self, told: str, *, messages: int) -> Call:
        """Return what a request is."""

    @abstractmethod
    def said_to(self, call: Call) -> str:
        """Return what the model says."""

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

    def asked_of(self, kind: str) -> Counter[str]:
        """Return how often there was a call about each subject, of one kind."""
        return Counter({subject: times for (of, subject), times in self.asked.items() if of == kind})

    def _answer(self, request: Received, wire: Wire) -> None:
        messages = json.loads(request.body)["messages"]
        told = "\n\n".join(str(message["content"]) for message in messages)
        call = self.call_of(told, messages=len(messages))
        self._count(call)
        if self.refuses_all or call.subject in self.refused:
            wire.send(reply(json.dumps({"error": {"message": "no"}}), status="400 Bad Request", headers=_LAST))
            wire.hang_up()
            return
        body = {
            "choices": [{"message": {"role": "assistant", "content": self.said_to(call)}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": PROMPT_TOKENS, "completion_tokens": ANSWER_TOKENS},
        }
        wire.send(reply(json.dumps(body), headers=_LAST))
        wire.hang_up()

    def _count(self, call: Call) -> None:
        with self._changed:
            self.asked[call.kind, call.subject] += 1
            if self.held_kinds and call.kind not in self.held_kinds:
                return
            self._came += 1
            place = self._came
            if place > self._passing:
                self.held.add((call.kind, call.subject))
            self._changed.wait_for(lambda: place <= self._passing, timeout=WAIT_S)
