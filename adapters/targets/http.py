"""Any HTTP endpoint as a target: the body is a template over the test's variables and `prompt`."""

from __future__ import annotations

import re
from typing import cast

from attrs import field, frozen

from adapters.http.call import HttpCall
from adapters.http.failures import status_failure
from adapters.http.reading import json_text
from adapters.targets.answers import AnswerReader
from adapters.targets.http_scripts import HttpScripts, with_json_texts
from domain.jobs.item import Document
from domain.test_execution.ports import Templates
from domain.test_execution.target import Answer, Question


@frozen(kw_only=True)
class HttpEndpoint:
    """The `Target` port over HTTP; *body* has placeholders where values of the environment belong."""

    _call: HttpCall
    _reader: AnswerReader
    _body: object = field(repr=False)
    _templates: Templates = field(repr=False)
    _scripts: HttpScripts = field(repr=False)
    _json_texts: bool = False

    def ask(self, question: Question, *, deadline_s: float) -> Answer:
        """Send the question once and return the answer."""
        prompt = self._scripts.prompt(question, deadline_s=deadline_s)
        variables = {**question.seen_variables, "prompt": prompt}
        body = None if self._body is None else self._filled(variables)
        reply = self._call.send(body, variables=variables, deadline_s=deadline_s)
        if not reply.is_success:
            raise status_failure(reply, call=self._call.shown, values=self._call.values, now=self._call.now())
        return self._scripts.answer(reply, reader=self._reader, deadline_s=deadline_s)

    def close(self) -> None:
        """Close the connections."""
        self._call.connections.close()

    def _filled(self, variables: Document) -> bytes:
        rendered = self._templates.render(self._body, variables)
        if isinstance(self._body, str):
            text = self._call.values.fill_places(cast(str, rendered), as_json=False)
            return text.encode("utf-8", "replace")
        parsed = with_json_texts(rendered) if self._json_texts else rendered
        return self._call.values.fill_places(json_text(parsed), as_json=True).encode("ascii")


def content_type_of(body: object) -> str:
    """Return the Content-Type for a body: JSON, also where it is written out as text, or plain text."""
    if isinstance(body, str) and not re.match(r"\s*(\[|\{(?![{%]))", body):
        return "text/plain; charset=utf-8"
    return "application/json"
