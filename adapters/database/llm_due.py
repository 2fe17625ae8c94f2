"""Which LLM APIs of the whole installation are to be checked sooner than the schedule does."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen
from sqlalchemy import Engine, bindparam, select

from adapters.database.connection import connected
from adapters.database.llm_check_tables import llm_standing
from adapters.database.types import UtcTime
from domain.llm_validation.checks import DueApi
from domain.llm_validation.llm_api import LlmApiId
from domain.tenancy import OrganizationId

_DUE = (
    select(llm_standing.c.organization_id, llm_standing.c.api_id, llm_standing.c.due_at)
    .where(llm_standing.c.due_at <= bindparam("due_by", type_=UtcTime), llm_standing.c.model == "")
    .order_by(llm_standing.c.due_at, llm_standing.c.api_id)
    .limit(bindparam("at_most"))
)


@frozen
class SqlDueApis:
    """`DueApis` over a database."""

    engine: Engine

    def due(self, *, now: datetime, limit: int) -> list[DueApi]:
        """Return the APIs that are due, the longest due first."""
        with connected(self.engine, tenant=None, reads=True) as connection:
            rows = connection.execute(_DUE, {"due_by": now, "at_most": limit})
            return [
                DueApi(
                    organization_id=OrganizationId(row.organization_id),
                    api_id=LlmApiId(row.api_id),
                    due_at=row.due_at,
                )
                for row in rows
            ]
