"""
Interpreters that are used again, one a thread, for scripts that leave nothing behind (`pure.py`).

Their built-ins and their global object are frozen, so that also a script that only looks harmless changes nothing that
the next one uses: it can only fool itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import cast

from attrs import define, field
from quickjs import Context, JSException, Object, StackOverflow  # type: ignore[import-untyped]  # it has no types

from adapters.javascript.prelude import FREEZE, PRELUDE

_MOST_SCRIPTS = 200


@define(kw_only=True)
class _Interpreter:
    """A context, what runs a script in it, and the scripts it has compiled."""

    context: Context
    run: Object
    made: dict[str, Object] = field(factory=dict)


class WarmInterpreters(threading.local):
    """The calling thread's interpreter; QuickJS must not be used by two threads, not even one after the other."""

    def __init__(self) -> None:
        self._interpreter: _Interpreter | None = None

    def call(self, make: str, given: str, *, fresh: Callable[[], Context]) -> str | None:
        """
        Return the outcome of a script, as the prelude writes it; None where it needs an interpreter of its own.

        *make* is an expression: a function that returns the script's. *fresh* returns a new context, its limits set.
        """
        interpreter = self._interpreter or _opened(fresh())
        self._interpreter = None  # whatever goes wrong from here on, this one is not used again
        try:
            if make not in interpreter.made:
                interpreter.made[make] = interpreter.context.eval(make)
            text = cast("str | None", interpreter.run(interpreter.made[make], given))
        except (JSException, StackOverflow):
            return None
        if text is not None and len(interpreter.made) < _MOST_SCRIPTS:
            self._interpreter = interpreter
        return text


def _opened(context: Context) -> _Interpreter:
    run = context.eval(f"((run) => (make, given) => run(make, given).text)({PRELUDE})")
    context.eval(FREEZE)
    return _Interpreter(context=context, run=run)
