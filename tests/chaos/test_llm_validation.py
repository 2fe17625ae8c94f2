"""A worker that is killed in the middle of a validation of LLM APIs: every API has exactly one result in that run."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from adapters.database.engine import make_engine
from adapters.database.llm_registry import SqlRegistry
from domain.language_models.model import Provider
from domain.llm_validation.llm_api import LlmApi, LlmApiId
from domain.tenancy import OrganizationId, TenantContext, UserId
from entrypoints.settings import DEFAULT_ORGANIZATION
from tests.chaos.audit import assert_true_end, rows_of
from tests.chaos.scene import QUICK
from tests.contract.building import NOW
from tests.contract.climbing import named, provider_that
from tests.integration.dead_workers import DeadWorkers
from tests.integration.processes import Installation
from tests.pipelines.looking import WITHIN_S, look_until
from tests.services.http_server import Received, ScriptedServer, Wire
from tests.services.logins import administrator_of

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

APIS, SLOTS = 12, 8
PLAY = named(Provider.OPENAI_COMPATIBLE)
OURS = TenantContext(organization_id=OrganizationId(DEFAULT_ORGANIZATION), user_id=UserId("local"))


def test_every_api_has_exactly_one_result_after_a_kill(installation: Installation, database_url: str) -> None:
    """In ledger, report and history: what the dead worker had begun is checked once more, by another one."""
    usual, may_answer, dead = provider_that(PLAY), threading.Event(), DeadWorkers(database_url)

    def script(request: Received, wire: Wire) -> None:
        if request.method == "POST":
            may_answer.wait(WITHIN_S)
        usual(request, wire)

    with ScriptedServer(script) as server:
        _register(database_url, server.url)
        workers = [installation.worker(slots=SLOTS, **QUICK) for _ in range(2)]
        check = installation.start("llm", "check", "--timeout", "600s", "--json")
        look_until(lambda: _chats(server) >= APIS, what="work in both workers")
        dead.kill(workers[0])
        may_answer.set()
        dead.look_until(lambda: not check.is_running, what="the end of the check")
        document = check.document()

    details: list[dict[str, Any]] = document["details"]
    assert (document["status"], document["tested"], document["successful"]) == ("completed", APIS, APIS)
    assert sorted(one["name"] for one in details) == [f"api-{no:02d}" for no in range(APIS)]
    rows = rows_of(database_url, document["job_id"])
    assert_true_end(rows, planned=APIS)
    assert rows.losses > 0
    look_until(lambda: len(_noted(database_url)) >= APIS, what="the checks in the history")
    noted = _noted(database_url)
    assert sorted(noted) == sorted({*noted})
    assert len(noted) == APIS


def _register(database_url: str, url: str) -> None:
    engine = make_engine(database_url, pool_size=2)
    with SqlRegistry(engine).begin(OURS) as work:
        for no in range(APIS):
            work.apis.add(
                LlmApi(
                    id=LlmApiId(f"00000000-0000-4000-8000-0000000000{no:02d}"),
                    organization_id=OURS.organization_id,
                    name=f"api-{no:02d}",
                    provider=PLAY.provider,
                    base_url=f"{url}{PLAY.path}",
                    created_at=NOW,
                    updated_at=NOW,
                )
            )
        work.commit()
    engine.dispose()


def _chats(server: ScriptedServer) -> int:
    return sum(request.method == "POST" for request in list(server.received))


def _noted(database_url: str) -> list[str]:
    engine = create_engine(administrator_of(database_url))
    try:
        with engine.connect() as connection:
            return [row.api_id for row in connection.execute(text("SELECT api_id FROM llm_check"))]
    finally:
        engine.dispose()
