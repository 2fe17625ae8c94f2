"""
The response cache: answers kept by the content of what was asked, each for its own organization.

A key is a hash over everything an answer depends on: the target as it is specified (without its credentials), what
was asked, and the number of the repeat. Where that can't be told, nothing is cached: of a Python function nobody knows
what it reads, and a target that remembers conversations by itself would miss the turns that came from the cache.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import NewType, Protocol, cast

from attrs import field, frozen

from domain.jobs.item import Document
from domain.jobs.ports import Clock
from domain.tenancy import TenantContext
from domain.test_execution.codec import target_to_json, to_json
from domain.test_execution.target import HttpTarget, ModelTarget, PythonTarget, Question, TargetSpec

CacheKey = NewType("CacheKey", str)

DEFAULT_MAX_AGE_S = 7 * 24 * 3600.0
_FORMAT = 1
"""Part of every key: to be raised when what is stored under one means something else."""

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_NOT_IN_KEYS = ("api_key", "price", "timeout_s", "account")
"""Of a model: its credential, and what changes nothing about an answer."""


class ResponseCache(Protocol):
    """Where answers are kept; called from several threads at once."""

    def get(self, tenant: TenantContext, key: CacheKey) -> Document | None:
        """
        Return what is kept under the key, if it is there and has not expired.

        Raises:
            ServiceUnavailable: what keeps it can't be reached.
        """

    def put(self, tenant: TenantContext, key: CacheKey, entry: Document, *, keep_s: float) -> None:
        """
        Keep the entry for so many seconds, in place of what was there.

        Raises:
            ServiceUnavailable: what keeps it can't be reached.
        """

    def count(self, tenant: TenantContext) -> int | None:
        """
        Return how many entries the organization has that have not expired; None where nobody counts them.

        Raises:
            ServiceUnavailable: what keeps them can't be reached.
        """

    def clear(self, tenant: TenantContext) -> int | None:
        """
        Forget all entries of the organization; return how many there were, None where nobody counts them.

        Raises:
            ServiceUnavailable: what keeps them can't be reached.
        """


@frozen(kw_only=True)
class Caching:
    """
    What caching needs. *cache* must not raise: it is asked inside tests, which must not fail over it.

    *environment*: the same words lead elsewhere where `${HOST}` in an address is another one.
    """

    cache: ResponseCache
    clock: Clock
    environment: Mapping[str, str] = field(factory=dict, repr=False)


@frozen(kw_only=True)
class TargetKeys:
    """The keys of one target's answers; *named* is the target as it stands in them."""

    named: str
    reads_variables: bool
    remembers: bool

    @classmethod
    def of(cls, spec: TargetSpec, *, environment: Mapping[str, str]) -> TargetKeys | None:
        """Return what makes the target's keys; None: its answers are not cached."""
        if isinstance(spec, PythonTarget):
            return None
        named = _canonical(_without_credentials(spec))
        return cls(
            named=_canonical([named, _address(spec, environment)]),
            reads_variables=isinstance(spec, HttpTarget) or "{" in spec.system,
            remembers="conversation_id" in named,
        )

    def key(self, question: Question) -> CacheKey | None:
        """Return the key of the answer to the question; None: it is not cached."""
        if question.conversation_id and self.remembers:
            return None
        asked = {
            "prompt": question.prompt,
            "history": [to_json(message) for message in question.history],
            "variables": question.variables if self.reads_variables else {},
            "is_conversation": bool(question.conversation_id),
            "repeat": question.repeat,
        }
        return CacheKey(hashlib.sha256(_canonical([_FORMAT, self.named, asked]).encode()).hexdigest())


def is_cacheable(spec: TargetSpec) -> bool:
    """Whether answers of the target can be cached at all."""
    return not isinstance(spec, PythonTarget)


def _without_credentials(spec: HttpTarget | ModelTarget) -> Document:
    data = dict(target_to_json(spec))
    if isinstance(spec, ModelTarget):
        model = cast(Document, data["model"])
        return {**data, "model": {name: model[name] for name in model if name not in _NOT_IN_KEYS}}
    data.pop("timeout_s", None)
    return data


def _address(spec: HttpTarget | ModelTarget, environment: Mapping[str, str]) -> str:
    # the query stays as it is written: that is where keys are put
    address = spec.url.partition("?")[0] if isinstance(spec, HttpTarget) else spec.model.base_url
    return _VARIABLE.sub(lambda match: environment.get(match[1], ""), address)


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
