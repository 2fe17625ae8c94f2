"""Targets whose calls are spans: the last link of a trace that began with the request for the run."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve, frozen

from domain.test_execution.ports import Target, Targets
from domain.test_execution.target import Answer, HttpTarget, ModelTarget, Question, TargetSpec
from domain.tracing import SpanKind, Spans


@frozen(kw_only=True)
class TracedTargets:
    """`Targets` that opens *targets* with a span around each call."""

    targets: Targets
    spans: Spans

    def with_environment(self, environment: Mapping[str, str]) -> TracedTargets:
        """Return traced targets that are opened with this environment."""
        return evolve(self, targets=self.targets.with_environment(environment))

    def open(self, spec: TargetSpec, *, connections: int) -> Target:
        """Return the target, ready for *connections* calls at once."""
        opened = self.targets.open(spec, connections=connections)
        return TracedTarget(target=opened, spans=self.spans, name=f"call {_kind(spec)}")


@frozen(kw_only=True)
class TracedTarget:
    """`Target` that asks *target* inside a span; a span holds neither the question nor the answer, nor an address."""

    target: Target
    spans: Spans
    name: str

    def ask(self, question: Question, *, deadline_s: float) -> Answer:
        """Ask once and return the answer."""
        with self.spans.span(self.name, kind=SpanKind.CLIENT):
            return self.target.ask(question, deadline_s=deadline_s)

    def close(self) -> None:
        """Close the target."""
        self.target.close()


def _kind(spec: TargetSpec) -> str:
    if isinstance(spec, HttpTarget):
        return "an HTTP target"
    return "a model" if isinstance(spec, ModelTarget) else "a Python function"
