"""
The process that works on files, and may die of it: `python -I -c ... ROOT MODULE LIMITS`.

It takes requests from its input and answers on its output until the input ends; what it does with them, MODULE knows.
It bounds itself before it looks at anything: memory, written files, core dumps; and a timer ends it should its parent
be gone.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from adapters.child_processes.frames import receive, receive_bytes, send
from adapters.child_processes.limits import MEGABYTE, ProcessLimits
from domain.jobs.errors import FailureKind, InvalidInput, ItemFailure

READY = {"ready": True}
_MOST_REQUEST_BYTES = 100_000_000
_GRACE_S = 5

Said = tuple[Mapping[str, object], bytes]
"""An answer: JSON, and bytes that go with it."""
Serve = Callable[[Mapping[str, Any], bytes], Said]
"""What a module's `open_server` returns, from the limits: it answers a request about a file."""


def main(words: list[str]) -> None:
    """Serve until the input ends; *words* are the module and the limits, as JSON."""
    module, told = words[0], json.loads(words[1])
    limits = ProcessLimits(**{name: told[name] for name in ("timeout_s", "wait_s", "memory_bytes")})
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    _bound(limits)
    serve: Serve = import_module(module).open_server(told)
    send(answers, READY)
    while True:
        try:
            request = receive(requests, most_bytes=_MOST_REQUEST_BYTES)
        except EOFError:
            return
        content = receive_bytes(requests, int(request["size"]))
        _set_timer(limits.timeout_s + _GRACE_S)
        said, made = _answer(serve, request["request"], content, limits=limits)
        send(answers, {**said, "size": len(made)}, content=made)
        _set_timer(0)


def _answer(serve: Serve, request: Mapping[str, Any], content: bytes, *, limits: ProcessLimits) -> Said:
    try:
        said, made = serve(request, content)
        return {"said": said}, made
    except ItemFailure as failure:
        return _refusal(str(failure), failure.kind)
    except InvalidInput as wrong:
        return {"invalid": str(wrong), "problems": list(wrong.problems)}, b""
    except MemoryError:
        pass  # nothing more is made before the frames of the failed attempt are gone
    except RecursionError:
        return _refusal("its content is nested too deep to be read", FailureKind.BAD_INPUT)
    except Exception as error:  # noqa: BLE001  # whatever a library raises over a hostile file is about that file
        # Not its words, which may name places on this machine.
        said_of_it = f"it can't be read ({type(error).__name__}); save it anew, or in another format"
        return _refusal(said_of_it, FailureKind.BAD_INPUT)
    return _refusal(
        f"reading it takes more than {limits.memory_bytes // MEGABYTE:,} MB of memory; split it", FailureKind.TOO_LARGE
    )


def _refusal(said: str, kind: FailureKind) -> Said:
    return {"refused": said, "kind": kind.value}, b""


def _bound(limits: ProcessLimits) -> None:
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
