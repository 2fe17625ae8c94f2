"""The moves of whoever wants to know which LLM APIs work: check all, check one, see what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import field, frozen

from domain.jobs.errors import Conflict, InvalidInput
from domain.jobs.job import Job, JobId, JobOptions
from domain.jobs.opening import only_id
from domain.jobs.request_key import IdempotencyKey
from domain.jobs.service import JobService, Submission
from domain.llm_validation.check import Check
from domain.llm_validation.checks import CheckPlace
from domain.llm_validation.llm_api import LlmApi, LlmApiId
from domain.llm_validation.ports import Registry
from domain.llm_validation.rung import OPTIONAL, Rung
from domain.llm_validation.validation import DEFAULT_TIMEOUT_S, KIND, ValidationSpec
from domain.llm_validation.views import find_api
from domain.tenancy import TenantContext

ALL = "all"
"""The subject of a validation of everything: there is one at a time in an organization."""
LONGEST_TIMEOUT_S = 600.0


@frozen(kw_only=True)
class CheckOptions:
    """How a check is made: seconds for the whole ladder of an API, and the opt-in rungs."""

    timeout_s: float = DEFAULT_TIMEOUT_S
    probes: tuple[Rung, ...] = field(default=())

    def __attrs_post_init__(self) -> None:
        if not 0 < self.timeout_s <= LONGEST_TIMEOUT_S:
            raise InvalidInput(
                f"timeout_s: {self.timeout_s:g}; expected seconds, more than 0 and at most {LONGEST_TIMEOUT_S:g}"
            )
        for probe in self.probes:
            if probe not in OPTIONAL:
                raise InvalidInput(f"probes: {probe.value!r} is always tried; expected some of {', '.join(OPTIONAL)}")


STANDARD = CheckOptions()


@frozen(kw_only=True)
class Validations:
    """Validations of an organization's LLM APIs."""

    jobs: JobService
    registry: Registry

    def submit(
        self,
        tenant: TenantContext,
        api_id: LlmApiId | None = None,
        *,
        options: CheckOptions = STANDARD,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Job:
        """
        Accept a check of one API, or of all that are active.

        Raises:
            InvalidInput: no API is active.
            NotFound: no such API in this organization.
            Conflict: that API is switched off.
            AlreadyRunning: the same is being checked already.
        """
        subject = api_id or ALL
        key = None
        if idempotency_key is not None:  # the same wish: how many APIs there are may have changed since
            words = idempotency_key.request or f"{KIND}:{subject}:{options}"
            key = IdempotencyKey(idempotency_key.key, request=words)
            known = self.jobs.replayed(tenant, key)
            if known is not None:
                return known
        count = 1 if api_id else len(self._active(tenant))
        if api_id:
            self._check_active(tenant, api_id)
        if not count:
            raise InvalidInput("there is no active LLM API to check; add one with `antiphon llm add`, or switch one on")
        spec = ValidationSpec(api_id=api_id, timeout_s=options.timeout_s, probes=options.probes)
        submission = Submission(
            kind=KIND,
            spec=spec.to_document(),
            options=JobOptions(concurrency=count, deadline_s=spec.deadline_s, max_attempts=1),
            subject=subject,
            idempotency_key=key,
        )
        return self.jobs.submit(tenant, submission)

    def open_all(self, tenant: TenantContext, ids: Mapping[str, str], key: IdempotencyKey) -> JobId:
        """
        Accept a check of all active APIs, or of the one called `api` (`Opener` of llm_manager.validate_all_llm_apis).

        Raises:
            InvalidInput: other ids than that.
            NotFound, Conflict, AlreadyRunning: as `submit`.
        """
        api_id = self.find(tenant, only_id(ids, "api")) if ids else None
        return self.submit(tenant, api_id, idempotency_key=key).id

    def open_one(self, tenant: TenantContext, ids: Mapping[str, str], key: IdempotencyKey) -> JobId:
        """Accept a check of the API `api_id` (`Opener` of llm_manager.validate_single_api)."""
        return self.submit(tenant, LlmApiId(only_id(ids, "api_id")), idempotency_key=key).id

    def find(self, tenant: TenantContext, words: str) -> LlmApiId:
        """
        Return the API of this name or id.

        Raises:
            NotFound: no such API in this organization.
        """
        with self.registry.view(tenant) as work:
            return find_api(work, words).id

    def history(
        self, tenant: TenantContext, api_id: LlmApiId, *, before: CheckPlace | None = None, limit: int
    ) -> Sequence[Check]:
        """
        Return the checks of an API, newest first.

        Raises:
            NotFound: no such API in this organization.
        """
        with self.registry.view(tenant) as work:
            work.apis.get(api_id)
            return work.checks.page(api_id, before=before, limit=limit)

    def _active(self, tenant: TenantContext) -> list[LlmApi]:
        with self.registry.view(tenant) as work:
            return [api for api in work.apis.all() if api.is_active]

    def _check_active(self, tenant: TenantContext, api_id: LlmApiId) -> None:
        with self.registry.view(tenant) as work:
            api = work.apis.get(api_id)
        if not api.is_active:
            raise Conflict(f"LLM API {api.name!r} is switched off; switch it on to have it checked")
