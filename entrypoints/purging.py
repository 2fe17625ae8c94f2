"""Purging a job's messages: refused while they are of use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.jobs.errors import Conflict
from domain.jobs.job import JobId
from entrypoints.container import Antiphon
from entrypoints.worker_side import WorkerSide

if TYPE_CHECKING:
    from pipelines.purging import Purged


def purged_from_broker(antiphon: Antiphon, job_id: JobId) -> Purged:
    """
    Take the messages of an ended job out of the broker; embedded there are none, they died with their command.

    Raises:
        Conflict: the job has not ended.
        ServiceUnavailable: the broker can't be reached.
    """
    from pipelines.purging import Purged, purge

    job = antiphon.jobs.get(antiphon.tenant, job_id).job
    if not job.status.is_end:
        raise Conflict(
            f"job {job_id} is {job.status}, and its messages are of use; `antiphon jobs cancel {job_id}` ends it, "
            f"`antiphon repair {job_id}` sets a stuck one going again"
        )
    if antiphon.settings.is_embedded:
        return Purged(removed=0, revoked=0)
    return purge(WorkerSide(antiphon, places=1).app, job_id)
