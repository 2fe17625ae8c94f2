"""
`${NAME}` in a target's specification: filled from its environment at opening, and masked in every message.

The environment is the organization's secrets; on one's own machine also the shell's. A value that came from it counts
as secret, whichever it is.
"""

from __future__ import annotations

import html
import json
import re
import secrets
from collections.abc import Iterable, Mapping
from urllib.parse import quote, quote_plus

from attrs import field, frozen

from adapters.http.url import AS_WRITTEN
from domain.jobs.errors import InvalidInput

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_BEHIND_HOST = re.compile(r"^([^/?#]*//)?[^/?#]*")
"""Scheme and host of a URL, or what stands for both: the rest is what is left without it."""
_SHOWN_CHARACTERS = 300
_SHORTEST_CREDENTIAL = 8
MASK = "***"


@frozen
class EnvironmentValues:
    """The environment as one target sees it: it hands values out and remembers them, so that it can mask them."""

    _environment: Mapping[str, str] = field(repr=False)
    _secrets: set[str] = field(factory=set, init=False, repr=False)
    _credentials: set[str] = field(factory=set, init=False, repr=False)
    _patterns: dict[frozenset[str], re.Pattern[str]] = field(factory=dict, init=False, repr=False)
    _placeholders: dict[str, str] = field(factory=dict, init=False, repr=False)
    # Unguessable, or a test's own text could hold a placeholder and have a secret put in its place.
    _nonce: str = field(factory=lambda: secrets.token_hex(8), init=False, repr=False)

    def fill(self, text: str, *, field: str) -> str:
        """
        Return *text* with every `${NAME}` replaced; *field* is for the message.

        Raises:
            InvalidInput: a variable is not set, or empty.
        """
        return _REFERENCE.sub(lambda match: self._value(match[1], field=field), text)

    def fill_header(self, text: str, *, field: str) -> str:
        """As `fill`, for a header: what it is filled with is masked in answers, too."""
        self._hide_in_answers(text, field=field)
        return self.fill(text, field=field)

    def fill_url(self, text: str, *, field: str) -> str:
        """As `fill`, for a URL: what stands behind the host is masked in answers, too; a host is no secret there."""
        self._hide_in_answers(_BEHIND_HOST.sub("", text), field=field)
        return self.fill(text, field=field)

    def hold_places(self, value: object, *, field: str) -> object:
        """
        Return a JSON value with a placeholder for every `${NAME}` in its strings; `fill_places` puts the values in.

        Between the two, templates are rendered: no template engine and no message of one ever sees a secret. Answers
        that repeat one are masked.

        Raises:
            InvalidInput: a variable is not set, or empty.
        """
        if isinstance(value, str):
            return _REFERENCE.sub(lambda match: self._placeholder(match[1], field=field), value)
        if isinstance(value, Mapping):
            return {name: self.hold_places(content, field=f"{field}.{name}") for name, content in value.items()}
        if isinstance(value, list | tuple):
            return [self.hold_places(content, field=f"{field}[{no}]") for no, content in enumerate(value)]
        return value

    def fill_places(self, text: str, *, as_json: bool) -> str:
        """Return *text* with the placeholders replaced by their values, escaped when they stand in JSON strings."""
        for placeholder, value in self._placeholders.items():
            text = text.replace(placeholder, json.dumps(value)[1:-1] if as_json else value)
        return text

    def mask(self, text: str) -> str:
        """Return *text* without the secrets, in any form and case in which servers and libraries repeat them."""
        return self._masked(text, self._secrets)

    def without_credentials(self, answer: str) -> str:
        """
        Return an answer without the secrets it was asked with: some endpoints say them back.

        Short values stay: masking each `on` or `de` that a header was filled with would change right answers.
        """
        return self._masked(answer, (secret for secret in self._credentials if len(secret) >= _SHORTEST_CREDENTIAL))

    def without_credentials_inside(self, data: object) -> object:
        """Return JSON with the same left out of its texts: an escaped spelling hides a secret from `re`."""
        if isinstance(data, str):
            return self.without_credentials(data)
        if isinstance(data, dict):
            inside = self.without_credentials_inside
            return {self.without_credentials(name): inside(content) for name, content in data.items()}
        if isinstance(data, list):
            return [self.without_credentials_inside(content) for content in data]
        return data

    def excerpt(self, text: str) -> str:
        """Return the start of a foreign text for a message: masked before it is cut, on one line, printable."""
        masked = " ".join(self.mask(text)[: 10 * _SHOWN_CHARACTERS].split())
        printable = "".join(
            character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in masked
        )
        return printable if len(printable) <= _SHOWN_CHARACTERS else f"{printable[:_SHOWN_CHARACTERS]}…"

    def add_secret(self, value: str) -> None:
        """Mask *value* too: a key that is written out in a specification is as secret as one from the environment."""
        self._secrets.add(value)
        self._credentials.add(value)

    def _value(self, name: str, *, field: str) -> str:
        value = self._environment.get(name, "")
        if not value:
            state = "is empty" if name in self._environment else "is not set"
            raise InvalidInput(
                f"{field}: the secret {name} {state}; set it (`antiphon secrets set {name}`, or, on your own machine, "
                f"as an environment variable), or take ${{{name}}} out"
            )
        self._secrets.add(value)
        return value

    def _masked(self, text: str, hidden: Iterable[str]) -> str:
        key = frozenset(hidden)
        pattern = self._patterns.get(key)
        if pattern is None:  # kept: making it costs as much as a call
            pattern = self._patterns[key] = _pattern(key)
        return pattern.sub(MASK, text) if key else text

    def _hide_in_answers(self, text: str, *, field: str) -> None:
        self._credentials.update(self._value(name, field=field) for name in _REFERENCE.findall(text))

    def _placeholder(self, name: str, *, field: str) -> str:
        value = self._value(name, field=field)
        self._credentials.add(value)
        placeholder = f"<{name}:{self._nonce}>"
        self._placeholders[placeholder] = value
        return placeholder


def _pattern(hidden: Iterable[str]) -> re.Pattern[str]:
    forms = sorted({form for secret in hidden for form in _forms(secret)}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, forms)), flags=re.IGNORECASE)


def _forms(secret: str) -> set[str]:
    """Return how servers and libraries write a secret; twice, as in JSON within JSON. A plain key has one form."""
    once = _written(secret.strip())
    return {form for form in {secret, *once, *(again for form in once for again in _written(form))} if form}


def _written(text: str) -> set[str]:
    escaped = {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], repr(text)[1:-1]}
    escaped |= {form.replace("/", "\\/") for form in escaped}  # as PHP writes JSON
    quoted = {quote(text, safe=""), quote(text), quote(text, safe=AS_WRITTEN), quote_plus(text)}
    return {text, *escaped, *quoted, html.escape(text), html.escape(text, quote=False)}
