"""What happened to a job, as the API shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs
from pydantic import BaseModel, Field

from domain.jobs.events import Envelope
from domain.jobs.service import JobView


class EventDocument(BaseModel):
    """A fact; facts of one job come in the order of their ids."""

    id: int = Field(description="Grows over all jobs; hand it in as `after` or `Last-Event-ID`.", examples=[41])
    kind: str = Field(examples=["job_ended"])
    created_at: datetime
    details: dict[str, Any] = Field(examples=[{"revision": 1, "status": "completed", "planned": 200}])


class EventsDocument(BaseModel):
    """Facts about a job from a place on, and where to go on."""

    items: list[EventDocument]
    last: int = Field(description="Hand it in as `after` to hear what follows.", examples=[41])
    is_over: bool = Field(description="Whether the job has ended and nothing follows, unless it is opened again.")


class ProgressDocument(BaseModel):
    """How a job stands, sent in a stream when it changes; it has no id, because it is not kept."""

    status: str
    planned: int | None
    pending: int
    running: int
    succeeded: int
    failed: int
    skipped: int
    cancelled: int
    verdicts: dict[str, int]


def event_document(envelope: Envelope) -> EventDocument:
    """Return the document of an event."""
    details = attrs.asdict(envelope.message)
    details.pop("job_id")
    return EventDocument(id=envelope.id, kind=envelope.message.kind, created_at=envelope.created_at, details=details)


def progress_document(view: JobView) -> ProgressDocument:
    """Return how the job stands."""
    counts = attrs.asdict(view.tally)
    counts.pop("usage")
    return ProgressDocument(status=view.job.status.value, planned=view.job.planned, **counts)
