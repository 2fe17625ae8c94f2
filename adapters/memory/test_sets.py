"""Test sets and test configurations in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from threading import Lock
from typing import ClassVar
from uuid import NAMESPACE_OID, uuid5

from attrs import frozen

from domain.jobs.errors import Conflict, NotFound
from domain.tenancy import OrganizationId, TenantContext
from domain.test_execution.codec import case_to_json
from domain.test_execution.configuration import TestConfiguration
from domain.test_execution.run_defaults import hashed_words
from domain.test_execution.test_set import (
    ConfigurationId,
    RunDefaults,
    StoredTestSet,
    TestCase,
    TestSetId,
    TestSetPlace,
)


@frozen(kw_only=True)
class _Version:
    stored: StoredTestSet
    cases: tuple[TestCase, ...]


class MemoryTestSets:
    """`TestSets` that live as long as the process; an id is made of what it names, so equal versions are one."""

    __test__: ClassVar[bool] = False

    def __init__(self) -> None:
        self._versions: dict[tuple[OrganizationId, TestSetId], _Version] = {}
        self._configurations: dict[tuple[OrganizationId, ConfigurationId], TestConfiguration] = {}
        self._lock = Lock()

    def save(
        self,
        tenant: TenantContext,
        name: str,
        cases: Iterable[TestCase],
        *,
        now: datetime,
        defaults: RunDefaults | None = None,
    ) -> StoredTestSet:
        """Store a version of the set, or return the stored one that has the same name and content."""
        said = defaults or RunDefaults()
        kept = tuple(cases)
        if len({case.id for case in kept}) < len(kept):
            raise Conflict(f"test set {name!r}: two tests have the same id; ids must differ")
        content_hash = _content_hash(kept, said)
        test_set_id = TestSetId(str(uuid5(NAMESPACE_OID, json.dumps([tenant.organization_id, name, content_hash]))))
        stored = StoredTestSet(
            id=test_set_id, name=name, content_hash=content_hash, size=len(kept), saved_at=now, defaults=said
        )
        with self._lock:
            version = self._versions.setdefault(
                (tenant.organization_id, test_set_id), _Version(stored=stored, cases=kept)
            )
        return version.stored

    def get(self, tenant: TenantContext, test_set_id: TestSetId) -> StoredTestSet:
        """Return the stored set."""
        return self._version(tenant, test_set_id).stored

    def cases(self, tenant: TenantContext, test_set_id: TestSetId) -> Iterator[TestCase]:
        """Yield the tests in their order."""
        yield from self._version(tenant, test_set_id).cases

    def page(
        self, tenant: TenantContext, *, name: str | None = None, before: TestSetPlace | None = None, limit: int
    ) -> list[StoredTestSet]:
        """Return versions, the newest first."""
        with self._lock:
            ours = [version.stored for (owner, _), version in self._versions.items() if owner == tenant.organization_id]
        ours = [stored for stored in ours if name in (None, stored.name)]
        behind = [stored for stored in ours if before is None or _age(stored) < _age(before)]
        return sorted(behind, key=_age, reverse=True)[:limit]

    def case_page(
        self, tenant: TenantContext, test_set_id: TestSetId, *, after: int | None = None, limit: int
    ) -> list[tuple[int, TestCase]]:
        """Return tests with their numbers, in their order."""
        first = 0 if after is None else after + 1
        return list(enumerate(self._version(tenant, test_set_id).cases))[first : first + limit]

    def count(self, tenant: TenantContext) -> int:
        """Return how many test sets the organization has."""
        with self._lock:
            return sum(organization_id == tenant.organization_id for organization_id, _ in self._versions)

    def save_configuration(self, tenant: TenantContext, configuration: TestConfiguration) -> None:
        """Store a configuration, in place of the one with the same id."""
        self._version(tenant, configuration.test_set_id)
        with self._lock:
            self._configurations[tenant.organization_id, configuration.id] = configuration

    def configuration(self, tenant: TenantContext, configuration_id: ConfigurationId) -> TestConfiguration:
        """Return a configuration."""
        with self._lock:
            configuration = self._configurations.get((tenant.organization_id, configuration_id))
        if configuration is None:
            raise NotFound(f"there is no test configuration {configuration_id} in this organization")
        return configuration

    def _version(self, tenant: TenantContext, test_set_id: TestSetId) -> _Version:
        with self._lock:
            version = self._versions.get((tenant.organization_id, test_set_id))
        if version is None:
            raise NotFound(f"there is no test set {test_set_id} in this organization")
        return version


def _age(stored: StoredTestSet | TestSetPlace) -> tuple[datetime, TestSetId]:
    return stored.saved_at, stored.id


def _content_hash(cases: Iterable[TestCase], defaults: RunDefaults) -> str:
    digest = sha256()
    for case in cases:
        digest.update(json.dumps(case_to_json(case), sort_keys=True).encode() + b"\n")
    digest.update(hashed_words(defaults))
    return digest.hexdigest()
