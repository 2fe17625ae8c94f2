"""From a 2xx response to an answer: decoded, parsed, and the one text picked out of it."""

from __future__ import annotations

import json
from typing import Never

from attrs import field, frozen

from adapters.targets.environment import EnvironmentValues
from adapters.targets.exchange import Reply
from adapters.targets.response_path import PathNotFound, ResponsePath
from domain.jobs.errors import FailureKind, PermanentFailure
from domain.test_execution.target import Answer

_TOKENS = {
    "prompt_tokens": ("prompt_tokens", "input_tokens"),
    "completion_tokens": ("completion_tokens", "output_tokens"),
}


@frozen(kw_only=True)
class AnswerReader:
    """Reads the answers of one target; *shown* is the call's name in messages."""

    shown: str
    response_path: ResponsePath
    max_bytes: int
    values: EnvironmentValues = field(repr=False)

    def read(self, reply: Reply) -> Answer:
        """
        Return the answer that stands in *reply*.

        Raises:
            PermanentFailure: too_large; or bad_answer: empty, undecodable, not JSON, or the path leads nowhere.
        """
        if not reply.is_complete:
            raise PermanentFailure(
                f"{self.shown}: the answer has more than {self.max_bytes} bytes; raise max_answer_bytes if it may",
                kind=FailureKind.TOO_LARGE,
            )
        body = self._decoded(reply)
        if not body.strip():
            raise self._bad(f"HTTP {reply.status} with an empty body")
        data = self._parsed(body, reply=reply)
        return Answer(
            text=storable(self._text(data, body=body)),
            latency_s=reply.latency_s,
            data=data,
            status=reply.status,
            prompt_tokens=tokens(data, "prompt_tokens"),
            completion_tokens=tokens(data, "completion_tokens"),
        )

    def _decoded(self, reply: Reply) -> str:
        encoding = reply.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in ("", "identity"):
            raise self._bad(f"the answer is compressed ({self.values.excerpt(encoding)}), which was not asked for")
        charset = reply.headers.get_content_charset() or "utf-8"
        try:
            return reply.body.decode("utf-8-sig" if charset == "utf-8" else charset)
        except (LookupError, ValueError):
            start = self.values.excerpt(reply.body.decode("latin-1"))
        raise self._bad(f"the answer is not text in {self.values.excerpt(charset)}; it starts with: {start}")

    def _parsed(self, body: str, *, reply: Reply) -> object:
        try:
            return json.loads(body, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            problem = str(error)
        if not self.response_path.steps:
            return None
        what = "HTML" if _is_html(body, reply=reply) else f"not JSON ({self.values.excerpt(problem)})"
        raise self._bad(
            f"the answer is {what}, and JSON is needed for {str(self.response_path)!r}; "
            f"it starts with: {self.values.excerpt(body)}"
        )

    def _text(self, data: object, *, body: str) -> str:
        if not self.response_path.steps:
            return data if isinstance(data, str) else body
        try:
            found = self.response_path.pick(data)
        except PathNotFound as error:
            problem = self.values.excerpt(str(error))
        else:
            if found is not None:
                return found if isinstance(found, str) else _joined(found)
            problem = f"{str(self.response_path)!r} is null"
        raise self._bad(f"response_path: {problem}; the answer starts with: {self.values.excerpt(body)}")

    def _bad(self, problem: str) -> PermanentFailure:
        return PermanentFailure(f"{self.shown}: {problem}", kind=FailureKind.BAD_ANSWER)


def tokens(data: object, name: str) -> int | None:
    """Return a count from the response's `usage`, by either of the names in use; None where it doesn't say."""
    usage = data.get("usage") if isinstance(data, dict) else None
    counts = [usage.get(key) for key in _TOKENS[name]] if isinstance(usage, dict) else []
    return next((count for count in counts if isinstance(count, int) and not isinstance(count, bool)), None)


def storable(text: str) -> str:
    """Return *text* without lone surrogates: JSON can spell them (`\\ud83d`), and no database or file takes them."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _is_html(body: str, *, reply: Reply) -> bool:
    start = body.lstrip()[:14].lower()
    return "html" in reply.headers.get_content_type() or start.startswith(("<!doctype html", "<html"))


def _joined(found: object) -> str:
    # Chat APIs may give a message as parts: [{"type": "text", "text": "..."}].
    if isinstance(found, list) and found and all(isinstance(part, dict) and "text" in part for part in found):
        return "".join(str(part["text"]) for part in found)
    return json.dumps(found, ensure_ascii=False)


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is no JSON")
