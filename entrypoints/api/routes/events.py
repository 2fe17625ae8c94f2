"""/v1/jobs/{id}/events: what happened to a job, as a stream or page by page."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.sse import EventSourceResponse

from entrypoints.api.callers import Reader, Services
from entrypoints.api.documents.events import EventsDocument, event_document
from entrypoints.api.problems import documented
from entrypoints.api.routes.jobs import TheJob
from entrypoints.api.streams import EventStream, Streams

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

LARGEST_ID = 2**63 - 1
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A page of events; or, when `text/event-stream` is asked for, a stream of them.",
        "content": {
            "text/event-stream": {
                "schema": {
                    "type": "string",
                    "examples": ['id: 41\nevent: job_ended\ndata: {"status": "completed"}\n\n'],
                }
            }
        },
    },
    204: {"description": "Nothing more will come; an EventSource stops asking."},
}


@router.get(
    "/{job_id}/events",
    operation_id="list_events",
    response_model=EventsDocument,
    responses={**_STREAM, **documented(404)},
)
def list_events(
    request: Request,
    caller: Reader,
    antiphon: Services,
    job_id: TheJob,
    after: Annotated[int, Query(ge=0, le=LARGEST_ID, description="Only events behind this id.")] = 0,
    limit: Annotated[int, Query(ge=1, le=200, description="How many at most (of a page).")] = 100,
    last_event_id: Annotated[
        int | None, Header(ge=0, le=LARGEST_ID, description="Where a stream that broke off is to go on.")
    ] = None,
) -> Response:
    """
    Hear what happened to a job, oldest first.

    With `Accept: text/event-stream` they come as a stream that goes on until the job has ended, otherwise as a page. A
    stream also sends `progress` whenever the counts change; these have no id. It ends with the job, and after some
    minutes in any case: connect again with the last id (an EventSource does so by itself).
    """
    begin = after if last_event_id is None else last_event_id
    events = antiphon.records.events(caller, job_id, after=begin, limit=limit)
    is_over = events.view.job.status.is_end and not events.has_more
    if "text/event-stream" not in request.headers.get("accept", ""):
        page = EventsDocument(
            items=[event_document(each) for each in events.facts], last=events.read_to, is_over=is_over
        )
        return Response(page.model_dump_json(), media_type="application/json")
    if is_over and not events.facts:
        return Response(status_code=204)
    streams: Streams = request.app.state.streams
    stream = EventStream(records=antiphon.records, caller=caller, job_id=job_id, after=begin)
    return EventSourceResponse(streams.sent(stream), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
