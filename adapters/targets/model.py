"""A language model as a target: the prompt becomes a conversation, the completion an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import cast

import attrs
from attrs import field, frozen

from domain.jobs.item import Document
from domain.language_models.conversation import Completion, Message
from domain.language_models.ports import LanguageModel
from domain.test_execution.ports import Templates
from domain.test_execution.target import Answer, Question


@frozen(kw_only=True)
class ModelEndpoint:
    """The `Target` port over a `LanguageModel`."""

    _model: LanguageModel
    _system: str = field(repr=False)
    _templates: Templates = field(repr=False)

    def ask(self, question: Question, *, deadline_s: float) -> Answer:
        """Send the prompt as a conversation, once, and return the model's message; the system text is a template."""
        system = cast(str, self._templates.render(self._system, question.variables))
        messages = messages_of(question.prompt, system=system, history=question.history)
        return answer_of(self._model.complete(messages, deadline_s=deadline_s))

    def close(self) -> None:
        """Close the connections."""
        self._model.close()


def answer_of(completion: Completion) -> Answer:
    """Return a completion as an answer."""
    known = attrs.fields_dict(Answer)
    same = {name: value for name, value in attrs.asdict(completion, recurse=False).items() if name in known}
    return Answer(**{**same, "text": completion.text or _calls(completion)})


def messages_of(prompt: str, *, system: str, history: Sequence[Message] = ()) -> list[Message]:
    """
    Return the chat's messages: the system text, if any, what was said before, and the prompt.

    A prompt that is a JSON list of `{role, content}` is the conversation itself; its own system message wins.
    """
    conversation = [*history, *(_conversation(prompt) or [Message(role="user", content=prompt)])]
    if not system or conversation[0].role == "system":
        return conversation
    return [Message(role="system", content=system), *conversation]


def _conversation(prompt: str) -> list[Message]:
    if not prompt.lstrip().startswith("["):
        return []
    try:
        messages = json.loads(prompt)
    except (ValueError, RecursionError):
        return []
    is_conversation = isinstance(messages, list) and all(_is_message(message) for message in messages)
    return [_message(message) for message in messages] if is_conversation else []


def _is_message(message: object) -> bool:
    if not isinstance(message, dict) or not isinstance(message.get("role"), str) or not message["role"]:
        return False
    content = message.get("content", 0)
    is_parts = isinstance(content, list) and all(isinstance(part, dict) for part in content)
    return content is None or isinstance(content, str) or is_parts


def _message(message: Mapping[str, object]) -> Message:
    more = {name: value for name, value in message.items() if name not in ("role", "content")}
    content = cast(str | Sequence[Document] | None, message["content"])
    return Message(role=cast(str, message["role"]), content=content, more=more)


def _calls(completion: Completion) -> str:
    if not completion.tool_calls:
        return ""
    return json.dumps([attrs.asdict(call) for call in completion.tool_calls], ensure_ascii=False)
