"""Test runs that are opened by ids or names: what a message or a schedule says in place of a job."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import ClassVar

import attrs
from attrs import frozen

from domain.jobs.errors import InvalidInput
from domain.jobs.job import JobId
from domain.jobs.opening import only_id
from domain.jobs.request_key import IdempotencyKey
from domain.tenancy import TenantContext
from domain.test_execution.configurations import SavedConfigurations
from domain.test_execution.service import TestRuns
from domain.test_execution.test_set import ConfigurationId

BY_ID, BY_NAME, SUBJECT = "configuration_id", "configuration", "subject"


@frozen(kw_only=True)
class RunOpener:
    """Opens runs of stored configurations, by id, or by a name that means its newest version."""

    __test__: ClassVar[bool] = False

    runs: TestRuns
    configurations: SavedConfigurations

    def open(self, tenant: TenantContext, ids: Mapping[str, str], key: IdempotencyKey) -> JobId:
        """
        Accept a job that runs the configuration (`Opener`); no second one beside it that has the same `subject`.

        The same key finds the same job, also when the name has a newer version meanwhile.

        Raises:
            InvalidInput: other ids than these.
            NotFound: no such configuration in this organization.
            AlreadyRunning: another run has this subject, and has not ended.
        """
        if BY_NAME in ids:
            key = attrs.evolve(key, request=hashlib.sha256(json.dumps(sorted(ids.items())).encode()).hexdigest())
            known = self.runs.jobs.replayed(tenant, key)
            if known is not None:
                return known.id
        configuration_id = self.configuration_id(tenant, ids)
        return self.runs.submit_stored(tenant, configuration_id, subject=ids.get(SUBJECT), idempotency_key=key).id

    def configuration_id(self, tenant: TenantContext, ids: Mapping[str, str]) -> ConfigurationId:
        """
        Return which configuration is meant, today.

        Raises:
            InvalidInput: other ids than these.
            NotFound: nothing is saved under the name, or that configuration is not there.
        """
        named = {name: value for name, value in ids.items() if name != SUBJECT}
        if set(named) == {BY_NAME}:
            found, _ = self.configurations.get(tenant, only_id(named, BY_NAME))
            return found.configuration_id
        if set(named) != {BY_ID}:
            found_names = ", ".join(sorted(named)) or "none"
            raise InvalidInput(f"expected either {BY_ID!r} or {BY_NAME!r}, and no other id; found {found_names}")
        return ConfigurationId(only_id(named, BY_ID))

    def check(self, tenant: TenantContext, ids: Mapping[str, str]) -> None:
        """
        Look whether the configuration is there.

        Raises:
            InvalidInput, NotFound: as `configuration_id` does.
        """
        self.runs.test_sets.configuration(tenant, self.configuration_id(tenant, ids))
