"""Models behind doors: judges, embeddings and simulated users are asked only as often as everybody together may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import monotonic

from attrs import frozen

from domain.jobs.item import Document
from domain.language_models.conversation import Completion, Embeddings, Message
from domain.language_models.model import ModelSpec
from domain.language_models.ports import LanguageModel, LanguageModels
from domain.limits.door import Door
from domain.limits.doors import EndpointDoors
from domain.limits.limit import Limit, LimitKey, limit_key

CHARACTERS_A_TOKEN = 4
"""Where a model doesn't say: about right for English text, and rather too many tokens than too few for code."""


@frozen
class GuardedModels:
    """The `LanguageModels` port over another one: models are called through the doors of a job or an organization."""

    _models: LanguageModels
    _doors: EndpointDoors

    def with_environment(self, environment: Mapping[str, str]) -> GuardedModels:
        """Return models behind the same doors that are opened with this environment."""
        return GuardedModels(self._models.with_environment(environment), self._doors)

    def open(self, spec: ModelSpec, *, connections: int) -> GuardedModel:
        """Return the model, ready for *connections* calls at once."""
        model = self._models.open(spec, connections=connections)
        door = self._doors.before(spec.limits.under(model_key(spec)), *account_limits(spec), whom=spec.name)
        return GuardedModel(model=model, door=door)


@frozen(kw_only=True)
class GuardedModel:
    """
    `LanguageModel` that is asked through *door*; waiting there takes from the deadline.

    Raises, beside what the model does:
        Deferred: the call is not permitted within a second.
        PermanentFailure: target_down: the breaker is open, and nobody was called.
    """

    model: LanguageModel
    door: Door

    def complete(
        self, messages: Sequence[Message], *, deadline_s: float, json_schema: Document | None = None
    ) -> Completion:
        """Ask when it is permitted."""
        ends = monotonic() + deadline_s
        return self.door.call(
            lambda: self.model.complete(messages, deadline_s=ends - monotonic(), json_schema=json_schema),
            tokens_of=lambda said: _tokens_of(
                said.prompt_tokens, said.completion_tokens, texts=(*(message.text for message in messages), said.text)
            ),
        )

    def embed(self, texts: Sequence[str], *, deadline_s: float) -> Embeddings:
        """Embed when it is permitted."""
        ends = monotonic() + deadline_s
        return self.door.call(
            lambda: self.model.embed(texts, deadline_s=ends - monotonic()),
            tokens_of=lambda found: _tokens_of(found.prompt_tokens, None, texts=texts),
        )

    def close(self) -> None:
        """Close the model."""
        self.model.close()


def model_key(spec: ModelSpec) -> LimitKey:
    """
    Return under which key all calls to the model are counted, whoever makes them: address, model and account.

    A judge shares it with a target that is the same model under the same account: they spend one minute.
    """
    return limit_key("target", spec.address, spec.model, spec.api_key, *pairs(spec.headers))


def account_limits(spec: ModelSpec) -> tuple[Limit, ...]:
    """Return the limits of the registered account that the model is called with, beside the model's own; or none."""
    return () if spec.account is None else (spec.account.limits.under(LimitKey(spec.account.key)),)


def pairs(headers: Mapping[str, str]) -> list[str]:
    """Return headers as a part of a key: their order and the case of their names mean nothing."""
    return [f"{name.lower()}={value}" for name, value in sorted(headers.items())]


def _tokens_of(prompt: int | None, completion: int | None, *, texts: Sequence[str]) -> int:
    if prompt is None and completion is None:
        return 1 + sum(map(len, texts)) // CHARACTERS_A_TOKEN
    return (prompt or 0) + (completion or 0)
