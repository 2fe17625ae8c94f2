"""
Row-level security on every table that holds an organization's rows (Postgres only).

The roles belong to the server, so undoing this leaves them: another database may use them.
"""

from __future__ import annotations

from alembic import op

from adapters.database.migrations.row_security import let_system, protect, share, unprotect
from adapters.database.roles import make_roles

revision = "0007"
down_revision = "0006"

TABLES = (
    "job",
    "item",
    "shard",
    "spending",
    "idempotency_key",
    "test_set",
    "test_case",
    "test_configuration",
    "saved_configuration",
    "response_cache",
)
MESSAGE = ("organization_id", "job_id", "kind", "body", "created_at", "attempts", "hold_until", "sent_at")
SHARD = ("organization_id", "job_id", "no", "first_no", "last_no", "state", "sends", "tally")
SPENDING = ("organization_id", "job_id", "requests", "prompt_tokens", "completion_tokens", "cost_nanousd")


def upgrade() -> None:
    """Make the roles where they are missing, and let each do what it has to."""
    if op.get_bind().dialect.name != "postgresql":
        return
    make_roles(op.get_bind())
    for table in TABLES:
        protect(op, table)
    # The ids grow over all organizations: whoever could choose one would learn which are taken.
    protect(op, "outbox", rights=f"SELECT, INSERT ({', '.join(MESSAGE)})")
    let_system(op, "outbox", reads=("id", *MESSAGE), changes=("attempts", "hold_until", "sent_at"))
    let_system(op, "job", reads=("organization_id", "id", "status", "created_at"))
    # what monitoring counts: no content, but how much there is of each state
    let_system(op, "item", reads=("organization_id", "job_id", "no", "state"))
    let_system(op, "shard", reads=SHARD)
    let_system(op, "spending", reads=SPENDING)
    share(op, "duty", system="SELECT, INSERT, UPDATE")
    op.execute("GRANT SELECT ON alembic_version TO PUBLIC")


def downgrade() -> None:
    """Let every user of the database read everything again."""
    for table in (*TABLES, "outbox"):
        unprotect(op, table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("REVOKE ALL ON duty FROM antiphon_app, antiphon_system")
        op.execute("REVOKE SELECT ON alembic_version FROM PUBLIC")
