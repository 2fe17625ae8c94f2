"""
An LLM API: an account at a provider, as an organization has registered it.

It holds no secret. Its key is the name of one (`${OPENAI_API_KEY}`), which is looked up when a model is opened.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import NewType
from urllib.parse import parse_qsl, urlsplit

from attrs import field, frozen

from domain.jobs.errors import InvalidInput
from domain.language_models.model import BASE_URLS, CALLABLE, DEFAULT_WORD, Provider
from domain.limits.limit import CallLimits
from domain.tenancy import OrganizationId

LlmApiId = NewType("LlmApiId", str)

MOST_APIS = 200
"""Of one organization: each is validated hourly, all of them at once."""
LONGEST_URL = 2000

NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
"""No slash: `llm:NAME/MODEL` ends the name at the first one, and models have slashes of their own."""
_VARIABLE = r"[A-Za-z_][A-Za-z0-9_]{0,127}"
_FILLED = re.compile(rf"\$\{{{_VARIABLE}\}}")
_BEGIN = re.compile(rf"^\$\{{{_VARIABLE}\}}")
_SECRET_PARAMETER = re.compile(r"key|token|secret|password|passwd|signature|^sig$|credential", re.IGNORECASE)
_OTHER_WORDS = {"gemini": Provider.GOOGLE}
OFFERED = tuple(provider for provider in CALLABLE if provider is not Provider.SCRIPTED)


@frozen(kw_only=True)
class LlmApi:
    """
    An account at a provider.

    An empty *base_url* is the provider's own address, an empty *api_key* sends none. *limits* are the account's: all
    of its models and all jobs of the organization keep to them together. One that is not *is_active* is neither
    called nor checked, and stays as it is.
    """

    id: LlmApiId
    organization_id: OrganizationId
    name: str
    provider: Provider = field(converter=Provider)
    base_url: str = ""
    api_key: str = ""
    is_active: bool = True
    limits: CallLimits = field(factory=CallLimits)
    created_at: datetime
    updated_at: datetime


def provider_named(word: str) -> Provider:
    """
    Return the provider that *word* means; `gemini` is Google's.

    Raises:
        InvalidInput: there is none.
    """
    known = word.strip().lower()
    if known in _OTHER_WORDS:
        return _OTHER_WORDS[known]
    if known not in list(CALLABLE):
        raise InvalidInput(f"provider: {word[:100]!r} is none; expected one of {', '.join(OFFERED)}, gemini")
    return Provider(known)


def checked_api_name(name: str) -> str:
    """
    Return the name.

    Raises:
        InvalidInput: an API can't be called so.
    """
    if not re.fullmatch(NAME_PATTERN, name):
        raise InvalidInput(
            f"name: {name[:200]!r} can't name an LLM API; expected 1 to 64 letters (A to Z), digits, dots, dashes and "
            "underscores, the first a letter or digit; choose another name"
        )
    if name.lower() == DEFAULT_WORD:
        raise InvalidInput(f"name: {name!r} means the organization's default model (llm:default); choose another name")
    return name


def checked_base_url(url: str, *, provider: Provider) -> str:
    """
    Return the address without spaces around it; whether it may be called is judged when it is.

    Raises:
        InvalidInput: it is none, holds a password or a key in clear, or is missing where the provider can be anywhere.
    """
    address = url.strip()
    if not address:
        if provider not in BASE_URLS:
            raise InvalidInput(
                f"base_url: missing; {provider.value} can be anywhere: expected the address of the API, such as "
                "https://HOST/v1"
            )
        return ""
    problem = _problem_of(address)
    if problem:
        raise InvalidInput(f"base_url: {problem}; expected https://HOST/PATH")
    return address


def checked_key(text: str) -> str:
    """
    Return the reference to a secret, `${NAME}`; a bare NAME becomes one, and an empty text sends no key.

    Raises:
        InvalidInput: it is something else, a key itself perhaps: it is not repeated, and nothing of it is stored.
    """
    word = text.strip()
    if not word:
        return ""
    if _FILLED.fullmatch(word):
        return word
    # Keys of providers have small letters or dashes; a name of a variable in this form can hardly be one.
    if re.fullmatch(r"[A-Z_][A-Z0-9_]{0,127}", word):
        return f"${{{word}}}"
    raise InvalidInput(
        "api_key: expected the NAME of a secret or environment variable, such as ${OPENAI_API_KEY}, never the key "
        "itself; store the key with `antiphon secrets set OPENAI_API_KEY`, and name it here"
    )


def variables_in(*texts: str) -> list[str]:
    """Return the names that `${NAME}` stands for in these texts, each once, in their order."""
    return list(dict.fromkeys(found[2:-1] for text in texts for found in _FILLED.findall(text)))


def _problem_of(address: str) -> str:
    """Return what is wrong with an address; a key or password in it is not repeated."""
    if len(address) > LONGEST_URL:
        return f"it has {len(address)} characters, and the most are {LONGEST_URL}"
    filled = _BEGIN.sub("https://x", address, count=1) if _BEGIN.match(address) else address
    filled = _FILLED.sub("x", filled)
    if re.search(r"[\s{}<>\x00-\x1f\x7f\ud800-\udfff]", filled):
        return "it holds a space, a bracket or a control character"
    try:
        parts = urlsplit(filled)
        host = parts.hostname
        _port = parts.port
    except ValueError:
        return "it can't be read as a URL"
    if parts.username is not None or parts.password is not None:
        return "it holds a user or password; name a secret with --key-env instead"
    if parts.scheme not in ("http", "https") or not host:
        return f"{address[:200]!r} is no address of an API"
    if parts.fragment:
        return "it holds a #fragment, which is never sent"
    secret = [name for name, value in parse_qsl(urlsplit(address).query) if _is_secret(name, value)]
    return f"its parameter {secret[0]!r} looks like a key in clear; write ${{NAME}} in its place" if secret else ""


def _is_secret(name: str, value: str) -> bool:
    return bool(_SECRET_PARAMETER.search(name)) and not _FILLED.fullmatch(value)
