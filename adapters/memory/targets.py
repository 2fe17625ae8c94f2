"""Targets without a network: what is asked is answered by a function. For tests, and for trying things out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import frozen

from domain.test_execution.target import Answer, Question, TargetSpec


@frozen
class ScriptedTargets:
    """
    `Targets` that open whatever is specified, and answer with the text that *reply* makes of the prompt.

    *reply* may raise what a target raises (`TransientFailure`, `PermanentFailure`), and is called from several threads.
    """

    reply: Callable[[str], str]

    def with_environment(self, environment: Mapping[str, str]) -> ScriptedTargets:  # noqa: ARG002  # they need none
        """Return the same targets."""
        return self

    def open(self, spec: TargetSpec, *, connections: int) -> ScriptedTarget:  # noqa: ARG002  # the same for all
        """Return the target; there is nothing to connect to."""
        return ScriptedTarget(self.reply)


@frozen
class ScriptedTarget:
    """One of them."""

    reply: Callable[[str], str]

    def ask(self, question: Question, *, deadline_s: float) -> Answer:  # noqa: ARG002  # a function does not wait
        """Answer at once."""
        return Answer(text=self.reply(question.prompt), latency_s=0.0)

    def close(self) -> None:
        """Hold nothing, free nothing."""
