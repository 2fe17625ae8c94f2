"""
The process that reads files, and may die of it: `python -I -c ... ROOT LIMITS`.

It takes requests from its input and answers on its output until the input ends. It bounds itself before it reads
anything: memory, written files, core dumps; and a timer ends it should its parent be gone.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import IO, Any

from adapters.parsing.frames import receive, receive_bytes, send, to_json
from adapters.parsing.limits import ParsingLimits
from adapters.parsing.reading import read
from domain.jobs.errors import FailureKind, ItemFailure

READY = {"ready": True}
_MOST_REQUEST_BYTES = 100_000
_GRACE_S = 5


def main(words: list[str]) -> None:
    """Serve until the input ends; *words* are the limits, as JSON."""
    limits = ParsingLimits(**json.loads(words[0]))
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    _bound(limits)
    send(answers, READY)
    while True:
        try:
            request = receive(requests, most_bytes=_MOST_REQUEST_BYTES)
        except EOFError:
            return
        _serve(request, requests, answers, limits=limits)


def _serve(request: dict[str, Any], requests: IO[bytes], answers: IO[bytes], *, limits: ParsingLimits) -> None:
    content = receive_bytes(requests, int(request["size"]))
    _set_timer(limits.timeout_s + _GRACE_S)
    send(answers, _answer(content, name=request["name"], media_type=request["media_type"], limits=limits))
    _set_timer(0)


def _answer(content: bytes, *, name: str, media_type: str, limits: ParsingLimits) -> dict[str, object]:
    try:
        return to_json(read(content, name=name, media_type=media_type, limits=limits))
    except ItemFailure as failure:
        return _refusal(str(failure), failure.kind)
    except MemoryError:
        pass  # nothing more is made before the frames of the failed attempt are gone
    except RecursionError:
        return _refusal("its content is nested too deep to be read", FailureKind.BAD_INPUT)
    except Exception as error:  # noqa: BLE001  # whatever a library raises over a hostile file is about that file
        # Not its words, which may name places on this machine.
        said = f"it can't be read ({type(error).__name__}); save it anew, or in another format"
        return _refusal(said, FailureKind.BAD_INPUT)
    return _refusal(
        f"reading it takes more than {limits.memory_bytes // 1_000_000:,} MB of memory", FailureKind.TOO_LARGE
    )


def _refusal(said: str, kind: FailureKind) -> dict[str, object]:
    return {"refused": said, "kind": kind.value}


def _bound(limits: ParsingLimits) -> None:
    try:
        import resource
    except ImportError:  # Windows has none; there the parent's clock is the only limit
        return
    for name, most in (("RLIMIT_AS", limits.memory_bytes), ("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", 0)):
        known = getattr(resource, name, None)
        if known is not None:
            resource.setrlimit(known, (most, most))


def _set_timer(seconds: float) -> None:
    if hasattr(signal, "setitimer"):  # its signal ends the process, whatever library is at work
        signal.setitimer(signal.ITIMER_REAL, seconds)
