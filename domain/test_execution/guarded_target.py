"""A target behind a door: asked only as often as everybody together may, and not at all while it is down."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Protocol, runtime_checkable

from attrs import frozen

from domain.jobs.admission import Admission, OpenDoor
from domain.language_models.guarded import CHARACTERS_A_TOKEN, model_key, pairs
from domain.limits.door import Door
from domain.limits.limit import LimitKey, limit_key
from domain.test_execution.ports import Target
from domain.test_execution.target import Answer, HttpTarget, ModelTarget, Question, TargetSpec


@runtime_checkable
class Doored(Protocol):
    """A target that may have a door before it."""

    @property
    def door(self) -> Door | None:
        """The door."""


@frozen(kw_only=True)
class GuardedTarget:
    """`Target` that asks *target* through *door*."""

    target: Target
    door: Door

    def ask(self, question: Question, *, deadline_s: float) -> Answer:
        """Ask when it is permitted; waiting for that takes from the deadline."""
        ends = monotonic() + deadline_s
        return self.door.call(
            lambda: self.target.ask(question, deadline_s=ends - monotonic()),
            tokens_of=lambda answer: tokens_of(question, answer),
        )

    def close(self) -> None:
        """Close the target."""
        self.target.close()


def admission_to(targets: Sequence[Target]) -> Admission:
    """
    Return who lets in the attempts of a run against *targets*.

    Of several targets nobody knows, before an item is claimed, which one it asks: there each call waits at its door.
    """
    if len(targets) == 1 and isinstance(targets[0], Doored) and targets[0].door is not None:
        return targets[0].door
    return OpenDoor()


def endpoint_key(spec: TargetSpec) -> LimitKey:
    """
    Return under which key all calls to the endpoint are counted: its address, and the account they are made with.

    Of an account it takes the name (`${OPENAI_API_KEY}`); one that is written out goes into the hash like the rest.
    """
    if isinstance(spec, ModelTarget):
        return model_key(spec.model)
    if isinstance(spec, HttpTarget):
        return limit_key("target", spec.url.partition("?")[0], *pairs(spec.headers))
    return limit_key("target", spec.module, spec.function)


def tokens_of(question: Question, answer: Answer) -> int:
    """Return the tokens that the call took, guessed from its texts where the target doesn't say."""
    if answer.prompt_tokens is None and answer.completion_tokens is None:
        return 1 + (len(question.prompt) + len(answer.text)) // CHARACTERS_A_TOKEN
    return (answer.prompt_tokens or 0) + (answer.completion_tokens or 0)
