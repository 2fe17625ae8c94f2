"""Jobs about an RFP or a summary that have not ended, and that nobody is at work on: what their owner can do."""

from __future__ import annotations

from domain.jobs.errors import Conflict
from domain.jobs.job import JobId
from entrypoints.api.documents.rfp_summaries import SummaryJobDocument
from entrypoints.api.documents.rfps import StageJobDocument
from entrypoints.cli.host import Host
from entrypoints.cli.local_host import INTERRUPTED


def is_interrupted(host: Host, job: StageJobDocument | SummaryJobDocument | None) -> bool:
    """Return whether there is such a job; at a server it is its workers' matter, and none is."""
    return job is not None and not job.status.is_end and host.standing(host.view(JobId(job.job_id))) == INTERRUPTED


def refuse_interrupted(
    host: Host,
    job: StageJobDocument | SummaryJobDocument | None,
    *,
    doing: str,
    refusal: type[Conflict] = Conflict,
    then: str = "",
) -> None:
    """
    Refuse what can't be done beside an interrupted job: waiting for it would never end.

    *doing* is what the job does, such as `answers are drafted`; *then* what can be done once it has ended.

    Raises:
        Conflict: it is interrupted.
    """
    if job is not None and is_interrupted(host, job):
        raise refusal(
            f"job {job.job_id}, by which {doing}, was interrupted; `antiphon jobs resume {job.job_id}` "
            f"goes on with it, `antiphon jobs cancel {job.job_id}` ends it{then}"
        )
