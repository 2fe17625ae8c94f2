"""`antiphon orgs`: the organizations of an installation."""

from __future__ import annotations

import click

from domain.organizations.organization import Organization
from entrypoints.cli.acting import JSON, shown_time, written_time
from entrypoints.cli.console import print_json, say
from entrypoints.cli.opening import open_antiphon


@click.group()
def orgs() -> None:
    """
    Make organizations, and list them.

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
    made = antiphon.administration.organizations.create(antiphon.tenant, name)
    if as_json:
        print_json(_document(made))
    else:
        say(f"created   {made.name} ({made.id})")


@orgs.command("list")
@JSON
def list_organizations(*, as_json: bool) -> None:
    """List the organizations, by name."""
    found = open_antiphon().administration.organizations.all()
    if as_json:
        print_json({"organizations": [_document(one) for one in found]})
        return
    from entrypoints.cli.plain_tables import print_rows

    print_rows(
        ("name", "id", "created (UTC)"),
        [(one.name, one.id, shown_time(one.created_at, otherwise="")) for one in found],
    )


def _document(organization: Organization) -> dict[str, object]:
    return {
        "id": organization.id,
        "name": organization.name,
        "created_at": written_time(organization.created_at),
    }
