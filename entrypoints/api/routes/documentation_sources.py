"""/v1/documentation-sources: where the library's documents come from, and keeping in step with it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from domain.embedding.dry_run import DryRun
from domain.tenancy import TenantContext
from entrypoints.api.callers import Reader, Services, Writer
from entrypoints.api.documents.documentation_sources import (
    DryRunDocument,
    NewSource,
    QueuedSyncs,
    RestoredDocuments,
    SourceChange,
    SourceDocument,
    SyncWords,
    changed_settings,
    dry_run_document,
    queued_syncs,
    settings_of,
)
from entrypoints.api.documents.jobs import JobDocument
from entrypoints.api.paging import Page
from entrypoints.api.problems import documented
from entrypoints.api.request_keys import KEEPS_NO_KEY
from entrypoints.api.starting import STARTS, Starting
from entrypoints.container import Antiphon
from entrypoints.library_sources import shown_source, shown_sources

router = APIRouter(prefix="/v1/documentation-sources", tags=["documentation sources"])

DRY_RUN_S = 20.0
"""How long the API reads documents for an estimate; the command line may take longer."""

TheSource = Annotated[str, Path(min_length=1, max_length=100, description="The source's name, or its id.")]


@router.get("", operation_id="list_documentation_sources")
def list_sources(caller: Reader, antiphon: Services) -> Page[SourceDocument]:
    """List the sources, by name; an organization has at most 500."""
    found = antiphon.sources.sources.all(caller)
    return Page(items=shown_sources(antiphon.sources, caller, found), next=None)


@router.post(
    "",
    operation_id="add_documentation_source",
    status_code=201,
    dependencies=[KEEPS_NO_KEY],
    responses=documented(409),
)
def add_source(caller: Writer, antiphon: Services, wanted: NewSource, response: Response) -> SourceDocument:
    """Add a source; nothing of it is read before its first sync. A folder must be one that the operator allows."""
    added = antiphon.sources.sources.add(caller, wanted.name, settings_of(wanted), is_trusted=wanted.trusted)
    response.headers["Location"] = f"/v1/documentation-sources/{added.id}"
    return shown_source(antiphon.sources, caller, added)


@router.post("/sync-all", operation_id="sync_all_documentation_sources", status_code=202, responses=STARTS)
def sync_all(start: Starting) -> QueuedSyncs:
    """Start a sync of each source that has none."""
    return queued_syncs(start.antiphon.sources.syncs.start_all(start.caller, idempotency_key=start.key))


@router.get("/{source}", operation_id="get_documentation_source", responses=documented(404))
def get_source(caller: Reader, antiphon: Services, source: TheSource) -> SourceDocument:
    """Look at a source, and at how its newest sync stands."""
    return shown_source(antiphon.sources, caller, antiphon.sources.sources.find(caller, source))


@router.patch("/{source}", operation_id="change_documentation_source", responses=documented(404, 409))
def change_source(caller: Writer, antiphon: Services, source: TheSource, change: SourceChange) -> SourceDocument:
    """Change how a source is read, or whether it is trusted; not while it is synced."""
    service = antiphon.sources.sources
    found = service.find(caller, source)
    settings = changed_settings(found.settings, change)
    changed = service.change(caller, found.id, settings=settings, is_trusted=change.trusted)
    return shown_source(antiphon.sources, caller, changed)


@router.delete("/{source}", operation_id="remove_documentation_source", status_code=204, responses=documented(404, 409))
def remove_source(caller: Writer, antiphon: Services, source: TheSource) -> None:
    """Forget a source, and take its documents out of the library."""
    service = antiphon.sources.sources
    service.remove(caller, service.find(caller, source).id)


@router.post("/{source}/sync", operation_id="sync_documentation_source", status_code=202, responses=STARTS)
def sync_source(start: Starting, source: TheSource, words: SyncWords | None = None) -> JobDocument:
    """Bring the library in step with a source."""
    confirms = words is not None and words.confirm_deletions
    services = start.antiphon.sources
    return start.of(
        lambda key: services.syncs.start(
            start.caller,
            services.sources.find(start.caller, source).id,
            confirms_deletions=confirms,
            idempotency_key=key,
        )
    )


@router.post("/{source}/dry-run", operation_id="dry_run_documentation_source", responses=documented(404, 409))
def dry_run(
    caller: Writer,
    antiphon: Services,
    source: TheSource,
    examine: Annotated[int, Query(ge=0, le=1000, description="Documents to read at most, for the estimate.")] = 50,
) -> DryRunDocument:
    """Say what a sync would do now, and what embedding would cost; nothing is written, but the source is called."""
    return dry_run_document(_looked_ahead(antiphon, caller, source, examine))


@router.post("/{source}/undo-deletions", operation_id="undo_deletions", responses=documented(404, 409))
def undo_deletions(caller: Writer, antiphon: Services, source: TheSource) -> RestoredDocuments:
    """Bring back what the newest deletions took away."""
    services = antiphon.sources
    restored = services.syncs.undo_deletions(caller, services.sources.find(caller, source).id)
    return RestoredDocuments(restored=restored)


def _looked_ahead(antiphon: Antiphon, caller: TenantContext, source: str, examine: int) -> DryRun:
    services = antiphon.sources
    source_id = services.sources.find(caller, source).id
    return services.dry_runs.of(caller, source_id, most_examined=examine, deadline_s=DRY_RUN_S)
