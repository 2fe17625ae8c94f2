"""One child process, as its parent sees it: asked, waited for with a clock, and ended."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from typing import IO, Any, TypeVar

import attrs

from adapters.child_processes.frames import receive, receive_bytes, send
from adapters.child_processes.limits import ProcessLimits
from adapters.child_processes.refusals import too_large, unreadable
from domain.jobs.errors import FailureKind, InvalidInput, PermanentFailure, TransientFailure

STARTING_S = 60.0
_ROOT = Path(__file__).parents[2]
_COMMAND = (
    "import sys; sys.path.append(sys.argv[1]); from adapters.child_processes.serving import main; main(sys.argv[2:])"
)
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Threads of number crunchers reserve address space by the number of processors, which would count as memory."""

T = TypeVar("T")
Read = Callable[[Mapping[str, Any], bytes], T]
"""Makes a value of what a child said; `ValueError` where it is none: the child was taken over by its file."""


class UsedChildFailed(Exception):
    """A child that had read other files before died, or ran out of memory."""


class Child:
    """One process, of which *module* says what it does; it answers with at most *most_bytes*."""

    def __init__(self, module: str, limits: ProcessLimits, *, most_bytes: int) -> None:
        self._limits = limits
        self.files = 0
        self._process = _started(module, limits)
        self._timed_out = False
        self._most_bytes = most_bytes
        try:
            with self._at_most(STARTING_S):
                receive(self._answers, most_bytes=1000)
        except (OSError, EOFError, ValueError) as exc:
            self.end()
            raise TransientFailure(
                "the process that reads files did not start; see that the machine has memory left",
                kind=FailureKind.INTERNAL,
            ) from exc

    def ask(self, request: Mapping[str, object], content: bytes, *, read: Read[T]) -> T:
        """
        Have the child work on a file, and *read* what it says.

        Raises:
            PermanentFailure, InvalidInput: it says no, or died or hung over it.
            UsedChildFailed: it died or ran out of memory, and this was not its first file.
        """
        self.files += 1
        try:
            with self._at_most(self._limits.timeout_s):
                send(self._requests, {"request": request, "size": len(content)}, content=content)
                answer = receive(self._answers, most_bytes=self._most_bytes)
                made = receive_bytes(self._answers, int(answer["size"]), most_bytes=self._most_bytes)
            self._refuse(answer)
            return read(answer["said"], made)
        except (OSError, EOFError, ValueError, KeyError, TypeError) as exc:
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

    def _refuse(self, answer: Mapping[str, Any]) -> None:
        if "invalid" in answer:
            raise InvalidInput(str(answer["invalid"])[:2000], problems=tuple(map(str, answer["problems"])))
        if "refused" not in answer:
            return
        failure = PermanentFailure(str(answer["refused"])[:1000], kind=FailureKind(str(answer.get("kind"))))
        if self.files > 1 and failure.kind is FailureKind.TOO_LARGE:
            raise UsedChildFailed from failure
        raise failure

    def _death(self) -> Exception:
        status = self._status()
        if self._timed_out:
            return too_large(f"reading it takes more than {self._limits.timeout_s:g} s; split it")
        if self.files > 1:
            return UsedChildFailed()
        how = f"signal {-status}" if status < 0 else f"exit code {status}"
        return unreadable(
            f"the process that read it died ({how}): it is broken, or made to break its reader; save it anew"
        )

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


def _started(module: str, limits: ProcessLimits) -> subprocess.Popen[bytes]:
    options = [sys.executable, "-I", "-B", "-X", "utf8", "-c", _COMMAND]
    return subprocess.Popen(
        [*options, str(_ROOT), module, json.dumps(attrs.asdict(limits))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_ENVIRONMENT,
        cwd=_ROOT,
    )
