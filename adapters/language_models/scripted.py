"""
A model without a network, for tests and for trying things out: what it says is written in its specification.

It keeps no count of its calls: the n-th reply answers the n-th turn of a conversation, however often and from however
many threads it is asked. So a run with it comes out the same each time, and after each crash.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

from attrs import field, frozen

from domain.jobs.errors import InvalidInput
from domain.jobs.item import Document
from domain.language_models.conversation import Completion, Embeddings, FinishReason, Message
from domain.language_models.model import ModelSpec
from domain.language_models.ports import ListedModel
from domain.language_models.streamed import Streamed
from domain.language_models.use import Capability

_CHARACTERS_A_TOKEN = 4
_DIMENSIONS = 16


@frozen
class ScriptedModel:
    """
    The `LanguageModel` port without a model.

    *reply* makes the answer (a text, or a whole completion) of the conversation, and may raise what a model raises.
    Without it, `parameters.replies` is a list of answers, one a turn, the last one for all turns after it; without
    that, the model repeats what it is told.
    """

    spec: ModelSpec
    _reply: Callable[[Sequence[Message]], str | Completion] | None = field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        replies = self.spec.parameters.get("replies", ["-"])
        if not isinstance(replies, list | tuple) or not replies or not all(isinstance(each, str) for each in replies):
            raise InvalidInput("parameters.replies: expected a list of texts, at least one")

    def complete(
        self,
        messages: Sequence[Message],
        *,
        deadline_s: float,  # noqa: ARG002  # a script does not wait
        json_schema: Document | None = None,  # noqa: ARG002  # and says what it says
    ) -> Completion:
        """Answer at once; a token is four characters here."""
        answer = self._reply(messages) if self._reply else self._scripted(messages)
        if isinstance(answer, Completion):
            return answer
        return Completion(
            text=answer,
            finish_reason=FinishReason.STOP,
            model=self.spec.model,
            latency_s=0.0,
            prompt_tokens=_tokens("".join(message.text for message in messages)),
            completion_tokens=_tokens(answer),
        )

    def stream(self, messages: Sequence[Message], *, deadline_s: float) -> Streamed:
        """Answer at once, a word a piece."""
        said = self.complete(messages, deadline_s=deadline_s)
        pieces = len(said.text.split())
        return Streamed(
            pieces=pieces,
            first_s=0.0 if pieces else None,
            latency_s=0.0,
            is_ended=True,
            model=said.model,
            prompt_tokens=said.prompt_tokens,
            completion_tokens=said.completion_tokens,
        )

    def embed(self, texts: Sequence[str], *, deadline_s: float) -> Embeddings:  # noqa: ARG002  # a hash does not wait
        """Return a vector of each text's hash: the same for the same text, and without any meaning."""
        vectors = tuple(tuple(byte / 255 for byte in sha256(each.encode()).digest()[:_DIMENSIONS]) for each in texts)
        return Embeddings(vectors=vectors, model=self.spec.model, latency_s=0.0, prompt_tokens=_tokens("".join(texts)))

    def close(self) -> None:
        """Hold nothing, free nothing."""

    def _scripted(self, messages: Sequence[Message]) -> str:
        replies = self.spec.parameters.get("replies")
        if isinstance(replies, list | tuple):
            turn = sum(message.role == "assistant" for message in messages)
            return str(replies[min(turn, len(replies) - 1)])
        return messages[-1].text if messages else ""


@frozen
class ScriptedCatalogue:
    """The `ModelCatalogue` port without a network: the one model of the specification."""

    spec: ModelSpec

    def list(self, *, deadline_s: float) -> tuple[ListedModel, ...]:  # noqa: ARG002  # a script does not wait
        """Return it."""
        can = frozenset({Capability.CHAT, Capability.EMBEDDING})
        return (ListedModel(name=self.spec.model, capabilities=can),)

    def close(self) -> None:
        """Hold nothing, free nothing."""


@frozen
class ScriptedModels:
    """The `LanguageModels` port: whatever is specified, *reply* answers."""

    _reply: Callable[[Sequence[Message]], str | Completion] | None = None

    def with_environment(self, environment: Mapping[str, str]) -> ScriptedModels:  # noqa: ARG002  # they need none
        """Return the same models."""
        return self

    def open(self, spec: ModelSpec, *, connections: int) -> ScriptedModel:  # noqa: ARG002  # there are none
        """Return the model; there is nothing to connect to."""
        return ScriptedModel(spec, self._reply)


def _tokens(text: str) -> int:
    return -(-len(text) // _CHARACTERS_A_TOKEN)
