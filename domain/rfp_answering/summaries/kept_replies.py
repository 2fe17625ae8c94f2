"""Replies of models that were paid for: kept with the item before anything else is done, and not bought again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import cast

from attrs import field, frozen

from domain.jobs.family import Keep
from domain.jobs.item import Document
from domain.jobs.usage import NOTHING, Usage
from domain.language_models.conversation import Completion, Embeddings, FinishReason, Message
from domain.language_models.ports import LanguageModel


@frozen(kw_only=True)
class Replies:
    """What this attempt and those before it have heard, by what was asked, and how that is kept."""

    keep: Keep
    heard: dict[str, str] = field(factory=dict)
    _told: list[Usage] = field(factory=list, init=False)

    @classmethod
    def of(cls, progress: Document | None, *, keep: Keep) -> Replies:
        """Return those that earlier attempts kept."""
        return cls(keep=keep, heard=dict(cast(Mapping[str, str], (progress or {}).get("heard", {}))))

    @property
    def told(self) -> Usage:
        """What the replies that were given out cost; all of it is counted already, where they were kept."""
        return sum(self._told, start=NOTHING)

    def give(self, said: Completion) -> Completion:
        """Return a reply, and note that it was given out."""
        self._told.append(said.usage)
        return said

    def forget(self) -> None:
        """Forget them: they could not be read, and who tries again must ask again."""
        self.heard.clear()
        self.keep({})

    def through(self, model: LanguageModel) -> LanguageModel:
        """Return the model with these replies in front of it."""
        return _KeptModel(model=model, replies=self)


@frozen(kw_only=True)
class _KeptModel:
    """`LanguageModel` that asks what was not asked before; usage is counted where a reply is kept, and only there."""

    model: LanguageModel
    replies: Replies

    def complete(
        self, messages: Sequence[Message], *, deadline_s: float, json_schema: Document | None = None
    ) -> Completion:
        asked = _asked(messages)
        if asked not in self.replies.heard:
            said = self.model.complete(messages, deadline_s=deadline_s, json_schema=json_schema)
            self.replies.heard[asked] = said.text
            self.replies.keep({"heard": dict(self.replies.heard)}, said.usage)
            return self.replies.give(said)
        text = self.replies.heard[asked]
        return self.replies.give(Completion(text=text, finish_reason=FinishReason.STOP, model="", latency_s=0.0))

    def embed(self, texts: Sequence[str], *, deadline_s: float) -> Embeddings:
        return self.model.embed(texts, deadline_s=deadline_s)

    def close(self) -> None:
        self.model.close()


def _asked(messages: Sequence[Message]) -> str:
    words = [[one.role, one.text] for one in messages]
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()
