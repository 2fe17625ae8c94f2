"""The users and members of one organization, in a database."""

from __future__ import annotations

from datetime import datetime

import attrs
from attrs import frozen
from sqlalchemy import and_, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from adapters.database.organization_rows import membership_from, user_from
from adapters.database.organization_tables import app_user, membership
from adapters.database.scope import Scope, of_organization
from adapters.database.types import SafeText
from domain.jobs.errors import Conflict
from domain.organizations.organization import Membership, Role, User
from domain.tenancy import UserId

_its_user = and_(app_user.c.organization_id == membership.c.organization_id, app_user.c.id == membership.c.user_id)
_of_user = membership.c.user_id == bindparam("of_user", type_=SafeText)
_ADD = insert(app_user)
_JOIN = insert(membership)
_CHANGE = (
    update(membership)
    .where(of_organization(membership), _of_user)
    .values(role=bindparam("new_role"), since=bindparam("new_since"))
)
_LEAVE = delete(membership).where(of_organization(membership), _of_user)
_USERS = select(app_user).where(of_organization(app_user)).order_by(app_user.c.email)
_WITH_EMAIL = _USERS.where(app_user.c.email == bindparam("of_email", type_=SafeText))
_MEMBERS = (
    select(app_user, membership.c.role, membership.c.since)
    .join(membership, _its_user)
    .where(of_organization(membership))
    .order_by(app_user.c.email)
)


@frozen(kw_only=True)
class SqlPeople:
    """`People` in the transaction of *scope*."""

    scope: Scope

    def add(self, user: User) -> None:
        """Store a user, who is no member yet."""
        try:
            self.scope.insert(_ADD, attrs.asdict(user))
        except IntegrityError as error:
            raise Conflict(f"user {user.email}: somebody added this user at the same time; try again") from error

    def with_email(self, email: str) -> User | None:
        """Return the user with the address, member or not."""
        row = self.scope.execute(_WITH_EMAIL, of_email=email).one_or_none()
        return None if row is None else user_from(row)

    def put_role(self, user_id: UserId, role: Role, *, now: datetime) -> None:
        """Make a user a member, or change what the member is."""
        changed = self.scope.execute(_CHANGE, of_user=user_id, new_role=role.value, new_since=now)
        if not changed.rowcount:
            self.scope.insert(_JOIN, {"user_id": user_id, "role": role.value, "since": now})

    def take_role(self, user_id: UserId) -> None:
        """Let a user be a member no longer."""
        self.scope.execute(_LEAVE, of_user=user_id)

    def members(self) -> list[Membership]:
        """Return the members, by address."""
        return [membership_from(row) for row in self.scope.execute(_MEMBERS)]

    def users(self) -> list[User]:
        """Return everybody, former members too."""
        return [user_from(row) for row in self.scope.execute(_USERS)]
