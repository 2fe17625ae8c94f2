"""The providers' lists of models, played on loopback: each in its own words, in as many pages as it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from domain.language_models.ports import ListedModel
from domain.language_models.use import Capability
from tests.services.providers import PLAYS, Play

Json = Any
CHAT, EMBEDDING, TOOLS = Capability.CHAT, Capability.EMBEDDING, Capability.TOOLS


@frozen(kw_only=True)
class PlayedList:
    """How one provider lists: the bodies by the path they are asked for under, and what is to be read from them."""

    play: Play
    pages: Mapping[str, Json]
    models: tuple[ListedModel, ...]

    @property
    def name(self) -> str:
        """The provider."""
        return self.play.name


def _one(name: str, *can: Capability, length: int | None = None) -> ListedModel:
    return ListedModel(name=name, capabilities=frozenset(can), context_length=length)


_OPENAI, _COMPATIBLE, _AZURE, _AZURE_OLD, _ANTHROPIC, _GOOGLE, _OLLAMA = PLAYS
_DEPLOYMENTS = {
    "object": "list",
    "data": [
        {"id": "prod-chat", "model": "gpt-4o", "status": "succeeded", "object": "deployment"},
        {"id": "coming", "model": "gpt-4o", "status": "running", "object": "deployment"},
    ],
}

LISTS = (
    PlayedList(
        play=_OPENAI,
        pages={"/v1/models": {"object": "list", "data": [{"id": "gpt-5"}, {"id": "text-embedding-3-small"}]}},
        models=(_one("gpt-5"), _one("text-embedding-3-small")),
    ),
    PlayedList(
        play=_COMPATIBLE,
        pages={
            "/api/v1/models": {
                "data": [
                    {
                        "id": "meta/llama:free",
                        "context_length": 131072,
                        "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
                        "supported_parameters": ["tools", "structured_outputs", "temperature"],
                    },
                    {"id": "local", "max_model_len": 8192},
                    {"id": "mistral", "capabilities": {"completion_chat": True, "vision": False}},
                    {"id": "bge", "type": "embedding"},
                    {"no": "id"},
                    "nonsense",
                ]
            }
        },
        models=(
            _one("meta/llama:free", CHAT, Capability.IMAGE, TOOLS, Capability.JSON_SCHEMA, length=131072),
            _one("local", length=8192),
            _one("mistral", CHAT),
            _one("bge", EMBEDDING),
        ),
    ),
    *(
        PlayedList(
            play=play, pages={"/openai/deployments?api-version=2022-12-01": _DEPLOYMENTS}, models=(_one("prod-chat"),)
        )
        for play in (_AZURE, _AZURE_OLD)
    ),
    PlayedList(
        play=_ANTHROPIC,
        pages={
            "/v1/models?limit=1000": {
                "data": [
                    {"type": "model", "id": "claude-a", "max_input_tokens": 200000},
                    {"type": "model", "id": "claude-b", "capabilities": {"image_input": {"supported": True}}},
                ],
                "has_more": True,
                "last_id": "claude-b",
            },
            "/v1/models?limit=1000&after_id=claude-b": {
                "data": [{"type": "model", "id": "claude-c"}],
                "has_more": False,
                "last_id": "claude-c",
            },
        },
        models=(
            _one("claude-a", CHAT, TOOLS, length=200000),
            _one("claude-b", CHAT, TOOLS, Capability.IMAGE),
            _one("claude-c", CHAT, TOOLS),
        ),
    ),
    PlayedList(
        play=_GOOGLE,
        pages={
            "/v1beta/models?pageSize=1000": {
                "models": [
                    {
                        "name": "models/gemini-a",
                        "inputTokenLimit": 1048576,
                        "supportedGenerationMethods": ["generateContent", "countTokens"],
                    },
                    {"name": "models/aqa", "supportedGenerationMethods": ["generateAnswer"]},
                ],
                "nextPageToken": "a+b/c=",
            },
            "/v1beta/models?pageSize=1000&pageToken=a%2Bb%2Fc%3D": {
                "models": [{"name": "models/embed-a", "supportedGenerationMethods": ["embedContent"]}]
            },
        },
        models=(_one("gemini-a", CHAT, length=1048576), _one("embed-a", EMBEDDING)),
    ),
    PlayedList(
        play=_OLLAMA,
        pages={
            "/api/tags": {
                "models": [
                    {"name": "llama3.2:latest", "details": {"family": "llama"}},
                    {"name": "nomic-embed-text:latest", "details": {"family": "nomic-bert"}},
                    {"name": "newer:1b", "capabilities": ["completion", "tools"]},
                ]
            }
        },
        models=(_one("llama3.2:latest"), _one("nomic-embed-text:latest", EMBEDDING), _one("newer:1b", CHAT, TOOLS)),
    ),
)
