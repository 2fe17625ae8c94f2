"""`antiphon users`: who belongs to an organization, and as what."""

from __future__ import annotations

import click

from domain.organizations.organization import Membership, Role
from domain.tenancy import TenantContext
from entrypoints.cli.acting import JSON, in_organization, shown_time, written_time
from entrypoints.cli.console import print_json, say
from entrypoints.container import Antiphon

_EMAIL = click.argument("email")


@click.group()
def users() -> None:
    """
    Say who belongs to an organization, and as what.

    \b
    owner    everything; an organization keeps at least one
    admin    everything, people and keys included
    member   starts and changes work
    viewer   looks at it
    """


@users.command()
@_EMAIL
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="What they may do.")
@in_organization
@JSON
def add(*, antiphon: Antiphon, tenant: TenantContext, email: str, role: str, as_json: bool) -> None:
    """
    Let EMAIL be a member; a member gets the new role, which bounds the keys they have, too.

    No mail is sent.
    """
    member = antiphon.administration.members.add(tenant, email, role=Role(role))
    if as_json:
        print_json(_document(member))
    else:
        say(f"member    {member.user.email} is {member.role}")


@users.command("list")
@in_organization
@JSON
def list_users(*, antiphon: Antiphon, tenant: TenantContext, as_json: bool) -> None:
    """List the members, by address."""
    members = antiphon.administration.members.all(tenant)
    if as_json:
        print_json({"users": [_document(member) for member in members]})
        return
    from entrypoints.cli.plain_tables import print_rows

    print_rows(
        ("email", "role", "since (UTC)", "id"),
        [(one.user.email, one.role, shown_time(one.since, otherwise=""), one.user.id) for one in members],
    )


@users.command()
@_EMAIL
@in_organization
@JSON
def remove(*, antiphon: Antiphon, tenant: TenantContext, email: str, as_json: bool) -> None:
    """Let EMAIL be a member no longer, and revoke their keys; their jobs stay. The last owner can't go."""
    gone = antiphon.administration.members.remove(tenant, email)
    if as_json:
        print_json(_document(gone))
    else:
        say(f"removed   {gone.user.email}; their keys are revoked")


def _document(member: Membership) -> dict[str, object]:
    return {
        "id": member.user.id,
        "email": member.user.email,
        "role": member.role.value,
        "since": written_time(member.since),
    }
