"""The key that a request came with, so that sending it twice starts one job."""

from __future__ import annotations

from attrs import field, frozen

from domain.jobs.errors import KeyReused
from domain.jobs.job import Job
from domain.jobs.ports import UnitOfWork


@frozen
class IdempotencyKey:
    """
    What its sender calls one request.

    *request* is a fingerprint of that request in the sender's own words, where they are known: what they lead to may
    change meanwhile (the newest version of something), and the same request must still be recognised.
    """

    key: str
    request: str | None = field(default=None, kw_only=True)


def job_of_key(work: UnitOfWork, key: str, fingerprint: str) -> Job | None:
    """
    Return the job that the request with this key started; None for a key that is new.

    Raises:
        KeyReused: it was another request.
    """
    known = work.jobs.by_key(key)
    if known is None:
        return None
    job_id, of_first = known
    if of_first != fingerprint:
        raise KeyReused(
            f"idempotency key {key!r} belongs to job {job_id}, which was asked for in other words; use a new key for a "
            "new request"
        )
    return work.jobs.get(job_id)
