"""An organization's secret as it may be shown: its name, who set it when, and how it ends."""

from __future__ import annotations

import re
from datetime import datetime
from typing import NewType

from attrs import field, frozen

from domain.jobs.errors import InvalidInput
from domain.secrets.vault import Sealed
from domain.tenancy import UserId

SecretName = NewType("SecretName", str)

MAX_VALUE_CHARACTERS = 16_384
"""Room for a certificate's private key; a secret is no place for documents."""
_SHOWN_CHARACTERS = 4
_SHORTEST_SHOWN = 16
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")


@frozen(kw_only=True)
class Secret:
    """
    What is known of a secret without opening it.

    *last_four* tells people which of their keys it is; empty where the value is so short that four characters would
    give too much of it away.
    """

    name: SecretName
    last_four: str
    created_at: datetime
    updated_at: datetime
    updated_by: UserId


@frozen(kw_only=True)
class StoredSecret:
    """A secret with its encrypted value."""

    secret: Secret
    sealed: Sealed = field(repr=False)


def checked_name(text: str) -> SecretName:
    """
    Return a secret's name: that of an environment variable, as targets name both alike (`${NAME}`).

    Raises:
        InvalidInput: it is none.
    """
    if not _NAME.fullmatch(text):
        raise InvalidInput(
            f"name: {text[:200]!r} can't name a secret; expected up to 128 letters (A to Z), digits and '_', "
            "not beginning with a digit, such as OPENAI_API_KEY"
        )
    return SecretName(text)


def checked_value(text: str) -> str:
    """
    Return a secret's value; the message of an error never holds it.

    Raises:
        InvalidInput: it is empty, too long, or holds NUL or half a character.
    """
    if not text.strip():
        raise InvalidInput("value: it is empty; expected the secret itself")
    if len(text) > MAX_VALUE_CHARACTERS:
        raise InvalidInput(f"value: it has {len(text)} characters; expected at most {MAX_VALUE_CHARACTERS}")
    if re.search("[\x00\ud800-\udfff]", text):
        raise InvalidInput("value: it holds NUL or a lone surrogate; expected text")
    return text


def last_four(value: str) -> str:
    """Return the end of a value, for people to recognise it; empty for a short one."""
    return value[-_SHOWN_CHARACTERS:] if len(value) >= _SHORTEST_SHOWN else ""
