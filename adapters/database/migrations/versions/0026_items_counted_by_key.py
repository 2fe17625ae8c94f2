"""
Items are counted by state from their key alone, where Postgres knows the rows to be settled.

A change of state writes an entry of the key anyway, as an index of running items has that column, too: two changes of
333,000 items took 23.3 s with the state in the key and without.
"""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"

KEY = "PRIMARY KEY (organization_id, job_id, no)"


def upgrade() -> None:
    """Take the state into the key, and have the table vacuumed at a twentieth of it in place of a fifth."""
    _change(f"DROP CONSTRAINT pk_item, ADD CONSTRAINT pk_item {KEY} INCLUDE (state)")
    _change("SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05)")


def downgrade() -> None:
    """Undo it."""
    _change("RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor)")
    _change(f"DROP CONSTRAINT pk_item, ADD CONSTRAINT pk_item {KEY}")


def _change(words: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE item {words}")
