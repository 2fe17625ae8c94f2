"""What a language model is wanted for, and what it must be able to do for that."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Capability(StrEnum):
    """What a model can do: hold a chat, embed texts, see images, call tools, answer in a JSON schema."""

    CHAT = "chat"
    EMBEDDING = "embedding"
    IMAGE = "image"
    TOOLS = "tools"
    JSON_SCHEMA = "json_schema"


class Use(StrEnum):
    """What an organization has a default model for: chats (targets, simulated users), judging, embedding."""

    CHAT = "chat"
    JUDGE = "judge"
    EMBEDDING = "embedding"

    @property
    def needs(self) -> Capability:
        """What a model must be able to do for it."""
        return _NEEDS[self]


_NEEDS: Mapping[Use, Capability] = {
    Use.CHAT: Capability.CHAT,
    Use.JUDGE: Capability.CHAT,
    Use.EMBEDDING: Capability.EMBEDDING,
}
