"""
Child processes that work on files of strangers: a file that kills, hangs or fills one costs one child and nothing else.

Children are fresh interpreters (nothing is forked, no engine and no lock is inherited), started when the first file
comes, one file at a time each. They get no environment: what they read may take them over, and must find no secret
there. One that a parser in C has read a file in, or that failed, reads no other: it may wait for the next file, which
is perhaps another organization's. Those that only Python has read files in serve for many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from queue import Empty, LifoQueue
from threading import BoundedSemaphore, Lock
from typing import TypeVar
from weakref import finalize

from adapters.child_processes.limits import ProcessLimits
from adapters.child_processes.process import Child, Read, UsedChildFailed
from domain.jobs.errors import Deferred

FILES_EACH = 100
WAITING_AGAIN_S = 5.0

T = TypeVar("T")


class ChildProcesses:
    """
    Up to *processes* children at a time; `close` them at the end.

    *module* names what they do: its `open_server` (`serving.py`) is called in the child, with the limits.
    """

    def __init__(
        self, module: str, limits: ProcessLimits, *, most_bytes: int, processes: int = 2, files_each: int = FILES_EACH
    ) -> None:
        self._module = module
        self._limits = limits
        self._most_bytes = most_bytes
        self._files_each = files_each
        self._places = BoundedSemaphore(processes)
        self._idle: LifoQueue[Child] = LifoQueue()
        self._is_closed = False
        self._lock = Lock()
        finalize(self, _end_all, self._idle)

    def ask(self, request: Mapping[str, object], content: bytes, *, read: Read[T], serves_again: bool) -> T:
        """
        Have a child work on a file; it *serves again* where no parser written in C gets to see the file.

        Raises:
            PermanentFailure: the file can't be read, or reading it broke a limit.
            InvalidInput: what is asked for doesn't fit the file.
            TransientFailure: there was no process to read it in; nothing is wrong with the file.
            Deferred: others are read first, and take long.
        """
        if not self._places.acquire(timeout=self._limits.wait_s):
            raise Deferred(WAITING_AGAIN_S, "all processes that read files are busy")
        try:
            return self._asked(request, content, read=read, serves_again=serves_again)
        finally:
            self._places.release()

    def close(self) -> None:
        """End the children that wait; those at work end with what they do."""
        with self._lock:
            self._is_closed = True
        _end_all(self._idle)

    def _asked(self, request: Mapping[str, object], content: bytes, *, read: Read[T], serves_again: bool) -> T:
        waiting = self._waiting() if serves_again else None  # nor is what was read before within reach of such a file
        try:
            with self._child(waiting, serves_again=serves_again) as child:
                return child.ask(request, content, read=read)
        except UsedChildFailed:  # perhaps of what it had read before: a file is judged by a child of its own
            with self._child(None, serves_again=serves_again) as child:
                return child.ask(request, content, read=read)

    @contextmanager
    def _child(self, waiting: Child | None, *, serves_again: bool) -> Iterator[Child]:
        child = waiting or Child(self._module, self._limits, most_bytes=self._most_bytes)
        try:
            yield child
        except BaseException:
            child.end()  # it may have only said no; but what it is after a hostile file, nobody knows
            raise
        if serves_again:
            self._keep(child)
        else:
            child.end()

    def _waiting(self) -> Child | None:
        with suppress(Empty):
            return self._idle.get_nowait()
        return None

    def _keep(self, child: Child) -> None:
        with self._lock:
            if child.files < self._files_each and not self._is_closed:
                self._idle.put(child)
                return
        child.end()


def _end_all(idle: LifoQueue[Child]) -> None:
    with suppress(Empty):
        while True:
            idle.get_nowait().end()
