"""Making, rotating and revoking API keys: nobody gives away more than they have."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.jobs.errors import AntiphonError, Conflict, InvalidInput, NotFound
from domain.organizations.api_key import KeyState
from domain.organizations.errors import Forbidden, Unauthenticated
from domain.organizations.organization import Role
from domain.tenancy import ADMIN, ALL_SCOPES, READ, WRITE
from tests.unit.organizing import THEM, US, Office

ADA = "ada@example.com"
scopes = st.frozensets(st.sampled_from(sorted(ALL_SCOPES)))


@given(role=st.sampled_from(Role), asked=scopes, made_by=scopes, later=st.sampled_from(Role))
def test_a_key_never_does_more_than_its_user_or_its_maker_may(
    role: Role, asked: frozenset[str], made_by: frozenset[str], later: Role
) -> None:
    """Whoever makes it, and whatever becomes of its user afterwards."""
    office = Office()
    office.members.add(US, ADA, role=role)
    try:
        issued = office.keys.create(attrs.evolve(US, scopes=made_by), email=ADA, scopes=asked)
    except (InvalidInput, Forbidden):
        assert not asked or not asked <= role.scopes & made_by
        return
    assert asked <= role.scopes & made_by
    office.members.add(US, ADA, role=later)
    try:
        allowed = office.authentication.authenticate(issued.text).scopes
    except Unauthenticated:
        allowed = frozenset()
    assert allowed == asked & later.scopes


def test_more_than_the_role_allows_is_refused_and_says_what_it_allows() -> None:
    """The message is the remedy."""
    office = Office()
    office.members.add(US, ADA, role=Role.MEMBER)

    with pytest.raises(InvalidInput, match=r"admin is more than ada\S+ may do, who is member \(read, write\)"):
        office.keys.create(US, email=ADA, scopes={READ, ADMIN})


def test_nobody_rotates_a_key_that_does_more_than_they_may() -> None:
    """The new key is theirs to use: a right to look after keys would be a right to everything."""
    office = Office()
    office.members.add(US, ADA, role=Role.MEMBER)
    issued = office.keys.create(US, email=ADA, scopes={READ, WRITE})

    with pytest.raises(Forbidden, match="nobody gives away more than they have"):
        office.keys.rotate(attrs.evolve(US, scopes=frozenset({READ, ADMIN})), issued.key.id)

    assert office.authentication.authenticate(issued.text).scopes == {READ, WRITE}


@pytest.mark.parametrize("asked", [set(), {"root"}, {READ, "Write"}])
def test_what_is_no_scope_is_refused(asked: set[str]) -> None:
    """A key with a mistyped scope would fail at its first use."""
    office = Office()

    with pytest.raises(InvalidInput, match="expected one or more of admin, read, write"):
        office.keys.create(US, email="operator@localhost", scopes=asked)


@pytest.mark.parametrize("email", [ADA, "eve@localhost"])
def test_only_members_have_keys(email: str) -> None:
    """Members of other organizations are nobody here."""
    office = Office()
    office.organizations.ensure(THEM, name="them", email="eve@localhost")

    with pytest.raises(NotFound, match=email):
        office.keys.create(US, email=email, scopes={READ})


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_key_without_a_lifetime_worth_the_name_is_refused(seconds: int) -> None:
    """It would open nothing from its first moment."""
    office = Office()

    with pytest.raises(InvalidInput, match="lifetime"):
        office.keys.create(US, email="operator@localhost", scopes={READ}, lifetime=timedelta(seconds=seconds))


def test_a_rotated_key_stops_at_once_where_no_grace_is_given() -> None:
    """The usual reason to rotate is that somebody has seen it."""
    office = Office()
    old = office.key_for(ADA, Role.MEMBER)
    new = office.keys.rotate(US, old.key.prefix)

    assert office.authentication.authenticate(new.text).user_id == old.key.user_id
    with pytest.raises(Unauthenticated):
        office.authentication.authenticate(old.text)


def test_within_the_grace_both_keys_work_and_then_the_new_one() -> None:
    """So that a fleet of programs can be told one after the other."""
    office = Office()
    old = office.key_for(ADA, Role.MEMBER)
    new = office.keys.rotate(US, old.key.id, grace=timedelta(hours=1))
    office.clock.advance(3599)
    office.authentication.authenticate(old.text)
    office.clock.advance(1)

    office.authentication.authenticate(new.text)
    with pytest.raises(Unauthenticated):
        office.authentication.authenticate(old.text)


def test_a_grace_never_makes_an_old_key_live_longer() -> None:
    """A key that ends tomorrow ends tomorrow."""
    office = Office()
    old = office.key_for(ADA, Role.MEMBER, lifetime=timedelta(hours=1))
    office.keys.rotate(US, old.key.id, grace=timedelta(days=9))
    office.clock.advance(3600)

    with pytest.raises(Unauthenticated):
        office.authentication.authenticate(old.text)


def test_the_new_key_has_the_old_ones_lifetime_from_now_on() -> None:
    """And its scopes, as far as the user still has them."""
    office = Office()
    old = office.key_for(ADA, Role.MEMBER, scopes={READ, WRITE}, lifetime=timedelta(days=90))
    office.members.add(US, ADA, role=Role.VIEWER)
    office.clock.advance(24 * 3600)
    new = office.keys.rotate(US, old.key.id)

    assert new.key.expires_at == office.clock.now() + timedelta(days=90)
    assert (new.key.user_id, new.key.scopes) == (old.key.user_id, frozenset({READ}))


def test_what_opens_nothing_is_not_rotated() -> None:
    """A revoked key must not come back under another name."""
    office = Office()
    old = office.key_for(ADA, Role.MEMBER, lifetime=timedelta(hours=1))
    gone = office.key_for(ADA, Role.MEMBER)
    office.keys.revoke(US, gone.key.id)
    office.clock.advance(3600)

    for key, state in ((old, KeyState.EXPIRED), (gone, KeyState.REVOKED)):
        with pytest.raises(Conflict, match=f"is {state}"):
            office.keys.rotate(US, key.key.id)


def test_revoking_again_changes_nothing() -> None:
    """The audit log says when it was."""
    office = Office()
    issued = office.key_for(ADA, Role.MEMBER)
    first = office.keys.revoke(US, issued.key.prefix)
    office.clock.advance(60)

    assert office.keys.revoke(US, issued.key.prefix) == first
    assert [entry.action for entry in office.audit.page(US)].count("key.revoked") == 1


@pytest.mark.parametrize("move", ["revoke", "rotate"])
def test_another_organizations_key_is_not_found_and_no_message_repeats_a_secret(move: str) -> None:
    """People paste the whole key, or nearly the whole, into a command."""
    office = Office()
    office.organizations.ensure(THEM, name="them", email="eve@localhost")
    theirs = office.keys.create(THEM, email="eve@localhost", scopes={READ})

    for pasted in (theirs.text, f"{theirs.text}x", theirs.text[:-1]):
        with pytest.raises(NotFound) as refused:
            getattr(office.keys, move)(US, pasted)
        assert theirs.text[22:30] not in str(refused.value)
    office.authentication.authenticate(theirs.text)


def test_what_fails_leaves_no_trace_in_the_audit_log() -> None:
    """An entry is written with its deed or not at all."""
    office = Office()
    before = office.audit.page(US)
    for scope in (READ, "root"):
        with pytest.raises(AntiphonError):
            office.keys.create(US, email=ADA, scopes={scope})

    assert office.audit.page(US) == before
