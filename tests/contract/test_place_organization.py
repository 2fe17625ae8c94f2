"""`antiphon orgs show`, `users` and `audit`, wherever they act."""

from __future__ import annotations

import pytest

from domain.jobs.errors import Conflict, InvalidInput, NotFound
from domain.organizations.errors import Forbidden
from domain.organizations.organization import Role
from entrypoints.api.documents.organizations import MemberRole
from entrypoints.container import Antiphon
from entrypoints.places.place import Place
from tests.contract.places import WHOSE, place_over, told_twice

ADA = "ada@example.com"


def test_one_sees_the_organization_one_acts_in(place: Place, antiphon: Antiphon) -> None:
    """At a server the key says which; beside the database the settings do."""
    found = place.organization.get()

    assert (found.id, found.name) == (antiphon.tenant.organization_id, "default")


def test_members_come_get_another_role_and_go(place: Place) -> None:
    """The list says each time who is there, by address."""
    assert place.organization.put_member(ADA.upper(), MemberRole(role=Role.VIEWER)).email == ADA
    assert place.organization.put_member(ADA, MemberRole(role=Role.MEMBER)).role is Role.MEMBER

    assert [(one.email, one.role) for one in place.organization.members()] == [
        (ADA, Role.MEMBER), (WHOSE, Role.OWNER),
    ]  # fmt: skip
    place.organization.remove_member(ADA)
    assert [one.email for one in place.organization.members()] == [WHOSE]


def test_what_can_not_be_is_refused_by_the_same_name(place: Place) -> None:
    """Exit codes and scripts depend on it."""
    with pytest.raises(InvalidInput, match="expected an address"):
        place.organization.put_member("nobody", MemberRole(role=Role.VIEWER))
    with pytest.raises(NotFound, match="antiphon users list"):
        place.organization.remove_member(ADA)
    for refused in (
        lambda: place.organization.remove_member(WHOSE),
        lambda: place.organization.put_member(WHOSE, MemberRole(role=Role.VIEWER)),
    ):
        with pytest.raises(Conflict, match="last owner"):
            refused()


@pytest.mark.parametrize("at", ["here", "server"])
def test_nobody_makes_a_member_who_may_do_more(antiphon: Antiphon, at: str) -> None:
    """A key without `write` lets nobody in who has it."""
    scopes = frozenset({"read", "admin"})
    with place_over(antiphon, at=at, scopes=scopes) as place, pytest.raises(Forbidden, match="more than they have"):
        place.organization.put_member(ADA, MemberRole(role=Role.MEMBER))


def test_the_log_says_who_did_what_the_newest_first_and_as_much_as_was_asked_for(place: Place) -> None:
    """More than a page, too."""
    for number in range(5):
        place.organization.put_member(f"{number}@example.com", MemberRole(role=Role.VIEWER))

    newest = list(place.audit.newest(3))
    assert [(entry.action, entry.subject) for entry in newest] == [
        ("user.added", f"user {number}@example.com") for number in (4, 3, 2)
    ]
    assert len(list(place.audit.newest(10_000))) > 5


def test_both_places_tell_the_same(antiphon: Antiphon, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the last character, over several pages."""
    monkeypatch.setattr("entrypoints.calls.asking.PAGE", 2)
    for number in range(5):
        email = f"{number}@example.com"
        antiphon.administration.members.add(antiphon.tenant, email, role=Role.VIEWER)

    for ask in (
        lambda place: [place.organization.get()],
        lambda place: place.organization.members(),
        lambda place: place.audit.newest(4),
    ):
        here, there = told_twice(antiphon, ask)
        assert here == there
        assert here
