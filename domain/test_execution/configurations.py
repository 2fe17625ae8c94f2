"""Saved test configurations, for those who run the same thing again and again under a name."""

from __future__ import annotations

import re
from typing import ClassVar

from attrs import frozen

from domain.jobs.errors import InvalidInput, NotFound
from domain.jobs.ports import Clock
from domain.tenancy import TenantContext
from domain.test_execution.configuration import NAME_PATTERN, SavedConfiguration, TestConfiguration
from domain.test_execution.ports import ConfigurationNames, TestSets


@frozen(kw_only=True)
class SavedConfigurations:
    """The names an organization has for its configurations."""

    __test__: ClassVar[bool] = False

    names: ConfigurationNames
    test_sets: TestSets
    clock: Clock

    def save(self, tenant: TenantContext, name: str, configuration: TestConfiguration) -> SavedConfiguration:
        """
        Save a stored configuration as the newest version of *name*; what is that already stays as it is.

        Raises:
            InvalidInput: nothing can be called so.
        """
        if not re.fullmatch(NAME_PATTERN, name):
            raise InvalidInput(
                f"configuration name {name!r}: expected 1 to 100 letters, digits, dots, dashes and underscores, the "
                "first a letter or digit; rename it"
            )
        return self.names.save(tenant, name, configuration.id, now=self.clock.now())

    def newest(self, tenant: TenantContext) -> list[SavedConfiguration]:
        """Return the newest version of each name, by name."""
        return self.names.newest(tenant)

    def versions(self, tenant: TenantContext, name: str) -> list[SavedConfiguration]:
        """
        Return the versions saved under *name*, the newest first.

        Raises:
            NotFound: nothing is.
        """
        versions = self.names.versions(tenant, name)
        if not versions:
            raise NotFound(f"configuration {name!r}: nothing is saved so; `antiphon configs list` shows what is")
        return versions

    def get(
        self, tenant: TenantContext, name: str, *, version: int | None = None
    ) -> tuple[SavedConfiguration, TestConfiguration]:
        """
        Return a version of *name*, by default the newest, and what it says.

        Raises:
            NotFound: nothing is saved so, or not in that version.
        """
        versions = self.versions(tenant, name)
        found = [saved for saved in versions if version in (None, saved.version)]
        if not found:
            there = ", ".join(str(saved.version) for saved in versions)
            raise NotFound(f"configuration {name!r} has no version {version}; its versions: {there}")
        return found[0], self.test_sets.configuration(tenant, found[0].configuration_id)

    def delete(self, tenant: TenantContext, name: str) -> int:
        """
        Forget a name with all its versions; return how many there were. Runs of them stay as they are.

        Raises:
            NotFound: nothing is saved so.
        """
        gone = self.names.delete(tenant, name)
        if not gone:
            raise NotFound(f"configuration {name!r}: nothing is saved so; `antiphon configs list` shows what is")
        return gone
