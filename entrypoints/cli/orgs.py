"""`antiphon orgs`: the organizations of an installation."""

from __future__ import annotations

import click

from entrypoints.api.documents.organizations import OrganizationDocument, organization_document
from entrypoints.cli.acting import JSON, at_place, print_document, print_documents, shown_time
from entrypoints.cli.console import say
from entrypoints.cli.opening import open_antiphon
from entrypoints.places.place import Place


@click.group()
def orgs() -> None:
    """
    Make organizations, list them, and say in which one you are.

    Making and listing them crosses organizations: that is for who operates the installation, beside its database.
    Everything belongs to one organization, and nobody sees another one's. `default` is there from the start; commands
    act in it unless ANTIPHON_ORGANIZATION holds another one's id.

    \b
    antiphon orgs create acme
    antiphon users add ada@example.com --org acme --role owner
    antiphon keys create --org acme --user ada@example.com --scope read --scope write
    """


@orgs.command()
@click.argument("name")
@JSON
def create(*, name: str, as_json: bool) -> None:
    """Make an organization called NAME. Nobody is in it yet: `antiphon users add` comes next."""
    antiphon = open_antiphon()
    made = organization_document(antiphon.administration.organizations.create(antiphon.tenant, name))
    if as_json:
        print_document(made)
    else:
        say(f"created   {made.name} ({made.id})")


@orgs.command("list")
@JSON
def list_organizations(*, as_json: bool) -> None:
    """List the organizations, by name."""
    found = [organization_document(one) for one in open_antiphon().administration.organizations.all()]
    if as_json:
        print_documents("organizations", found)
    else:
        _print_table(found)


@orgs.command()
@at_place
@JSON
def show(*, place: Place, as_json: bool) -> None:
    """Show the organization you act in: at a server, the one of your key."""
    found = place.organization.get()
    if as_json:
        print_document(found)
    else:
        _print_table([found])


def _print_table(found: list[OrganizationDocument]) -> None:
    from entrypoints.cli.plain_tables import print_rows

    print_rows(
        ("name", "id", "created (UTC)"),
        [(one.name, one.id, shown_time(one.created_at, otherwise="")) for one in found],
    )
