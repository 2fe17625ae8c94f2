"""From a 2xx response to an answer: the one text picked out of it."""

from __future__ import annotations

import json

from attrs import frozen

from adapters.http.exchange import Reply
from adapters.http.reading import NotJson, ReplyReader, storable
from adapters.language_models.json_values import count
from adapters.targets.json_safe import json_safe
from adapters.targets.response_path import PathNotFound, ResponsePath
from domain.test_execution.target import Answer

_TOKENS = {
    "prompt_tokens": ("prompt_tokens", "input_tokens"),
    "completion_tokens": ("completion_tokens", "output_tokens"),
}


@frozen(kw_only=True)
class AnswerReader:
    """Reads the answers of one HTTP target."""

    response_path: ResponsePath
    reader: ReplyReader

    def read(self, reply: Reply) -> Answer:
        """
        Return the answer that stands in *reply*.

        Raises:
            PermanentFailure: too_large; or bad_answer: empty, undecodable, not JSON, or the path leads nowhere.
        """
        body = self.reader.text(reply)
        data = self._parsed(body, reply=reply)
        return Answer(
            text=storable(self._text(data, body=body)),
            latency_s=reply.latency_s,
            data=json_safe(data),
            status=reply.status,
            prompt_tokens=tokens(data, "prompt_tokens"),
            completion_tokens=tokens(data, "completion_tokens"),
        )

    def _parsed(self, body: str, *, reply: Reply) -> object:
        try:
            return self.reader.json(body, reply=reply)
        except NotJson as error:
            what = str(error)
        if not self.response_path.steps:
            return None
        raise self.reader.bad(
            f"the answer is {what}, and JSON is needed for {str(self.response_path)!r}; "
            f"it starts with: {self.reader.excerpt(body)}"
        )

    def _text(self, data: object, *, body: str) -> str:
        if not self.response_path.steps:
            return data if isinstance(data, str) else body
        try:
            found = self.response_path.pick(data)
        except PathNotFound as error:
            problem = self.reader.excerpt(str(error))
        else:
            if found is not None:
                return found if isinstance(found, str) else _joined(found)
            problem = f"{str(self.response_path)!r} is null"
        raise self.reader.bad(f"response_path: {problem}; the answer starts with: {self.reader.excerpt(body)}")


def tokens(data: object, name: str) -> int | None:
    """Return a count from the response's `usage`, by either of the names in use; None where it doesn't say."""
    usage = data.get("usage") if isinstance(data, dict) else None
    counts = [usage.get(key) for key in _TOKENS[name]] if isinstance(usage, dict) else []
    return next((found for found in map(count, counts) if found is not None), None)


def _joined(found: object) -> str:
    # Chat APIs may give a message as parts: [{"type": "text", "text": "..."}].
    if isinstance(found, list) and found and all(isinstance(part, dict) and "text" in part for part in found):
        return "".join(str(part["text"]) for part in found)
    return json.dumps(found, ensure_ascii=False)
