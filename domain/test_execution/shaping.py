"""
What stands around the question: a test's variables and prompt before it, and the output that metrics see after it.

Scripts and templates come with the test; running them costs no call, so they run again whenever an answer that was kept
is judged again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

from attrs import evolve, frozen

from domain.jobs.errors import FailureKind, InvalidInput, PermanentFailure
from domain.jobs.item import Document
from domain.test_execution.ports import Templates, Transforms
from domain.test_execution.sample import Sample
from domain.test_execution.script import Script
from domain.test_execution.test_set import TestCase


@frozen(kw_only=True)
class Shaping:
    """Fills templates and runs the transforms of tests."""

    templates: Templates
    transforms: Transforms

    def variables(self, case: TestCase, *, deadline_s: float) -> Document:
        """
        Return the variables that fill the test's prompt.

        Raises:
            PermanentFailure: bad_input: its script makes no mapping of them.
        """
        if case.variables_transform is None:
            return case.variables
        made = self._applied(
            case.variables_transform, {"vars": dict(case.variables), "context": {}}, deadline_s=deadline_s
        )
        if not isinstance(made, Mapping):
            raise PermanentFailure(
                f"the transform of the variables returned {_shown(made)}; expected an object of variables",
                kind=FailureKind.BAD_INPUT,
            )
        return cast(Document, made)

    def prompt(self, template: str, variables: Document) -> str:
        """
        Return the prompt; in one that is a JSON list of messages each text is filled for itself, so that a quote in a
        variable breaks nothing.

        Raises:
            PermanentFailure: bad_input: a variable without a value, or a template that doesn't parse.
        """
        messages = _messages(template)
        if messages is None:
            return str(self.templates.render(template, variables))
        rendered = cast(list[Document], self.templates.render(messages, variables))
        return json.dumps([_with_text(message) for message in rendered], ensure_ascii=False)

    def seen(self, sample: Sample, script: object, *, deadline_s: float) -> Sample:
        """
        Return the sample with its output as *script* makes it; without a script as it is.

        Raises:
            PermanentFailure: evaluation_error: the script fails.
        """
        if script is None:
            return sample
        made = self._applied(script, _arguments(sample), deadline_s=deadline_s)
        output = None if isinstance(made, str) else made
        return evolve(sample, answer=evolve(sample.answer, text=_as_text(made), is_json=False), output=output)

    def with_context(self, sample: Sample, script: object, *, of: Sample, deadline_s: float) -> Sample:
        """
        Return the sample with the variable `context` as *script* makes it from the output that *of* has.

        Raises:
            PermanentFailure: evaluation_error: the script fails, or gives no text.
        """
        if script is None:
            return sample
        made = self._applied(script, _arguments(of), deadline_s=deadline_s)
        texts = made if isinstance(made, list) else [made]
        if not texts or not all(isinstance(text, str) and text.strip() for text in texts):
            raise PermanentFailure(
                f"context_transform returned {_shown(made)}; expected a text that is not empty, or a list of them",
                kind=FailureKind.EVALUATION_ERROR,
            )
        return evolve(sample, variables={**sample.variables, "context": made})

    def _applied(self, script: object, arguments: Document, *, deadline_s: float) -> object:
        try:
            return self.transforms.apply(Script.from_value(script), arguments, deadline_s=deadline_s)
        except InvalidInput as error:
            raise PermanentFailure(str(error), kind=FailureKind.EVALUATION_ERROR) from error


def _arguments(sample: Sample) -> Document:
    """Return what a script over an output knows."""
    context = {
        "vars": dict(sample.variables),
        "prompt": {"raw": sample.prompt, "label": sample.case.prompt_label},
        "metadata": {},
    }
    return {"output": sample.seen_output, "context": context}


def _messages(template: str) -> list[Document] | None:
    """Return the chat that a prompt is, or None where it is a text."""
    if not template.lstrip().startswith("["):
        return None
    try:
        found = json.loads(template)
    except (ValueError, RecursionError):
        return None
    is_chat = isinstance(found, list) and all(isinstance(message, dict) and "role" in message for message in found)
    return cast(list[Document], found) if is_chat and found else None


def _with_text(message: Document) -> Document:
    """Return a message whose content is a text or a list of parts, also where its template became something else."""
    content = message.get("content")
    if content is None or isinstance(content, str | list):
        return message
    return {**message, "content": json.dumps(content, ensure_ascii=False)}


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _shown(value: object) -> str:
    return repr(value)[:80]
