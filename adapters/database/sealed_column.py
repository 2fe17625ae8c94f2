"""An encrypted column of a table, through all organizations, for a change of the master key."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen
from sqlalchemy import Column, Engine, Table, and_, bindparam, or_, select, update

from adapters.database.connection import connected
from adapters.database.types import Name
from domain.secrets.ports import SealedCell
from domain.secrets.vault import Place, Sealed
from domain.tenancy import OrganizationId


@frozen(kw_only=True)
class SqlSealedColumn:
    """
    `SealedColumn`: the texts of *column*, whose place names the *row* by the text of one other column.

    It looks for the whole installation, and writes in the cell's organization: the migration of the table lets the
    system (`let_system`) read the organization, the row's name and the column.
    """

    engine: Engine
    table: Table
    row: Column[str]
    column: Column[str]

    @property
    def name(self) -> str:
        """`table.column`."""
        return f"{self.table.name}.{self.column.name}"

    def page(self, *, after: Place | None, limit: int) -> Sequence[SealedCell]:
        """Return cells by organization and row; empty columns are left out."""
        organization = self.table.c.organization_id
        cells = select(organization, self.row, self.column).where(self.column.is_not(None))
        if after is not None:
            later = and_(organization == after.organization_id, self.row > after.row)
            cells = cells.where(or_(organization > after.organization_id, later))
        with connected(self.engine, tenant=None, reads=True) as connection:
            rows = connection.execute(cells.order_by(organization, self.row).limit(limit)).all()
        return [self._cell(*row) for row in rows]

    def replace(self, cell: SealedCell, sealed: Sealed) -> bool:
        """Write *sealed*, unless somebody has changed the column since it was read."""
        changed = (
            update(self.table)
            .where(
                self.table.c.organization_id == cell.place.organization_id,
                self.row == cell.place.row,
                self.column == bindparam("was", cell.sealed, type_=Name),
            )
            .values({self.column: sealed})
        )
        with connected(self.engine, tenant=cell.place.organization_id) as connection:
            count = connection.execute(changed).rowcount
            connection.commit()
        return bool(count)

    def _cell(self, organization_id: str, row: str, sealed: str) -> SealedCell:
        place = Place(
            organization_id=OrganizationId(organization_id),
            table=self.table.name,
            row=row,
            column=self.column.name,
        )
        return SealedCell(place=place, sealed=Sealed(sealed))
