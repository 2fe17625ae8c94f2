"""A model behind an OpenAI-compatible chat API as a target."""

from __future__ import annotations

import json
from typing import cast

from attrs import field, frozen

from adapters.http.call import HttpCall
from adapters.http.failures import status_failure
from adapters.http.reading import json_text
from adapters.targets.answers import AnswerReader
from adapters.targets.response_path import ResponsePath
from domain.jobs.item import Document
from domain.test_execution.ports import Templates
from domain.test_execution.target import Answer, ChatTarget, Question

MESSAGE_PATH = ResponsePath(("choices", 0, "message", "content"))


@frozen(kw_only=True)
class ChatEndpoint:
    """The `Target` port over `POST {base_url}/chat/completions`."""

    _call: HttpCall
    _reader: AnswerReader
    _model: str
    _system: str = field(repr=False)
    _parameters: Document = field(repr=False)
    _templates: Templates = field(repr=False)

    def ask(self, question: Question, *, deadline_s: float) -> Answer:
        """Send the prompt as a chat, once, and return the model's message; the system text may be a template."""
        system = cast(str, self._templates.render(self._system, question.variables))
        body = {**self._parameters, "model": self._model, "messages": messages_of(question.prompt, system=system)}
        reply = self._call.send(json_text(body).encode("ascii"), variables={}, deadline_s=deadline_s)
        if not reply.is_success:
            raise status_failure(reply, call=self._call.shown, values=self._call.values, now=self._call.now())
        return self._reader.read(reply)

    def close(self) -> None:
        """Close the connections."""
        self._call.connections.close()


def messages_of(prompt: str, *, system: str) -> list[object]:
    """
    Return the chat's messages: the system text, if any, and the prompt.

    A prompt that is a JSON list of `{role, content}` is the conversation itself; its own system message wins.
    """
    conversation = _conversation(prompt) or [{"role": "user", "content": prompt}]
    if not system or cast(dict[str, object], conversation[0])["role"] == "system":
        return conversation
    return [{"role": "system", "content": system}, *conversation]


def chat_url(base_url: str) -> str:
    """Return the URL of the chat endpoint; a query, as some gateways need it, stays at the end."""
    base, mark, query = base_url.partition("?")
    return f"{base.rstrip('/')}/chat/completions{mark}{query}"


def unsupported_parameters(spec: ChatTarget) -> list[str]:
    """Return the parameters that can't be sent: what the program sets itself, and answers in pieces."""
    return [
        name for name, value in spec.parameters.items() if name in ("model", "messages") or (name == "stream" and value)
    ]


def _conversation(prompt: str) -> list[object]:
    if not prompt.lstrip().startswith("["):
        return []
    try:
        messages = json.loads(prompt)
    except (ValueError, RecursionError):
        return []
    is_conversation = isinstance(messages, list) and all(_is_message(message) for message in messages)
    return messages if is_conversation else []


def _is_message(message: object) -> bool:
    return isinstance(message, dict) and isinstance(message.get("role"), str) and "content" in message
