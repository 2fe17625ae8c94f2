"""`antiphon users`: who belongs to an organization, and as what."""

from __future__ import annotations

import click

from domain.organizations.organization import Role
from entrypoints.api.documents.organizations import MemberRole
from entrypoints.cli.acting import JSON, at_place, print_document, print_documents, shown_time
from entrypoints.cli.console import print_json, say
from entrypoints.places.place import Place

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
@at_place
@JSON
def add(*, place: Place, email: str, role: str, as_json: bool) -> None:
    """
    Let EMAIL be a member; a member gets the new role, which bounds the keys they have, too.

    No mail is sent.
    """
    member = place.organization.put_member(email, MemberRole(role=Role(role)))
    if as_json:
        print_document(member)
    else:
        say(f"member    {member.email} is {member.role}")


@users.command("list")
@at_place
@JSON
def list_users(*, place: Place, as_json: bool) -> None:
    """List the members, by address."""
    members = place.organization.members()
    if as_json:
        print_documents("users", members)
        return
    from entrypoints.cli.plain_tables import print_rows

    print_rows(
        ("email", "role", "since (UTC)", "id"),
        [(one.email, one.role, shown_time(one.since, otherwise=""), one.user_id) for one in members],
    )


@users.command()
@_EMAIL
@at_place
@JSON
def remove(*, place: Place, email: str, as_json: bool) -> None:
    """Let EMAIL be a member no longer, and revoke their keys; their jobs stay. The last owner can't go."""
    place.organization.remove_member(email)
    if as_json:
        print_json({"email": email, "removed": True})
    else:
        say(f"removed   {email}; their keys are revoked")
