"""
Streams of events: a bounded number at once, each looking at its job twice a second until that has ended.

Nothing is held between two looks, neither a thread nor a connection to the database, so that an open stream costs
little. They end when the server is to end.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator

from attrs import define, field
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from domain.jobs.errors import AntiphonError, ServiceUnavailable
from domain.jobs.job import JobId
from domain.jobs.records import JobRecords
from domain.tenancy import TenantContext
from entrypoints.api.documents.events import event_document, progress_document

LOOK_S = 0.5
KEEP_ALIVE_S = 15.0
LONGEST_S = 600.0
"""A stream outlives the key it was opened with by no more than this."""

AT_ONCE = 256
PAGE = 100


@define(eq=False)
class EventStream:
    """What one listener has heard of a job."""

    records: JobRecords = field(kw_only=True)
    caller: TenantContext = field(kw_only=True)
    job_id: JobId = field(kw_only=True)
    after: int = field(kw_only=True)
    is_over: bool = field(default=False, init=False)
    _progress: str = field(default="", init=False)

    def look(self) -> bytes:
        """Return what is new, as it is sent; empty when nothing is."""
        events = self.records.events(self.caller, self.job_id, after=self.after, limit=PAGE)
        self.after = events.read_to
        self.is_over = events.view.job.status.is_end and not events.has_more
        news = [
            format_sse_event(
                id=str(envelope.id), event=envelope.message.kind, data_str=event_document(envelope).model_dump_json()
            )
            for envelope in events.facts
        ]
        progress = progress_document(events.view).model_dump_json()
        if progress != self._progress:
            self._progress = progress
            news.insert(0, format_sse_event(event="progress", data_str=progress))
        return b"".join(news)


@define(eq=False)
class Streams:
    """The streams of this process."""

    stopping: threading.Event = field(factory=threading.Event)
    _open: int = field(default=0, init=False)

    def sent(self, stream: EventStream) -> AsyncIterator[bytes]:
        """
        Return what is sent over one stream, until its job has ended.

        Raises:
            ServiceUnavailable: there are too many.
        """
        if self._open >= AT_ONCE:
            raise ServiceUnavailable(f"{AT_ONCE} streams are open here; ask page by page with `after`, or come back")
        return self._send(stream)

    async def _send(self, stream: EventStream) -> AsyncIterator[bytes]:
        self._open += 1
        try:
            began = spoke = time.monotonic()
            while not self.stopping.is_set() and time.monotonic() - began < LONGEST_S:
                news = await run_in_threadpool(stream.look)
                if news or time.monotonic() - spoke >= KEEP_ALIVE_S:
                    spoke = time.monotonic()
                    yield news or KEEPALIVE_COMMENT
                if stream.is_over:
                    return
                await asyncio.sleep(LOOK_S)
        except AntiphonError:  # the listener connects again, and is told why
            return
        finally:
            self._open -= 1
