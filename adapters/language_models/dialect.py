"""What differs between the providers' APIs: where to send, what to send, and how to read what comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from adapters.http.exchange import Reply
from domain.jobs.item import Document
from domain.language_models.conversation import Completion, Embeddings, Message
from domain.language_models.model import ModelSpec


class NoMessage(ValueError):
    """A response holds no answer; the message says what is missing."""


class ChatDialect(Protocol):
    """One provider's API for chats; no state, and no network."""

    def chat_url(self, spec: ModelSpec) -> str:
        """Return where the model is asked."""

    def headers(self, key: str) -> Mapping[str, str]:
        """Return the headers of every call; *key* is empty where none is to be sent."""

    def unsupported(self, spec: ModelSpec) -> list[str]:
        """Return the parameters that can't be sent: what the program sets itself, and answers in pieces."""

    def chat(self, spec: ModelSpec, messages: Sequence[Message], json_schema: Document | None) -> dict[str, object]:
        """Return the request for a completion."""

    def completion(self, data: Document, *, reply: Reply) -> Completion:
        """
        Read the response to it.

        Raises:
            NoMessage: there is no answer in it.
        """


class EmbeddingDialect(Protocol):
    """One provider's API for embeddings."""

    def embedding_url(self, spec: ModelSpec) -> str:
        """Return where texts are embedded."""

    def embedding(self, spec: ModelSpec, texts: Sequence[str]) -> dict[str, object]:
        """Return the request for the embeddings of *texts*."""

    def embeddings(self, data: Document, *, reply: Reply) -> Embeddings:
        """Return what the response to it holds; no vectors where it holds none."""


def under(base_url: str, path: str) -> str:
    """Return the URL of *path* below *base_url*; a query, as some gateways need it, stays at the end."""
    base, mark, query = base_url.partition("?")
    return f"{base.rstrip('/')}/{path}{mark}{query}"


def plain_messages(messages: Sequence[Message]) -> list[dict[str, object]]:
    """Return the messages as `{role, content, ...}`, as OpenAI began and others took over."""
    return [{**message.more, "role": message.role, "content": message.content} for message in messages]


def without_system(messages: Sequence[Message]) -> tuple[str, list[Message]]:
    """Return the system messages as one text, and the others, for the APIs that keep them apart."""
    system = [message for message in messages if message.role in ("system", "developer")]
    return "\n\n".join(message.text for message in system), [message for message in messages if message not in system]
