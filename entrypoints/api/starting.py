"""
Starting work over the API: accepted once, answered with 202 and where to look, whatever became of the first answer.

Every route that starts a job does it through `Starting`. The job and its first message are stored in one transaction
and leave after it, so that no broker is needed to answer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Annotated, Any

from attrs import frozen
from fastapi import Depends, Request, Response

from domain.jobs.job import Job
from domain.jobs.request_key import IdempotencyKey
from domain.tenancy import TenantContext
from entrypoints.api.callers import Services, Writer
from entrypoints.api.documents.jobs import JobDocument, job_document
from entrypoints.api.problems import documented
from entrypoints.api.request_keys import RequestKey
from entrypoints.container import Antiphon

STARTS: dict[int | str, dict[str, Any]] = {
    202: {
        "description": "Accepted: the job is stored, and will be worked on. A repeated request gets the same job.",
        "headers": {"Location": {"description": "Where to look at the job.", "schema": {"type": "string"}}},
    },
    **documented(404, 409),
}
"""The `responses=` of a route that starts work; its `status_code` is 202."""


async def _key(
    request: Request,
    idempotency_key: RequestKey = None,
) -> IdempotencyKey | None:
    if idempotency_key is None:
        return None
    words = [request.method, request.url.path, request.url.query, _canonical(await request.body())]
    return IdempotencyKey(idempotency_key, request=hashlib.sha256(json.dumps(words).encode()).hexdigest())


@frozen(kw_only=True)
class Start:
    """One request to start work: who asks, under which key, and the answer that is being made."""

    antiphon: Antiphon
    caller: TenantContext
    key: IdempotencyKey | None
    response: Response

    def of(self, submit: Callable[[IdempotencyKey | None], Job]) -> JobDocument:
        """
        Return the document of the job that *submit* starts, or that the same request started before.

        *submit* gets the key to store with the job. Whatever it must look up first belongs into it: a repeated request
        is answered even if what it named is gone.

        Raises:
            KeyReused: the key belongs to another request.
        """
        jobs = self.antiphon.jobs
        job = jobs.replayed(self.caller, self.key) if self.key else None
        return accepted(self.response, self.antiphon, self.caller, job or submit(self.key))


def accepted(response: Response, antiphon: Antiphon, caller: TenantContext, job: Job) -> JobDocument:
    """Return the document of a job that was just set going, and say in the answer where to look at it."""
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return job_document(antiphon.jobs.get(caller, job.id))


def _start(
    antiphon: Services, caller: Writer, key: Annotated[IdempotencyKey | None, Depends(_key)], response: Response
) -> Start:
    return Start(antiphon=antiphon, caller=caller, key=key, response=response)


Starting = Annotated[Start, Depends(_start)]


def _canonical(body: bytes) -> str:
    """Return the body so that the order of its fields and its spaces do not matter, where it is JSON."""
    try:
        return json.dumps(json.loads(body), sort_keys=True)
    except (ValueError, RecursionError):
        return hashlib.sha256(body).hexdigest()
