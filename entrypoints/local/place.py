"""This machine's database as the place where commands act."""

from __future__ import annotations

import attrs
from attrs import frozen

from domain.tenancy import TenantContext
from entrypoints.cli.opening import open_antiphon
from entrypoints.container import Antiphon
from entrypoints.local.keys import LocalKeys
from entrypoints.settings import Settings


@frozen(kw_only=True)
class LocalPlace:
    """`Place` that is this machine; *tenant* is its operator, in the organization to act in."""

    antiphon: Antiphon
    tenant: TenantContext

    @property
    def keys(self) -> LocalKeys:
        """Its API keys."""
        return LocalKeys(service=self.antiphon.administration.keys, tenant=self.tenant)


def open_local_place(settings: Settings, *, org: str | None) -> LocalPlace:
    """
    Return this machine's place; *org* is the organization's name or id, by default the settings' own.

    Raises:
        NotFound: there is no such organization.
        ServiceUnavailable: the home folder or the database can't be used.
    """
    antiphon = open_antiphon(settings)
    tenant = antiphon.tenant
    if org is not None:
        tenant = attrs.evolve(tenant, organization_id=antiphon.administration.organizations.find(org).id)
    return LocalPlace(antiphon=antiphon, tenant=tenant)
