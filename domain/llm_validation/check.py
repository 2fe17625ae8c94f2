"""
One check of one LLM API: the rungs that were climbed, and what they say about the API and about its models.

An API can work while a model of it doesn't, and the two are kept apart: a deployment that was deleted must not read
like a provider that is down.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NewType

from attrs import frozen

from domain.jobs.errors import FailureKind
from domain.jobs.job import JobId
from domain.jobs.usage import NOTHING, Usage
from domain.llm_validation.api_state import Observation
from domain.llm_validation.llm_api import LlmApiId
from domain.llm_validation.rung import OF_A_MODEL, Rung, RungResult, RungState

CheckId = NewType("CheckId", str)

_OF_THE_ACCOUNT = frozenset(
    {
        FailureKind.AUTHENTICATION,
        FailureKind.QUOTA,
        FailureKind.CONNECTION,
        FailureKind.DNS,
        FailureKind.TLS,
        FailureKind.BAD_INPUT,
    }
)
"""Classes that concern all models of an API, whichever was asked."""
_SAYS_WE_ARE_IN = frozenset(
    {
        FailureKind.MODEL_NOT_FOUND,
        FailureKind.CONTENT_FILTERED,
        FailureKind.CONTEXT_TOO_LONG,
    }
)
"""Refusals of a server that has let us in."""
_OF_OURS = frozenset({FailureKind.POISON, FailureKind.BUDGET, FailureKind.EXPIRED, FailureKind.INTERNAL})
"""Ends that came about here, and say nothing of the API."""


@frozen(kw_only=True)
class Check:
    """
    What one item of a validation came to.

    *kind* and *message* are those of the failed rung, or of what ended the check otherwise; an API that passed has
    none. *rungs* are those that were climbed.
    """

    id: CheckId
    api_id: LlmApiId
    job_id: JobId
    checked_at: datetime
    rungs: tuple[RungResult, ...]
    kind: FailureKind | None = None
    message: str = ""

    @property
    def usage(self) -> Usage:
        """What its rungs cost."""
        return sum((rung.usage for rung in self.rungs), start=NOTHING)

    @property
    def broken(self) -> RungResult | None:
        """The rung that failed, if one did."""
        return next((rung for rung in self.rungs if rung.state is RungState.FAILED), None)

    @property
    def observation(self) -> Observation:
        """What the check says about the API."""
        if self.kind is None:
            return Observation.WORKS
        if self.kind in _OF_OURS:
            return Observation.NOTHING
        if self.kind is FailureKind.RATE_LIMITED or self._is_of_a_model:
            return Observation.LIMPS
        return Observation.FAILS

    @property
    def of_models(self) -> Iterator[tuple[str, Observation]]:
        """What the check says about models: each that was asked once, a failure of one of its rungs for all of them."""
        found: dict[str, Observation] = {}
        for rung in self.rungs:
            if rung.model and rung.state is RungState.PASSED:
                found.setdefault(rung.model, Observation.WORKS)
        if self.broken is not None and self.broken.model and self._is_of_a_model:
            found[self.broken.model] = Observation.FAILS
        yield from found.items()

    @property
    def _is_of_a_model(self) -> bool:
        """Whether a model failed, and not the account: we were let in, or it is plain from the class."""
        if self.broken is None or self.kind is None or self.broken.rung not in OF_A_MODEL:
            return False
        is_let_in = any(rung.rung in _LET_IN and rung.state is RungState.PASSED for rung in self.rungs)
        return self.kind in _SAYS_WE_ARE_IN or (is_let_in and self.kind not in _OF_THE_ACCOUNT)


_LET_IN = frozenset({Rung.MODELS, *OF_A_MODEL})
