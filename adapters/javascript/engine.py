"""
JavaScript by QuickJS, embedded: no files, no network, no environment, no timers, and bounds on time and memory.

Every call has an interpreter of its own, so that nothing a script leaves behind reaches another test: some 300 us. Only
scripts that can't leave anything behind share one (`pure.py`, `warm.py`): some 15 us.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from functools import lru_cache
from time import monotonic, process_time
from typing import cast

from attrs import field, frozen
from quickjs import Context, JSException, Object, StackOverflow  # type: ignore[import-untyped]  # it has no types

from adapters.javascript.outcome import Result, read_outcome
from adapters.javascript.prelude import PRELUDE
from adapters.javascript.pure import is_pure
from adapters.javascript.source import function_of
from adapters.javascript.warm import WarmInterpreters
from domain.jobs.errors import FailureKind, InvalidInput, PermanentFailure
from domain.test_execution.script import Script

CALL_LIMIT_S = 1.0
MEMORY_LIMIT_BYTES = 64 * 1024 * 1024
_STACK_BYTES = 256 * 1024
_MOST_PENDING_JOBS = 100_000
# Scripts are busy, never waiting: more at once would only need more memory.
_RUNNING = threading.BoundedSemaphore(8)


@frozen(kw_only=True)
class JavaScript:
    """Runs scripts; *limit_s* is the processor time of the process while one runs, *memory_bytes* what one may hold."""

    limit_s: float = CALL_LIMIT_S
    memory_bytes: int = MEMORY_LIMIT_BYTES
    _warm: WarmInterpreters = field(factory=WarmInterpreters, init=False, repr=False, eq=False)

    def check(self, script: Script, *, names: Sequence[str]) -> None:
        """
        Compile the script, and load it where it is a module.

        Raises:
            InvalidInput: it is no JavaScript, or a module that needs others or has no such function.
        """
        try:
            made = self._context().eval(_function(script, tuple(names)) if not script.file else _loading(script))
        except (JSException, StackOverflow) as error:
            raise InvalidInput(f"value: the JavaScript can't be used: {_shown(error)}") from error
        del made

    def call(self, script: Script, *, names: Sequence[str], values: Sequence[object], deadline_s: float) -> Result:
        """
        Call the script's function with *values* (JSON), which it knows by *names*, and return how it ended.

        A promise is waited for. What a script throws is a result too; that it could not be run is a failure.

        Raises:
            PermanentFailure: evaluation_error: too much time or memory, or a promise that nothing here can settle.
        """
        given = json.dumps(list(values))
        make = f"(() => {_function(script, tuple(names))})"
        with _RUNNING:
            text = self._warm.call(make, given, fresh=self._context) if _is_pure(script) else None
            if text is not None:
                return read_outcome(text)
            return self._called(make, given, ends=monotonic() + deadline_s)

    def _called(self, make: str, given: str, *, ends: float) -> Result:
        context = self._context()
        try:
            run = context.eval(PRELUDE)
            box = cast(Object, run(context.eval(make), given))
            context.set("__box", box)
            return read_outcome(_settled(context, ends=ends, busy_s=2 * self.limit_s))
        except StackOverflow as error:
            return Result(threw="RangeError", message=_shown(error))
        except JSException as error:
            raise _unusable(error, limit_s=self.limit_s, memory_bytes=self.memory_bytes) from error

    def _context(self) -> Context:
        context = Context()
        context.set_memory_limit(self.memory_bytes)
        context.set_max_stack_size(_STACK_BYTES)
        context.set_time_limit(self.limit_s)
        return context


def _settled(context: Context, *, ends: float, busy_s: float) -> str:
    """
    Return the box's text, after running what promises have put off.

    Bounded by processor time as scripts themselves are: on a busy machine they are slow without being long.
    """
    busy_until = process_time() + busy_s
    for _ in range(_MOST_PENDING_JOBS):
        text = context.eval("__box.text")
        if text is not None:
            return cast(str, text)
        if monotonic() > ends or process_time() > busy_until:
            break
        if not context.execute_pending_job():
            raise PermanentFailure(
                "the script waits for something that never comes: there are no timers and no network here",
                kind=FailureKind.EVALUATION_ERROR,
            )
    raise PermanentFailure("the script's promises don't come to an end", kind=FailureKind.EVALUATION_ERROR)


@lru_cache(maxsize=1_024)
def _function(script: Script, names: tuple[str, ...]) -> str:
    return function_of(script, names=names, compiles=_compiles)


_is_pure = lru_cache(maxsize=1_024)(is_pure)


def _loading(script: Script) -> str:
    return f"{PRELUDE};{_function(script, ())}"


def _compiles(code: str) -> bool:
    context = Context()
    context.set_memory_limit(MEMORY_LIMIT_BYTES)
    context.set_time_limit(CALL_LIMIT_S)
    try:
        context.eval(f"(() => {code})")
    except (JSException, StackOverflow):
        return False
    return True


def _unusable(error: JSException, *, limit_s: float, memory_bytes: int) -> PermanentFailure:
    said = _shown(error)
    if "interrupted" in said:
        said = f"it took longer than {limit_s:g} s; look for a loop without end, or a pattern with nested repeats"
    elif "out of memory" in said or said == "null":
        said = f"it needs more than {memory_bytes // 1024 // 1024} MB of memory"
    return PermanentFailure(f"the script could not be run: {said}", kind=FailureKind.EVALUATION_ERROR)


def _shown(error: Exception) -> str:
    return str(error).split("\n", 1)[0][:300]
