"""The names of test configurations, in memory."""

from __future__ import annotations

from datetime import datetime
from threading import Lock

from adapters.memory.test_sets import MemoryTestSets
from domain.tenancy import OrganizationId, TenantContext
from domain.test_execution.configuration import SavedConfiguration
from domain.test_execution.test_set import ConfigurationId


class MemoryConfigurationNames:
    """`ConfigurationNames` that live as long as the process; the configurations themselves are in *test_sets*."""

    def __init__(self, test_sets: MemoryTestSets) -> None:
        self._test_sets = test_sets
        self._versions: dict[tuple[OrganizationId, str], list[SavedConfiguration]] = {}
        self._lock = Lock()

    def save(
        self, tenant: TenantContext, name: str, configuration_id: ConfigurationId, *, now: datetime
    ) -> SavedConfiguration:
        """Make the configuration the newest version of the name, if it is not that already."""
        self._test_sets.configuration(tenant, configuration_id)
        with self._lock:
            versions = self._versions.setdefault((tenant.organization_id, name), [])
            if not versions or versions[-1].configuration_id != configuration_id:
                saved = SavedConfiguration(
                    name=name, version=len(versions) + 1, configuration_id=configuration_id, saved_at=now
                )
                versions.append(saved)
            return versions[-1]

    def versions(self, tenant: TenantContext, name: str) -> list[SavedConfiguration]:
        """Return the versions of a name, the newest first."""
        with self._lock:
            return self._versions.get((tenant.organization_id, name), [])[::-1]

    def newest(self, tenant: TenantContext) -> list[SavedConfiguration]:
        """Return the newest version of each name, by name."""
        with self._lock:
            ours = [
                found
                for (organization_id, _), found in self._versions.items()
                if organization_id == tenant.organization_id
            ]
        return sorted((versions[-1] for versions in ours), key=lambda saved: saved.name)

    def delete(self, tenant: TenantContext, name: str) -> int:
        """Forget the name; return how many versions it had."""
        with self._lock:
            return len(self._versions.pop((tenant.organization_id, name), []))
