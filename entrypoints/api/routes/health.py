"""/healthz, /readyz and /metrics: for who runs the installation; none takes a key, and none says whose work it is."""

from __future__ import annotations

from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry
from pydantic import BaseModel

from entrypoints.api.callers import Services
from entrypoints.api.problems import documented, problem
from entrypoints.monitoring.page import CONTENT_TYPE, may_read, page
from entrypoints.monitoring.readiness import Checks

log = structlog.get_logger(__name__)
router = APIRouter(tags=["operation"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """The process can do its work."""

    status: Literal["ready"] = "ready"


@router.get("/healthz", operation_id="is_alive")
def is_alive() -> Alive:
    """Say that the process lives; nothing else is asked, so that a database that is away restarts nobody."""
    return Alive()


@router.get("/readyz", operation_id="is_ready", response_model=Ready, responses=documented(503))
def is_ready(request: Request) -> Ready | JSONResponse:
    """Say whether database, tables and broker are there; each is waited for two seconds at the most."""
    checks: Checks = request.app.state.checks
    missing = checks.look().missing
    if not missing:
        return Ready()
    log.warning("not ready", **missing)
    detail = f"missing: {', '.join(missing)}; the log of this process says why"  # which may hold addresses
    return problem(503, detail, name="not-ready", headers={"Retry-After": "2"})


@router.get(
    "/metrics",
    operation_id="metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **documented(401)},
)
def metrics(request: Request, antiphon: Services, authorization: Annotated[str | None, Header()] = None) -> Response:
    """Tell how the installation stands, as text for Prometheus; ANTIPHON_METRICS_TOKEN is asked for where it is set."""
    if not may_read(authorization, token=antiphon.settings.metrics_token):
        return problem(401, "send ANTIPHON_METRICS_TOKEN as a bearer token", headers={"WWW-Authenticate": "Bearer"})
    registry: CollectorRegistry = request.app.state.figures
    return Response(page(registry), media_type=CONTENT_TYPE)
