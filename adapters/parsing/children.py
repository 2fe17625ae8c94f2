"""
`Parsers` in child processes: a file that kills, hangs or fills its reader costs one child and nothing else.

Children are fresh interpreters (nothing is forked, no engine and no lock is inherited), started when the first file
comes, one file at a time each. They get no environment: what they read may take them over, and must find no secret
there. One that a parser in C has read a file in, or that failed, reads no other: it may wait for the next file, which
is perhaps another organization's. Those that only Python has read files in serve for many.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, LifoQueue
from threading import BoundedSemaphore, Lock, Timer
from typing import IO, Any
from weakref import finalize

import attrs

from adapters.parsing.frames import from_json, receive, send
from adapters.parsing.kinds import is_read_by_python_alone
from adapters.parsing.limits import USUAL, ParsingLimits
from adapters.parsing.reading import check_size
from adapters.parsing.refusals import too_large, unreadable
from domain.embedding.parsed import ParsedDocument
from domain.jobs.errors import Deferred, FailureKind, PermanentFailure, TransientFailure

STARTING_S = 60.0
FILES_EACH = 100
WAITING_AGAIN_S = 5.0
_ROOT = Path(__file__).parents[2]
_COMMAND = "import sys; sys.path.append(sys.argv[1]); from adapters.parsing.child import main; main(sys.argv[2:])"
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Threads of number crunchers reserve address space by the number of processors, which would count as memory."""
_BYTES_PER_CHARACTER = 12  # as JSON writes what is beyond ASCII
_OTHER_BYTES = 50_000_000


class ChildParsers:
    """Reads up to *processes* files at a time; `close` it at the end."""

    def __init__(self, limits: ParsingLimits = USUAL, *, processes: int = 2, files_each: int = FILES_EACH) -> None:
        self._limits = limits
        self._files_each = files_each
        self._places = BoundedSemaphore(processes)
        self._idle: LifoQueue[_Child] = LifoQueue()
        self._is_closed = False
        self._lock = Lock()
        finalize(self, _end_all, self._idle)

    def parse(self, content: bytes, *, name: str, media_type: str = "") -> ParsedDocument:
        check_size(content, limits=self._limits)
        if not self._places.acquire(timeout=self._limits.wait_s):
            raise Deferred(WAITING_AGAIN_S, "all processes that read documents are busy")
        try:
            return self._parsed(content, name=name, media_type=media_type)
        finally:
            self._places.release()

    def close(self) -> None:
        """End the children that wait; those at work end with what they do."""
        with self._lock:
            self._is_closed = True
        _end_all(self._idle)

    def _parsed(self, content: bytes, *, name: str, media_type: str) -> ParsedDocument:
        serves_again = is_read_by_python_alone(content, name=name, media_type=media_type)
        waiting = self._waiting() if serves_again else None  # nor is what was read before within reach of such a file
        try:
            with self._child(waiting, serves_again=serves_again) as child:
                return child.ask(content, name=name, media_type=media_type)
        except _UsedChildFailed:  # perhaps of what it had read before: a file is judged by a child of its own
            with self._child(None, serves_again=serves_again) as child:
                return child.ask(content, name=name, media_type=media_type)

    @contextmanager
    def _child(self, waiting: _Child | None, *, serves_again: bool) -> Iterator[_Child]:
        child = waiting or _Child(self._limits)
        try:
            yield child
        except BaseException:
            child.end()  # it may have only said no; but what it is after a hostile file, nobody knows
            raise
        if serves_again:
            self._keep(child)
        else:
            child.end()

    def _waiting(self) -> _Child | None:
        with suppress(Empty):
            return self._idle.get_nowait()
        return None

    def _keep(self, child: _Child) -> None:
        with self._lock:
            if child.files < self._files_each and not self._is_closed:
                self._idle.put(child)
                return
        child.end()


class _UsedChildFailed(Exception):
    """A child that had read other files before died, or ran out of memory."""


class _Child:
    """One process."""

    def __init__(self, limits: ParsingLimits) -> None:
        self._limits = limits
        self.files = 0
        self._process = _started(limits)
        self._timed_out = False
        self._most_answer_bytes = limits.characters * _BYTES_PER_CHARACTER + _OTHER_BYTES
        try:
            with self._at_most(STARTING_S):
                receive(self._answers, most_bytes=1000)
        except (OSError, EOFError, ValueError) as exc:
            self.end()
            raise TransientFailure(
                "the process that reads documents did not start; see that the machine has memory left",
                kind=FailureKind.INTERNAL,
            ) from exc

    def ask(self, content: bytes, *, name: str, media_type: str) -> ParsedDocument:
        """
        Have the child read a file.

        Raises:
            PermanentFailure: it says no, or died or hung over it.
            _UsedChildFailed: it died or ran out of memory, and this was not its first file.
        """
        self.files += 1
        request = {"name": name, "media_type": media_type, "size": len(content)}
        try:
            with self._at_most(self._limits.timeout_s):
                send(self._requests, request, content=content)
                answer = receive(self._answers, most_bytes=self._most_answer_bytes)
            return self._document(answer)
        except (OSError, EOFError, ValueError) as exc:
            raise self._death() from exc

    def end(self) -> None:
        """Kill it, and leave nothing open."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                with suppress(OSError):  # what was not sent yet can't be sent any more
                    stream.close()

    @contextmanager
    def _at_most(self, seconds: float) -> Iterator[None]:
        timer = Timer(seconds, self._give_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _give_up(self) -> None:
        self._timed_out = True
        self._process.kill()

    def _document(self, answer: dict[str, Any]) -> ParsedDocument:
        if "refused" not in answer:
            return from_json(answer)
        failure = PermanentFailure(str(answer["refused"])[:1000], kind=FailureKind(str(answer.get("kind"))))
        if self.files > 1 and failure.kind is FailureKind.TOO_LARGE:
            raise _UsedChildFailed from failure
        raise failure

    def _death(self) -> Exception:
        status = self._status()
        if self._timed_out:
            return too_large(f"reading it takes more than {self._limits.timeout_s:g} s")
        if self.files > 1:
            return _UsedChildFailed()
        how = f"signal {-status}" if status < 0 else f"exit code {status}"
        return unreadable(f"the process that read it died ({how}): it is broken, or made to break its reader")

    def _status(self) -> int:
        """Return what a process ended with that has closed its output, or answered nonsense."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(timeout=1)
        self._process.kill()
        return self._process.wait()

    @property
    def _requests(self) -> IO[bytes]:
        assert self._process.stdin
        return self._process.stdin

    @property
    def _answers(self) -> IO[bytes]:
        assert self._process.stdout
        return self._process.stdout


def _started(limits: ParsingLimits) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-I", "-B", "-X", "utf8", "-c", _COMMAND, str(_ROOT), json.dumps(attrs.asdict(limits))]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_ENVIRONMENT,
        cwd=_ROOT,
    )


def _end_all(idle: LifoQueue[_Child]) -> None:
    with suppress(Empty):
        while True:
            idle.get_nowait().end()
