"""What a caller says to have a target checked, and what came of it."""

from __future__ import annotations

from pydantic import BaseModel, Field, JsonValue

from entrypoints.api.documents.results import FailureDocument
from entrypoints.api.documents.words import JsonObject, Words

LONGEST_PROBE_S = 30.0


class CheckTarget(Words):
    """A target to be checked."""

    target: JsonObject = Field(
        description="As a document of tests names one (docs/test-sets.md).",
        examples=[{"kind": "http", "url": "https://bot.example/chat", "response_path": "answer"}],
    )


class ProbeTarget(CheckTarget):
    """A target to be asked once."""

    prompt: str = Field(
        default="Hello", max_length=100_000, description="What to ask: a template over the variables, as a test's is."
    )
    variables: JsonObject = Field(default={}, description="The variables of the prompt and of the target's templates.")
    deadline_s: float = Field(
        default=LONGEST_PROBE_S, gt=0, le=LONGEST_PROBE_S, description="Seconds the call may take."
    )


class CheckedTarget(BaseModel):
    """A target that can be used."""

    kind: str = Field(examples=["http"])
    warnings: list[str] = Field(description="What deserves a look, a line each.")


class ProbedTarget(BaseModel):
    """What came of asking a target once."""

    ok: bool = Field(description="Whether it answered.")
    prompt: str = Field(description="What was asked.")
    status: int | None = Field(default=None, description="Its HTTP status.")
    latency_s: float | None = None
    response: JsonValue = Field(default=None, description="What came back, where it was JSON.")
    answer: str | None = Field(default=None, description="What was taken for the answer.")
    error: FailureDocument | None = Field(default=None, description="Why there is no answer.")
