"""
The family: one item is one LLM API, and climbs the ladder.

All of them run at once, each with a time of its own, so that one which hangs delays the report by no more than that. An
API that fails its check is a failed item, with the class of the failure and the rungs up to there; the kernel does not
try it again: that it comes back is for the next check to find, and what one failure means is the state's matter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import cast

from attrs import frozen

from domain.jobs.errors import FailureKind, NotFound, PermanentFailure
from domain.jobs.family import Keep
from domain.jobs.item import Document, Item, ItemState, Outcome, PlannedItem
from domain.jobs.job import Job
from domain.jobs.ports import Clock
from domain.language_models.ports import LanguageModels, StreamingModels
from domain.language_models.use import Use
from domain.llm_validation.account import model_spec
from domain.llm_validation.api_ladder import ApiLadder
from domain.llm_validation.check_document import rungs_to_json
from domain.llm_validation.ladder import climbed
from domain.llm_validation.llm_api import LlmApi, LlmApiId
from domain.llm_validation.ports import Registry
from domain.llm_validation.probe_budget import day_of, granted, tokens_of_a_check
from domain.llm_validation.probe_models import chosen
from domain.llm_validation.refreshing import Refreshing
from domain.llm_validation.rung import Rung, RungResult, RungState
from domain.llm_validation.ways import Ways
from domain.secrets.ports import Environments
from domain.tenancy import TenantContext

KIND = "llm_validation"
DEFAULT_TIMEOUT_S = 30.0
GRACE = 1.1
"""The kernel's deadline is longer by this: for a look-up of a name, which nothing here can end."""


@frozen(kw_only=True)
class ValidationSpec:
    """
    What a validation's job carries: which API (None: all that are active), and how.

    *timeout_s* is what each API has for its whole ladder, in seconds; *probes* are the opt-in rungs.
    """

    api_id: LlmApiId | None = None
    timeout_s: float = DEFAULT_TIMEOUT_S
    probes: tuple[Rung, ...] = ()

    @property
    def deadline_s(self) -> float:
        """The kernel's deadline for an item, in seconds."""
        return self.timeout_s * GRACE

    def to_document(self) -> dict[str, object]:
        """Return the specification as the job's JSON."""
        return {
            "api_id": self.api_id,
            "timeout_s": self.timeout_s,
            "probes": [probe.value for probe in self.probes],
        }

    @classmethod
    def from_document(cls, spec: Document) -> ValidationSpec:
        """Read it back; rungs of a newer version are left out."""
        api_id = spec.get("api_id")
        probes = cast(Sequence[str], spec.get("probes", ()))
        return cls(
            api_id=LlmApiId(str(api_id)) if api_id else None,
            timeout_s=float(cast(float, spec.get("timeout_s", DEFAULT_TIMEOUT_S))),
            probes=tuple(Rung(probe) for probe in probes if probe in list(Rung)),
        )


@frozen(kw_only=True)
class LlmValidation:
    """
    The family. *tokens_a_day*: what the checks of one organization may take a day, in tokens.

    *environments* says what `${NAME}` stands for in an organization's APIs.
    """

    registry: Registry
    refreshing: Refreshing
    models: LanguageModels
    streams: StreamingModels
    ways: Ways
    environments: Environments
    clock: Clock
    tokens_a_day: int

    @property
    def kind(self) -> str:
        """`llm_validation`."""
        return KIND

    @property
    def allows_empty_plan(self) -> bool:
        """A validation of nothing would be a good report about nothing: no."""
        return False

    def plan(self, tenant: TenantContext, job: Job) -> Iterator[PlannedItem]:
        """Yield an item for each active API, or for the one that is named; tokens are shared out here."""
        spec = ValidationSpec.from_document(job.spec)
        with self.registry.view(tenant) as work:
            apis = work.apis.all() if spec.api_id is None else [work.apis.get(spec.api_id)]
            spent = work.checks.tokens_since(day_of(self.clock.now()))
        active = [api for api in apis if api.is_active]
        each = tokens_of_a_check(spec.probes)
        most = granted(len(active), spent=spent, budget=self.tokens_a_day, each=each)
        # not always the same ones go without, when it does not suffice for all
        drawn = sorted(active, key=lambda api: hashlib.sha256(f"{job.id}{api.id}".encode()).digest())
        spending = {api.id for api in drawn[:most]}
        for api in active:
            yield PlannedItem(key=api.name, input=_input(api, may_spend=api.id in spending))

    def prepare(self, tenant: TenantContext, job: Job) -> ApiChecker:
        """
        Return what checks the job's APIs.

        Raises:
            ServiceUnavailable: secrets can't be read just now.
        """
        environment = self.environments.of(tenant)
        return ApiChecker(
            tenant=tenant,
            spec=ValidationSpec.from_document(job.spec),
            registry=self.registry,
            refreshing=self.refreshing.with_environment(environment),
            models=self.models.with_environment(environment),
            streams=self.streams.with_environment(environment),
            ways=self.ways.with_environment(environment),
        )


@frozen(kw_only=True)
class ApiChecker:
    """The runner: one API an item."""

    tenant: TenantContext
    spec: ValidationSpec
    registry: Registry
    refreshing: Refreshing
    models: LanguageModels
    streams: StreamingModels
    ways: Ways

    def run(self, item: Item, *, deadline_s: float, keep: Keep) -> Outcome:
        """
        Climb the API's ladder.

        Raises:
            PermanentFailure: a rung broke; with its class, and all rungs as partial result.
        """
        try:
            with self.registry.view(self.tenant) as work:
                api = work.apis.get(LlmApiId(str(item.input["api_id"])))
        except NotFound:
            return _skipped("the API was removed after the validation was planned")
        if not api.is_active:
            return _skipped("the API was switched off after the validation was planned")
        rungs: list[RungResult] = []

        def told(result: RungResult) -> None:
            rungs.append(result)
            if result.rung not in _QUICK:
                keep({"rungs": rungs_to_json(rungs)}, result.usage)

        ladder = self._ladder(api, may_spend=bool(item.input.get("may_spend", True)))
        with closing(ladder.steps()) as steps:
            results = climbed(steps, deadline_s=min(self.spec.timeout_s, deadline_s), told=told)
        return _outcome(api, results)

    def _ladder(self, api: LlmApi, *, may_spend: bool) -> ApiLadder:
        return ApiLadder(
            spec=model_spec(api),
            ways=self.ways,
            models=self.models,
            streams=self.streams,
            listing=lambda left_s: self.refreshing.rung(self.tenant, api, deadline_s=left_s),
            chosen=lambda uses: self._chosen(api, uses),
            may_spend=may_spend,
            probes=self.spec.probes,
        )

    def _chosen(self, api: LlmApi, uses: Sequence[Use]) -> str | None:
        with self.registry.view(self.tenant) as work:
            return chosen(api.id, work.models.of(api.id), work.defaults.all(), uses=uses)


_QUICK = frozenset({Rung.CONFIGURATION, Rung.DNS, Rung.TCP})
"""Rungs that take next to no time: what they came to is kept with the next one."""


def _input(api: LlmApi, *, may_spend: bool) -> dict[str, object]:
    return {"api_id": api.id, "name": api.name, "provider": api.provider.value, "may_spend": may_spend}


def _skipped(reason: str) -> Outcome:
    return Outcome(state=ItemState.SKIPPED, result={"reason": reason, "rungs": []})


def _outcome(api: LlmApi, results: Sequence[RungResult]) -> Outcome:
    result: dict[str, object] = {"name": api.name, "provider": api.provider.value, "rungs": rungs_to_json(results)}
    broken = next((each for each in results if each.state is RungState.FAILED), None)
    if broken is None:
        return Outcome(state=ItemState.SUCCEEDED, result=result)
    stop = "" if broken.note.endswith((".", "?", "!")) else "."
    message = f"{broken.rung.value}: {broken.note}{stop} What to do: {broken.advice}"
    raise PermanentFailure(message, kind=broken.kind or FailureKind.INTERNAL, partial_result=result)
