"""Contract of the directory: organizations, their people, keys and audit logs, each apart from the others."""

from __future__ import annotations

import attrs
import pytest

from domain.jobs.errors import Conflict, NotFound
from domain.organizations.api_key import ApiKey, ApiKeyId
from domain.organizations.audit_entry import AuditEntry, AuditEntryId
from domain.organizations.key_material import Seal
from domain.organizations.organization import Role, User
from domain.organizations.ports import Directory
from domain.tenancy import READ, WRITE, OrganizationId, TenantContext, UserId
from tests.contract.building import NOW, THEM, US, after

ADA = User(id=UserId("ada"), email="ada@example.com", created_at=NOW)
BOB = User(id=UserId("bob"), email="bob@example.com", created_at=NOW)
PREFIX = "antiphon_abcdefghijkl"


def a_key(number: int = 1, *, tenant: TenantContext = US, user: User = ADA) -> ApiKey:
    """Return a key of a user."""
    return ApiKey(
        id=ApiKeyId(f"key-{number}"),
        organization_id=tenant.organization_id,
        user_id=user.id,
        prefix=f"{PREFIX}{number}",
        seal=Seal(digest=f"digest-{number}", pepper_id="pepper"),
        scopes=frozenset({READ, WRITE}),
        created_at=after(number),
        created_by=UserId("eve"),
        expires_at=after(100),
    )


def an_entry(number: int, *, seconds: int) -> AuditEntry:
    """Return an entry of the audit log."""
    return AuditEntry(
        id=AuditEntryId(f"entry-{number}"),
        at=after(seconds),
        user_id=ADA.id,
        action="key.created",
        subject=f"key {number}",
        details={"scopes": "read"},
    )


def add_member(directory: Directory, user: User, role: Role, *, tenant: TenantContext = US) -> None:
    """Store a user who is a member."""
    with directory.begin(tenant.organization_id) as work:
        work.people.add(user)
        work.people.put_role(user.id, role, now=NOW)
        work.commit()


def add_key(directory: Directory, key: ApiKey) -> ApiKey:
    """Store a key."""
    with directory.begin(key.organization_id) as work:
        work.keys.add(key)
        work.commit()
    return key


def test_organizations_are_listed_by_name(directory: Directory) -> None:
    """Whoever operates the installation sees all of them."""
    assert [(one.id, one.name, one.created_at) for one in directory.organizations()] == [
        (US.organization_id, "org of ada", NOW),
        (THEM.organization_id, "org of eve", NOW),
    ]


@pytest.mark.parametrize("taken", ["id", "name"])
def test_an_id_or_a_name_that_is_taken_is_a_conflict(directory: Directory, taken: str) -> None:
    """Two organizations of one name could not be told apart on the command line."""
    [ours, _] = directory.organizations()
    new = OrganizationId("new")
    another = attrs.evolve(ours, name="new") if taken == "id" else attrs.evolve(ours, id=new)

    with pytest.raises(Conflict), directory.begin(another.id) as work:
        work.add(another)


def test_an_organization_that_is_not_there_is_not_found(directory: Directory) -> None:
    """Locked or not."""
    for lock in (False, True):
        with pytest.raises(NotFound), directory.begin(OrganizationId("nowhere")) as work:
            work.get(lock=lock)


def test_members_come_back_with_their_roles_by_address(directory: Directory) -> None:
    """What `users list` shows."""
    add_member(directory, BOB, Role.OWNER)
    add_member(directory, ADA, Role.VIEWER)

    with directory.view(US.organization_id) as work:
        members = work.people.members()
        assert work.people.with_email(ADA.email) == ADA
        assert work.people.with_email("ADA@example.com") is None
    assert [(one.user, one.role, one.since) for one in members] == [
        (ADA, Role.VIEWER, NOW),
        (BOB, Role.OWNER, NOW),
    ]


def test_a_role_changes_and_goes_and_the_user_stays(directory: Directory) -> None:
    """Jobs and the audit log speak of users by their ids for ever."""
    add_member(directory, ADA, Role.VIEWER)
    with directory.begin(US.organization_id) as work:
        work.people.put_role(ADA.id, Role.ADMIN, now=after(9))
        [changed] = work.people.members()
        work.people.take_role(ADA.id)
        work.commit()

    assert (changed.role, changed.since) == (Role.ADMIN, after(9))
    with directory.view(US.organization_id) as work:
        assert work.people.members() == []
        assert work.people.users() == [ADA]


def test_a_user_is_added_once(directory: Directory) -> None:
    """By id and by address."""
    add_member(directory, ADA, Role.VIEWER)

    for again in (attrs.evolve(BOB, id=ADA.id), attrs.evolve(BOB, email=ADA.email)):
        with pytest.raises(Conflict), directory.begin(US.organization_id) as work:
            work.people.add(again)


def test_a_person_may_be_in_two_organizations(directory: Directory) -> None:
    """Each has a user of its own, with its own role: neither learns of the other."""
    add_member(directory, ADA, Role.VIEWER)
    add_member(directory, ADA, Role.OWNER, tenant=THEM)

    with directory.begin(THEM.organization_id) as work:
        work.people.take_role(ADA.id)
        work.commit()
    with directory.view(US.organization_id) as work:
        assert [one.role for one in work.people.members()] == [Role.VIEWER]


def test_everything_of_a_key_comes_back_the_newest_first(directory: Directory) -> None:
    """A column that is forgotten would show only when somebody needs it."""
    add_member(directory, ADA, Role.OWNER)
    keys = [
        add_key(directory, attrs.evolve(a_key(number), revoked_at=revoked_at, last_used_at=revoked_at))
        for number, revoked_at in ((1, None), (2, after(7)))
    ]

    with directory.view(US.organization_id) as work:
        assert work.keys.all() == keys[::-1]


def test_a_key_is_found_by_its_prefix_with_the_role_of_its_user(directory: Directory) -> None:
    """Whoever presents it does not say which organization that is."""
    add_member(directory, ADA, Role.MEMBER, tenant=THEM)
    key = add_key(directory, a_key(tenant=THEM))

    found = directory.credential(key.prefix)

    assert found is not None
    assert (found.key, found.role) == (key, Role.MEMBER)
    assert directory.credential(PREFIX) is None


def test_the_key_of_a_former_member_is_found_without_a_role(directory: Directory) -> None:
    """So it opens nothing, even if nobody revoked it."""
    add_member(directory, ADA, Role.MEMBER)
    key = add_key(directory, a_key())
    with directory.begin(US.organization_id) as work:
        work.people.take_role(ADA.id)
        work.commit()

    found = directory.credential(key.prefix)

    assert found is not None
    assert found.role is None


def test_use_and_end_of_a_key_do_not_overwrite_each_other(directory: Directory) -> None:
    """A request is under way while somebody revokes its key."""
    add_member(directory, ADA, Role.MEMBER)
    key = add_key(directory, a_key())
    with directory.begin(US.organization_id) as work:
        work.keys.used(key.id, at=after(5), seal=Seal(digest="new", pepper_id="newer"))
        work.keys.put(attrs.evolve(key, revoked_at=after(6), expires_at=None))
        work.keys.used(key.id, at=after(7), seal=Seal(digest="newest", pepper_id="newer"))
        work.commit()

    with directory.view(US.organization_id) as work:
        [stored] = work.keys.all()
    assert stored == attrs.evolve(
        key,
        last_used_at=after(7),
        seal=Seal(digest="newest", pepper_id="newer"),
        revoked_at=after(6),
        expires_at=None,
    )


def test_the_audit_log_is_read_in_pages_the_newest_first(directory: Directory) -> None:
    """Also where several entries are of one moment."""
    entries = [an_entry(number, seconds=number // 2) for number in range(5)]
    with directory.begin(US.organization_id) as work:
        for entry in entries:
            work.entries.add(entry)
        work.commit()

    read, place = list[AuditEntry](), None
    with directory.view(US.organization_id) as work:
        while page := work.entries.page(before=place, limit=2):
            assert len(page) <= 2
            read += page
            place = page[-1].place
    assert read == entries[::-1]


def test_what_is_not_committed_never_was(directory: Directory) -> None:
    """The audit entry of a deed that failed would be a lie."""
    with directory.begin(US.organization_id) as work:
        work.people.add(ADA)
        work.people.put_role(ADA.id, Role.OWNER, now=NOW)
        work.keys.add(a_key())
        work.entries.add(an_entry(1, seconds=1))

    with directory.view(US.organization_id) as work:
        assert (work.people.users(), work.keys.all(), work.entries.page(before=None, limit=9)) == ([], [], [])


def test_a_view_can_not_be_committed(directory: Directory) -> None:
    """It waits for no writer because it is none."""
    with directory.view(US.organization_id) as work, pytest.raises(RuntimeError, match="read-only"):
        work.commit()


def test_neither_organization_sees_the_others_people_keys_and_entries(directory: Directory) -> None:
    """Nor does a change of one's own row of the same id reach the other's."""
    add_member(directory, ADA, Role.OWNER)
    add_key(directory, a_key())
    with directory.begin(US.organization_id) as work:
        work.entries.add(an_entry(1, seconds=1))
        work.commit()

    with directory.begin(THEM.organization_id) as work:
        seen = (work.people.users(), work.people.members(), work.keys.all(), work.entries.page(before=None, limit=9))
        work.keys.put(attrs.evolve(a_key(), revoked_at=NOW))
        work.commit()
    assert seen == ([], [], [], [])
    with directory.view(US.organization_id) as work:
        assert [key.revoked_at for key in work.keys.all()] == [None]
