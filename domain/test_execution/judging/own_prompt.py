"""
A test set's own words for a judge (promptfoo's `rubricPrompt`), in place of the shipped prompt.

Whoever writes them decides where the data goes, and gives up the delimiters of the shipped prompts. A prompt that is a
JSON list of chat messages is read before its places are filled in, so that an answer can't add a message.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import cast

from attrs import frozen

from domain.jobs.errors import InvalidInput
from domain.jobs.item import Document
from domain.language_models.conversation import Message
from domain.language_models.prompt import Prompt
from domain.test_execution.judging.kinds import JudgedKind
from domain.test_execution.judging.session import Request, Write, as_shipped
from domain.test_execution.metric import Metric
from domain.test_execution.ports import Templates
from domain.test_execution.sample import Sample
from domain.test_execution.text_metrics import read_json

OPTION = "rubric_prompt"
_NAMES: Mapping[str, tuple[str, ...]] = {
    "answer": ("output", "completion"),
    "question": ("input",),
    "rubric": ("rubric",),
    "criterion": ("criteria", "rubric"),
    "reference": ("ideal", "rubric", "groundTruth"),
    "context": ("context",),
}
"""What a template calls each block: promptfoo's names."""


@frozen(kw_only=True)
class OwnPrompt:
    """The prompt to use for a metric: *template* (a text, or a list of chat messages), or None for the shipped one."""

    template: object
    templates: Templates

    def for_sample(self, sample: Sample) -> Write:
        """Return what makes requests about *sample*."""
        if self.template is None:
            return as_shipped
        return lambda prompt, blocks: self._request(prompt, blocks, sample.variables)

    def _request(self, prompt: Prompt, blocks: Mapping[str, str], variables: Document) -> Request:
        data = {name: text for block, text in blocks.items() for name in _NAMES.get(block, ())}
        rendered = self.templates.render(self.template, {**variables, **blocks, **data})
        words = json.dumps(self.template, sort_keys=True, ensure_ascii=False)
        version = hashlib.sha256(words.encode()).hexdigest()[:8]
        return Request(title=f"{prompt.name}@own-{version}", messages=_messages(rendered), schema=None)


def own_prompt(metric: Metric, *, kind: JudgedKind, templates: Templates) -> OwnPrompt:
    """
    Return the metric's own prompt, from its option `rubric_prompt`.

    Raises:
        InvalidInput: it is neither a text nor a list of messages, or the kind asks more than one question.
    """
    written = metric.options.get(OPTION)
    if written is None:
        return OwnPrompt(template=None, templates=templates)
    if len(kind.prompts) != 1:
        raise InvalidInput(f"{OPTION}: {metric.kind} asks with {len(kind.prompts)} prompts; expected none of your own")
    template = _parsed(written) if isinstance(written, str) else written
    if not isinstance(template, str) and not _are_messages(template):
        raise InvalidInput(f"{OPTION}: expected a text, or a list of messages with role and content")
    return OwnPrompt(template=template, templates=templates)


def _parsed(text: str) -> object:
    try:
        value = read_json(text)
    except ValueError:
        return text
    return value if _are_messages(value) else text


def _are_messages(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(each, Mapping) and isinstance(each.get("role"), str) and isinstance(each.get("content"), str)
            for each in value
        )
    )


def _messages(rendered: object) -> tuple[Message, ...]:
    if isinstance(rendered, str):
        return (Message(role="user", content=rendered),)
    return tuple(
        Message(role=str(each["role"]), content=str(each["content"])) for each in cast(list[Document], rendered)
    )
