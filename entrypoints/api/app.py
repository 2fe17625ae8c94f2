"""The HTTP API, put together: one router a resource, one shape of refusal."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from entrypoints.api.callers import Authenticator
from entrypoints.api.following import Following
from entrypoints.api.guarding import Guarding
from entrypoints.api.heading import Heading
from entrypoints.api.problems import documented, explain_problems
from entrypoints.api.rates import make_rates
from entrypoints.api.routes import (
    audit,
    documentation_sources,
    documents,
    embedding,
    events,
    health,
    items,
    jobs,
    keys,
    library_search,
    llm_apis,
    llm_defaults,
    llm_validations,
    organization,
    rfp_checks,
    rfp_decisions,
    rfp_summaries,
    rfps,
    schedules,
    secrets,
    tasks,
    test_execution,
    webhooks,
)
from entrypoints.api.streams import Streams
from entrypoints.api.summaries import Summaries
from entrypoints.container import Antiphon
from entrypoints.monitoring.counts import RequestCounts
from entrypoints.monitoring.installation import checks_of, figures_of

ROUTERS: tuple[APIRouter, ...] = (
    jobs.router,
    items.router,
    events.router,
    tasks.router,
    *test_execution.ROUTERS,
    secrets.router,
    organization.router,
    keys.router,
    audit.router,
    webhooks.router,
    documentation_sources.router,
    *llm_apis.ROUTERS,
    llm_defaults.router,
    documents.router,
    embedding.router,
    library_search.router,
    rfps.router,
    rfp_decisions.router,
    rfp_summaries.router,
    rfp_checks.router,
    schedules.router,
    *llm_validations.ROUTERS,
)
"""One a resource; what needs no key is included apart."""


def make_api(antiphon: Antiphon, *, authenticator: Authenticator | None = None) -> FastAPI:
    """Return the application that serves the API with what *antiphon* holds."""
    app = FastAPI(
        title="Antiphon",
        description="Large batches of language-model work, and how they truthfully ended.",
        version="1",
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
    )
    app.state.antiphon = antiphon
    app.state.authenticator = authenticator or antiphon.administration.authentication
    app.state.summaries = Summaries()
    app.state.streams, app.state.rates = Streams(), make_rates(antiphon.settings)
    explain_problems(app)
    for router in ROUTERS:
        app.include_router(router, responses=documented(400, 401, 403, 408, 413, 422, 429, 503))
    app.add_middleware(Heading)
    app.add_middleware(Guarding, most_bytes=antiphon.settings.api_body_bytes)
    _watch(app, antiphon)
    return app


def _watch(app: FastAPI, antiphon: Antiphon) -> None:
    """Tell operators how things stand, and follow each request; added last, it stands around everything else."""
    app.state.checks, app.state.figures = checks_of(antiphon), figures_of(antiphon)
    app.include_router(health.router)
    app.add_middleware(Following, spans=antiphon.spans, counts=RequestCounts(app.state.figures))
