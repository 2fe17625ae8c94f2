"""Who may be in an organization, under which names, and that it never loses its last owner."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.jobs.errors import Conflict, InvalidInput, NotFound
from domain.organizations.errors import Forbidden, Unauthenticated
from domain.organizations.organization import Role, email_address, organization_name
from domain.tenancy import ADMIN, READ
from tests.unit.organizing import OWNER, THEM, US, Office

ADA = "ada@example.com"


def test_a_member_who_is_added_again_gets_the_new_role() -> None:
    """A script that sets up an organization may run twice."""
    office = Office()
    first = office.members.add(US, ADA, role=Role.MEMBER)
    again = office.members.add(US, " ADA@Example.com ", role=Role.MEMBER)
    changed = office.members.add(US, ADA, role=Role.ADMIN)

    assert again == first
    assert (changed.user, changed.role) == (first.user, Role.ADMIN)
    assert [entry.action for entry in office.audit.page(US)] == [
        "user.role_changed", "user.added", "organization.created",
    ]  # fmt: skip


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
def test_the_last_owner_can_not_be_made_something_else(role: Role) -> None:
    """Nobody could look after the organization any more."""
    office = Office()

    with pytest.raises(Conflict, match="last owner"):
        office.members.add(US, OWNER, role=role)
    assert [member.role for member in office.members.all(US)] == [Role.OWNER]


def test_nobody_gives_a_role_that_may_do_more_than_they() -> None:
    """A key that may only look after people would make its holder an owner."""
    office = Office()

    with pytest.raises(Forbidden, match="role owner: nobody gives away more than they have"):
        office.members.add(attrs.evolve(US, scopes=frozenset({READ, ADMIN})), "eve@example.com", role=Role.OWNER)

    assert "eve@example.com" not in [member.user.email for member in office.members.all(US)]


def test_the_last_owner_can_not_be_removed_and_the_last_but_one_can() -> None:
    """Handing over is adding the next one first."""
    office = Office()
    with pytest.raises(Conflict, match="last owner"):
        office.members.remove(US, OWNER)
    office.members.add(US, ADA, role=Role.OWNER)
    office.members.remove(US, OWNER)

    assert [member.user.email for member in office.members.all(US)] == [ADA]


def test_a_removed_members_keys_open_nothing_also_when_they_come_back() -> None:
    """What was taken away stays away; the user is the one they were."""
    office = Office()
    issued = office.key_for(ADA, Role.MEMBER)
    before = office.members.remove(US, ADA)
    after = office.members.add(US, ADA, role=Role.MEMBER)

    assert after.user == before.user
    with pytest.raises(Unauthenticated):
        office.authentication.authenticate(issued.text)


def test_who_is_not_there_can_not_be_removed() -> None:
    """Nor can a member of another organization."""
    office = Office()
    office.organizations.ensure(THEM, name="them", email="eve@localhost")

    for email in (ADA, "eve@localhost"):
        with pytest.raises(NotFound, match=email):
            office.members.remove(US, email)


def test_nobody_joins_an_organization_that_is_not_there() -> None:
    """A mistyped id must not found one."""
    office = Office()

    with pytest.raises(NotFound, match="no organization them"):
        office.members.add(THEM, ADA, role=Role.OWNER)


def test_making_the_first_organization_again_changes_nothing() -> None:
    """Every command does it at its start."""
    office = Office()
    office.members.add(US, ADA, role=Role.OWNER)
    office.members.add(US, OWNER, role=Role.VIEWER)
    before = (office.members.all(US), office.organizations.all(), office.audit.page(US))
    office.organizations.ensure(US, name="another name", email="another@address")

    assert (office.members.all(US), office.organizations.all(), office.audit.page(US)) == before


def test_an_organization_is_found_by_name_or_id() -> None:
    """And a name that is taken makes no second one."""
    office = Office()
    made = office.organizations.create(US, " Acme Ltd ")

    assert made.name == "Acme Ltd"
    assert office.organizations.find("Acme Ltd") == office.organizations.find(made.id) == made
    with pytest.raises(Conflict, match="Acme Ltd"):
        office.organizations.create(US, "Acme Ltd")
    with pytest.raises(NotFound, match="orgs list"):
        office.organizations.find("acme")


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x00b", "x" * 101, "\x1b[31mred"])
def test_an_organizations_name_is_one_short_printable_line(name: str) -> None:
    """It stands in tables and logs."""
    with pytest.raises(InvalidInput, match="organization name"):
        organization_name(name)


@pytest.mark.parametrize(
    "email",
    ["", "ada", "@example.com", "ada@", "a b@example.com", "ada@exa mple.com", "ada@@example.com", "ada@-x.com",
     "ada@x-", "ada@example.com\nBcc: eve@example.com", "<ada@example.com>", "ada@example.com,eve@example.com",
     "x" * 250 + "@x.com"],
)  # fmt: skip
def test_what_is_no_address_is_refused(email: str) -> None:
    """Mail may be sent there one day: a line break in it would be a header."""
    with pytest.raises(InvalidInput, match="email"):
        email_address(email)


@given(st.emails())
def test_an_address_stays_the_same_once_it_is_one(email: str) -> None:
    """Whoever is added as the address that a list shows must be the same member."""
    try:
        known = email_address(email)
    except InvalidInput:
        return  # quoted local parts, and such
    assert email_address(known) == known == known.lower()
