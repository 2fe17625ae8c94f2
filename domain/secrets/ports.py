"""What secrets need of the world: rows to keep them in, and a way to every encrypted column for a change of keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from attrs import field, frozen

from domain.secrets.secret import SecretName, StoredSecret
from domain.secrets.vault import Place, Sealed
from domain.tenancy import TenantContext


class SecretRows(Protocol):
    """The encrypted secrets of each organization."""

    def put(self, tenant: TenantContext, secret: StoredSecret) -> None:
        """Store the secret, in place of the one of that name; the time that one was created at stays."""

    def find(self, tenant: TenantContext, name: SecretName) -> StoredSecret | None:
        """Return the secret of that name, if there is one."""

    def all(self, tenant: TenantContext) -> Sequence[StoredSecret]:
        """Return the organization's secrets, by name."""

    def delete(self, tenant: TenantContext, name: SecretName) -> bool:
        """Forget the secret; return whether there was one."""


@frozen(kw_only=True)
class SealedCell:
    """One encrypted text, and where it stands."""

    place: Place
    sealed: Sealed = field(repr=False)


class SealedColumn(Protocol):
    """
    An encrypted column of all organizations, for a change of the master key. *name* is `table.column`.

    Every table that a vault encrypts for has one, or its rows can't be read any more once an old key is taken away.
    """

    @property
    def name(self) -> str:
        """Return which column it is, as `table.column`."""

    def page(self, *, after: Place | None, limit: int) -> Sequence[SealedCell]:
        """Return up to *limit* cells behind *after*, in an order that does not change."""

    def replace(self, cell: SealedCell, sealed: Sealed) -> bool:
        """Write *sealed* in place of what *cell* holds; False when that is not there any more."""


class Environments(Protocol):
    """What `${NAME}` stands for in the specifications of an organization: targets, models, headers, addresses."""

    def of(self, tenant: TenantContext) -> Mapping[str, str]:
        """
        Return the values by name; each is read when it is asked for.

        Reading one raises:
            ServiceUnavailable: the database or the master key can't be reached.
            Conflict: a stored secret can't be read.
        """
