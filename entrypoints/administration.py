"""Organizations, members, keys and audit log, plugged together; and the organization that is there from the start."""

from __future__ import annotations

from urllib.parse import quote

from attrs import frozen
from sqlalchemy import Engine

from adapters.database.organizations import SqlDirectory
from domain.jobs.ports import Clock, IdSource
from domain.organizations.audit_log import AuditLog
from domain.organizations.authentication import Authentication
from domain.organizations.key_material import Peppers
from domain.organizations.key_service import KeyService
from domain.organizations.member_service import MemberService
from domain.organizations.organization_service import OrganizationService
from domain.tenancy import TenantContext
from entrypoints.settings import DEFAULT_ORGANIZATION


@frozen(kw_only=True)
class Administration:
    """Who there is and what they may do."""

    organizations: OrganizationService
    members: MemberService
    keys: KeyService
    audit: AuditLog
    authentication: Authentication


def make_administration(engine: Engine, *, clock: Clock, ids: IdSource, peppers: Peppers) -> Administration:
    """Return the services over the database of *engine*."""
    directory = SqlDirectory(engine)
    audit = AuditLog(directory=directory, clock=clock, ids=ids)
    return Administration(
        organizations=OrganizationService(directory=directory, audit=audit, clock=clock, ids=ids),
        members=MemberService(directory=directory, audit=audit, clock=clock, ids=ids),
        keys=KeyService(directory=directory, audit=audit, clock=clock, ids=ids, peppers=peppers),
        audit=audit,
        authentication=Authentication(directory=directory, clock=clock, peppers=peppers),
    )


def ensure_own_organization(administration: Administration, own: TenantContext) -> None:
    """
    Make the organization that commands act for, with its user as an owner, where it is missing.

    The user's address is made of the name in the settings, which need not be one: no mail is sent there.

    Raises:
        InvalidInput: no address can be made of the user's name.
        Conflict: another organization or user has the name.
    """
    is_default = own.organization_id == DEFAULT_ORGANIZATION
    address = own.user_id if "@" in own.user_id else f"{quote(own.user_id, safe='')}@localhost"
    administration.organizations.ensure(own, name="default" if is_default else own.organization_id, email=address)
