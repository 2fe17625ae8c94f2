"""From the bytes of a response to text and JSON; what is wrong with them is said without secrets."""

from __future__ import annotations

import codecs
import json
from typing import Never

from attrs import field, frozen

from adapters.http.call import HttpCall
from adapters.http.exchange import Reply
from domain.jobs.errors import FailureKind, PermanentFailure

_NO_CHARSETS = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined"})
"""Python's codecs that decode to text and are no character set: two are quadratic, two read escapes in an answer."""


class NotJson(ValueError):
    """A text is not JSON; the message says what it is instead."""


@frozen
class ReplyReader:
    """Reads the 2xx responses of one call."""

    _call: HttpCall = field(repr=False)

    def text(self, reply: Reply) -> str:
        """
        Return the body as text.

        Raises:
            PermanentFailure: too_large; or bad_answer: empty, compressed, or in another character set than it says.
        """
        if not reply.is_complete:
            raise PermanentFailure(
                f"{self._call.shown}: the answer has more than {self._call.max_bytes} bytes; "
                "raise max_answer_bytes if it may",
                kind=FailureKind.TOO_LARGE,
            )
        body = self._decoded(reply)
        if not body.strip():
            raise self.bad(f"HTTP {reply.status} with an empty body")
        return self._call.values.without_credentials(body)

    def headers(self, reply: Reply) -> dict[str, str]:
        """Return the headers, their names in small letters, without the secrets that were sent."""
        hidden = self._call.values.without_credentials
        return {name.lower(): hidden(str(value)) for name, value in reply.headers.items()}

    def json(self, body: str, *, reply: Reply) -> object:
        """
        Return the JSON value that *body* is.

        Raises:
            NotJson: it is none.
        """
        try:
            data: object = json.loads(body, parse_constant=_refuse_constant)
            return self._call.values.without_credentials_inside(data) if "\\" in body else data
        except (ValueError, RecursionError) as error:
            problem = str(error)
        raise NotJson("HTML" if _is_html(body, reply=reply) else f"not JSON ({self.excerpt(problem)})")

    def bad(self, problem: str) -> PermanentFailure:
        """Return the failure of an answer that can't be used."""
        return PermanentFailure(f"{self._call.shown}: {problem}", kind=FailureKind.BAD_ANSWER)

    def excerpt(self, text: str) -> str:
        """Return the start of a foreign text, for a message."""
        return self._call.values.excerpt(text)

    def _decoded(self, reply: Reply) -> str:
        encoding = reply.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in ("", "identity"):
            raise self.bad(f"the answer is compressed ({self.excerpt(encoding)}), which was not asked for")
        charset = reply.headers.get_content_charset() or "utf-8"
        try:
            return reply.body.decode(_codec(charset))
        except (LookupError, ValueError):
            start = self.excerpt(reply.body.decode("latin-1"))
        raise self.bad(f"the answer is not text in {self.excerpt(charset)}; it starts with: {start}")


def _codec(charset: str) -> str:
    name = codecs.lookup(charset).name
    if name in _NO_CHARSETS:
        raise LookupError(charset)
    return "utf-8-sig" if name == "utf-8" else name


def storable(text: str) -> str:
    """Return *text* without lone surrogates: JSON can spell them (`\\ud83d`), and no database or file takes them."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def json_text(value: object) -> str:
    """
    Return *value* as JSON, in ASCII.

    Raises:
        PermanentFailure: bad_input: a variable holds what JSON can't, such as NaN or a date.
    """
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise PermanentFailure(f"the request can't be written as JSON: {error}", kind=FailureKind.BAD_INPUT) from error


def _is_html(body: str, *, reply: Reply) -> bool:
    start = body.lstrip()[:14].lower()
    return "html" in reply.headers.get_content_type() or start.startswith(("<!doctype html", "<html"))


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is no JSON")
