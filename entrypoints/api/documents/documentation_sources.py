"""Documentation sources as the API shows them, and what is asked for of them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from domain.embedding.documentation_source import (
    LONGEST_LOCATION,
    MOST_DOCUMENTS,
    USUAL_DOCUMENTS,
    USUAL_PAGES,
    DocumentationSource,
    SourceKind,
    SourceSettings,
)
from domain.embedding.dry_run import DryRun
from domain.embedding.selection import MOST_GLOBS, Selection
from domain.embedding.sync_counts import SyncCounts
from domain.embedding.sync_service import SyncedAll
from domain.jobs.job import Job, JobStatus
from entrypoints.api.documents.words import Words

_SECRET = "The name of a secret of the organization, as `${DOCS_TOKEN}`; never its value."
_GLOBS = "Globs over paths: `*.md` in any folder, `docs/**/*.pdf` below one."


class SourceWords(Words):
    """How a source is read; what is left out is empty, or as usual."""

    branch: str = Field(default="", max_length=200, description="Of a git repository; empty: its own default.")
    endpoint: str = Field(default="", max_length=LONGEST_LOCATION, description="URL of an S3 service; empty: AWS.")
    region: str = Field(default="", max_length=100)
    user: str = Field(default="", max_length=200, description="User name, or S3's access key; may be `${NAME}`.")
    secret: str = Field(default="", max_length=200, description=_SECRET, examples=["${DOCS_TOKEN}"])
    include: list[str] = Field(default_factory=list, max_length=MOST_GLOBS, description=_GLOBS)
    exclude: list[str] = Field(default_factory=list, max_length=MOST_GLOBS, description=_GLOBS)
    most_documents: int | None = Field(
        default=None,
        ge=1,
        le=MOST_DOCUMENTS,
        description=f"A listing of more is refused. Usual: {USUAL_DOCUMENTS}; of a website {USUAL_PAGES}.",
    )


class NewSource(SourceWords):
    """A source that is to be added."""

    name: str = Field(min_length=1, max_length=100, examples=["handbook"])
    kind: SourceKind
    location: str = Field(
        min_length=1,
        max_length=LONGEST_LOCATION,
        description="A folder, a repository's path or URL, a sitemap's URL, or `s3://BUCKET/PREFIX`.",
        examples=["https://docs.example.org/sitemap.xml"],
    )
    trusted: bool = Field(default=False, description="Whether what it brings needs no review.")


class SourceChange(SourceWords):
    """What is to be changed; what is left out stays. Kind and location can't be: that is another source."""

    trusted: bool | None = None


class SyncWords(Words):
    """What a person says to a sync."""

    confirm_deletions: bool = Field(
        default=False, description="Delete what has vanished from the source, however much it is."
    )


class SyncDocument(BaseModel):
    """A sync in numbers, as it stands. processed = created + updated + skipped + failed."""

    job_id: str
    status: JobStatus
    created_at: datetime
    ended_at: datetime | None
    failure: str | None
    created: int
    updated: int
    skipped: int
    deleted: int
    failed: int
    processed: int
    total: int | None = Field(description="Documents that the source lists; null until it is listed.")
    unconfirmed: int = Field(description="Vanished documents that wait for a sync with `confirm_deletions`.")
    held: int = Field(description="Vanished documents that wait for a sync in which nothing goes wrong.")
    is_empty: bool = Field(description="The source listed nothing, which was not believed.")


class SourceDocument(BaseModel):
    """A documentation source, and how its newest sync stands."""

    id: str
    name: str
    kind: SourceKind
    location: str
    branch: str
    endpoint: str
    region: str
    user: str
    secret: str
    include: list[str]
    exclude: list[str]
    most_documents: int
    trusted: bool
    made_by: str
    made_at: datetime
    deletions_at: datetime | None = Field(description="When documents were deleted last; these can be brought back.")
    holds_deletions: bool = Field(description="Deletions were undone: the next ones wait for a person.")
    last_sync: SyncDocument | None


class QueuedSyncs(BaseModel):
    """What a sync of all sources started."""

    queued: dict[str, str] = Field(description="Ids of jobs, by the name of the source.")
    skipped: list[str] = Field(description="Sources that are being synced already.")


class RestoredDocuments(BaseModel):
    """How many documents were brought back."""

    restored: int


class DryRunDocument(BaseModel):
    """What a sync would do."""

    created: int
    updated: int = Field(description="Documents that are fetched again; those whose content is the same are skipped.")
    skipped: int
    deleted: int
    unconfirmed: int
    total: int
    examined: int = Field(description="Documents that were fetched to estimate the rest from.")
    unreadable: int = Field(description="Examined documents that could not be fetched or read.")
    chunks: int
    texts_to_embed: int = Field(description="Chunks without a vector.")
    tokens_to_embed: int
    cost_usd: float | None = Field(description="Null where no price is known.")
    is_estimated: bool = Field(description="Only a part was examined; numbers are scaled up from it.")


def settings_of(wanted: NewSource) -> SourceSettings:
    """Return the settings that somebody asks for."""
    usual = USUAL_PAGES if wanted.kind is SourceKind.SITEMAP else USUAL_DOCUMENTS
    return SourceSettings(
        kind=wanted.kind,
        location=wanted.location,
        branch=wanted.branch,
        endpoint=wanted.endpoint,
        region=wanted.region,
        user=wanted.user,
        secret=wanted.secret,
        selection=Selection(include=tuple(wanted.include), exclude=tuple(wanted.exclude)),
        most_documents=wanted.most_documents or usual,
    )


def changed_settings(settings: SourceSettings, change: SourceChange) -> SourceSettings:
    """Return settings with what a change names."""
    said = change.model_dump(exclude_unset=True, exclude={"trusted", "include", "exclude", "most_documents"})
    include, exclude = settings.selection.include, settings.selection.exclude
    selection = Selection(
        include=tuple(change.include) if "include" in change.model_fields_set else include,
        exclude=tuple(change.exclude) if "exclude" in change.model_fields_set else exclude,
    )
    values = {name: getattr(settings, name) for name in ("branch", "endpoint", "region", "user", "secret")} | said
    return SourceSettings(
        kind=settings.kind,
        location=settings.location,
        selection=selection,
        most_documents=change.most_documents or settings.most_documents,
        **values,
    )


def source_document(source: DocumentationSource, *, last_sync: SyncDocument | None) -> SourceDocument:
    """Return the document of a source."""
    settings = source.settings
    return SourceDocument(
        id=source.id,
        name=source.name,
        kind=settings.kind,
        location=settings.location,
        branch=settings.branch,
        endpoint=settings.endpoint,
        region=settings.region,
        user=settings.user,
        secret=settings.secret,
        include=list(settings.selection.include),
        exclude=list(settings.selection.exclude),
        most_documents=settings.most_documents,
        trusted=source.is_trusted,
        made_by=source.made_by,
        made_at=source.made_at,
        deletions_at=source.deletions_at,
        holds_deletions=source.holds_deletions,
        last_sync=last_sync,
    )


def sync_document(job: Job, counts: SyncCounts) -> SyncDocument:
    """Return the document of a sync."""
    return SyncDocument.model_validate(
        {
            "job_id": job.id,
            "status": job.status,
            "created_at": job.created_at,
            "ended_at": job.ended_at,
            "failure": job.failure,
            **counts.document(),
        }
    )


def queued_syncs(synced: SyncedAll) -> QueuedSyncs:
    """Return the document of a sync of all sources."""
    return QueuedSyncs.model_validate(synced.document())


def dry_run_document(found: DryRun) -> DryRunDocument:
    """Return the document of what a sync would do."""
    return DryRunDocument.model_validate(found.document())
