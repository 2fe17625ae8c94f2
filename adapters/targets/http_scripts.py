"""Scripts around an HTTP call: what becomes of the prompt before it, and of the response after it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from attrs import evolve, field, frozen

from adapters.http.exchange import Reply
from adapters.http.reading import NotJson, storable
from adapters.targets.answers import AnswerReader
from domain.jobs.errors import InvalidInput, PermanentFailure
from domain.jobs.item import Document
from domain.test_execution.ports import Transforms
from domain.test_execution.script import Script
from domain.test_execution.target import Answer, HttpTarget, Question

_REQUEST_NAMES = ("prompt", "vars", "context")
_RESPONSE_NAMES = ("json", "text", "context")


@frozen(kw_only=True)
class HttpScripts:
    """The scripts of one target; without any, prompts and answers pass as they are."""

    _request: Script | None
    _response: Script | None
    _transforms: Transforms = field(repr=False)

    @classmethod
    def of(cls, spec: HttpTarget, transforms: Transforms) -> HttpScripts:
        """
        Return the scripts of a target, checked.

        Raises:
            InvalidInput: one is no JavaScript.
        """
        request, response = (
            None if value is None else Script.from_value(value)
            for value in (spec.request_transform, spec.response_transform)
        )
        for name, script, names in (
            ("request_transform", request, _REQUEST_NAMES),
            ("response_transform", response, _RESPONSE_NAMES),
        ):
            if script is not None:
                _check(script, names, field=name, transforms=transforms)
        return cls(request=request, response=response, transforms=transforms)

    def prompt(self, question: Question, *, deadline_s: float) -> object:
        """Return what stands for `prompt` in the body: a text, or JSON."""
        if self._request is None:
            return question.prompt
        variables = dict(question.variables)
        arguments: Document = {"prompt": question.prompt, "vars": variables, "context": {"vars": variables}}
        return self._transforms.apply(self._request, arguments, deadline_s=deadline_s)

    def answer(self, reply: Reply, *, reader: AnswerReader, deadline_s: float) -> Answer:
        """
        Return the answer that stands in a response.

        Raises:
            PermanentFailure: bad_answer: the script fails on it, or says that it is an error.
        """
        if self._response is None:
            return reader.read(reply)
        text = reader.reader.text(reply)
        data = _json_of(text, reply=reply, reader=reader)
        headers = reader.reader.headers(reply)
        response = {"status": reply.status, "data": text if data is None else data, "headers": headers}
        arguments: Document = {"json": data, "text": text, "context": {"response": response}}
        try:
            made = self._transforms.apply(self._response, arguments, deadline_s=deadline_s)
        except PermanentFailure as error:
            raise reader.reader.bad(f"{error}; the answer starts with: {reader.reader.excerpt(text)}") from error
        return _answer(made, reply=reply, data=data, reader=reader)


def with_json_texts(value: object) -> object:
    """Return JSON in which texts that are JSON objects or lists are what they say."""
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    if isinstance(value, dict):
        return {name: with_json_texts(content) for name, content in value.items()}
    return [with_json_texts(content) for content in value] if isinstance(value, list) else value


def _answer(made: object, *, reply: Reply, data: object, reader: AnswerReader) -> Answer:
    output = made.get("output") if isinstance(made, Mapping) and "output" in made else made
    if isinstance(made, Mapping) and made.get("error") and "output" not in made:
        raise reader.reader.bad(f"response_transform says: {reader.reader.excerpt(str(made['error']))}")
    if output is None:
        raise reader.reader.bad("response_transform returned nothing")
    text = output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)
    answer = Answer(
        text=storable(text),
        latency_s=reply.latency_s,
        data=data,
        status=reply.status,
        is_json=isinstance(output, dict | list),
    )
    usage = made.get("tokenUsage") if isinstance(made, Mapping) else None
    if not isinstance(usage, Mapping):
        return answer
    return evolve(answer, prompt_tokens=_count(usage.get("prompt")), completion_tokens=_count(usage.get("completion")))


def _json_of(text: str, *, reply: Reply, reader: AnswerReader) -> object:
    try:
        return reader.reader.json(text, reply=reply)
    except NotJson:
        return None


def _count(value: object) -> int | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return int(value) if is_number and value >= 0 else None  # type: ignore[operator, call-overload]  # a number, see above


def _check(script: Script, names: tuple[str, ...], *, field: str, transforms: Transforms) -> None:
    try:
        transforms.check(script, names=names)
    except InvalidInput as error:
        raise InvalidInput(f"{field}: {error}") from error
