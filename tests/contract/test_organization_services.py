"""The services of organizations over every store: what only holds if its transactions and locks do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import attrs
import pytest

from domain.jobs.errors import AntiphonError, Conflict
from domain.organizations.organization import Role
from domain.organizations.ports import Directory
from domain.tenancy import ALL_SCOPES, READ, OrganizationId
from tests.contract.building import THEM as NOBODY_THERE
from tests.unit.organizing import Office

THEM = attrs.evolve(NOBODY_THERE, scopes=ALL_SCOPES)


@pytest.fixture
def office(directory: Directory) -> Office:
    """The services over each directory."""
    return Office(directory=directory)


def test_many_that_make_the_first_organization_at_once_make_one(office: Office) -> None:
    """Eight commands may be the first of an installation together."""
    new = attrs.evolve(THEM, organization_id=OrganizationId("brand-new"))
    start_line = Barrier(8)

    def ensure(_: int) -> None:
        start_line.wait(30)
        office.organizations.ensure(new, name="new", email="eve@localhost")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ensure, range(8)))

    assert [one.name for one in office.organizations.all()].count("new") == 1
    assert [(one.user.email, one.role) for one in office.members.all(new)] == [("eve@localhost", Role.OWNER)]


def test_two_owners_who_remove_each_other_at_once_leave_one(office: Office) -> None:
    """Each of the two removals is allowed alone; together they would leave nobody."""
    for email in ("ada@example.com", "bob@example.com"):
        office.members.add(THEM, email, role=Role.OWNER)
    start_line = Barrier(2)

    def remove(email: str) -> str:
        start_line.wait(30)
        try:
            return office.members.remove(THEM, email).user.email
        except Conflict:
            return "refused"

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(remove, ("ada@example.com", "bob@example.com")))

    assert said.count("refused") == 1
    assert [one.role for one in office.members.all(THEM)] == [Role.OWNER]


def test_a_key_works_from_making_to_revoking(office: Office) -> None:
    """The whole way, over each store."""
    office.members.add(THEM, "ada@example.com", role=Role.MEMBER)
    issued = office.keys.create(THEM, email="ada@example.com", scopes={READ}, lifetime=timedelta(days=1))

    assert office.authentication.authenticate(issued.text).organization_id == THEM.organization_id
    rotated = office.keys.rotate(THEM, issued.key.prefix, grace=timedelta(minutes=1))
    assert office.authentication.authenticate(issued.text) == office.authentication.authenticate(rotated.text)
    office.clock.advance(60)
    with pytest.raises(AntiphonError):
        office.authentication.authenticate(issued.text)
    office.keys.revoke(THEM, rotated.key.id)
    with pytest.raises(AntiphonError):
        office.authentication.authenticate(rotated.text)
    assert [entry.action for entry in office.audit.page(THEM)] == [
        "key.revoked", "key.rotated", "key.created", "user.added",
    ]  # fmt: skip
