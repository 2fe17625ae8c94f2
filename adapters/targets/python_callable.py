"""
A Python function as a target: `function(prompt, variables)` in a module of the user's.

It runs in this process and thread, with all its rights: only where the operator allows it. It can't be interrupted: one
that comes back after the deadline has timed out, and one that never comes back keeps its thread.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path
from time import perf_counter
from typing import cast

from attrs import field, frozen

from adapters.http.reading import storable
from adapters.targets.answers import tokens
from adapters.targets.json_safe import json_safe
from domain.jobs.errors import FailureKind, InvalidInput, ItemFailure, PermanentFailure
from domain.language_models.model import DEFAULT_MAX_ANSWER_BYTES
from domain.test_execution.target import Answer, PythonTarget, Question

_TEXT_KEYS = ("answer", "text")


@frozen(kw_only=True)
class PythonCallable:
    """The `Target` port over a function; *name* is what messages call it."""

    name: str
    _function: Callable[[str, dict[str, object]], object] = field(repr=False)

    def ask(self, question: Question, *, deadline_s: float) -> Answer:
        """Call the function once and return its answer."""
        if deadline_s <= 0:
            raise PermanentFailure(f"{self.name}: the item's deadline had passed", kind=FailureKind.TIMED_OUT)
        started = perf_counter()
        returned = self._call(question)
        latency_s = perf_counter() - started
        if latency_s > deadline_s:
            raise PermanentFailure(
                f"{self.name}: took {latency_s:.3g} s, and {deadline_s:.3g} s were left until the item's deadline",
                kind=FailureKind.TIMED_OUT,
            )
        return self._answer(returned, latency_s=latency_s)

    def close(self) -> None:
        """Nothing is held."""

    def _call(self, question: Question) -> object:
        try:
            return self._function(question.prompt, dict(question.variables))
        except ItemFailure:
            raise
        except (Exception, SystemExit) as error:  # the user's code: anything may come
            raise PermanentFailure(
                f"{self.name}: raised {type(error).__name__}: {str(error)[:300]}", kind=FailureKind.BAD_ANSWER
            ) from error

    def _answer(self, returned: object, *, latency_s: float) -> Answer:
        text = returned if isinstance(returned, str) else self._text_of(returned)
        if len(text) > DEFAULT_MAX_ANSWER_BYTES:
            raise PermanentFailure(
                f"{self.name}: returned {len(text)} characters; expected at most {DEFAULT_MAX_ANSWER_BYTES}",
                kind=FailureKind.TOO_LARGE,
            )
        return Answer(
            text=storable(text),
            latency_s=latency_s,
            data=None if isinstance(returned, str) else self._data(returned),
            prompt_tokens=tokens(returned, "prompt_tokens"),
            completion_tokens=tokens(returned, "completion_tokens"),
        )

    def _data(self, returned: object) -> object:
        try:
            return json_safe(returned)
        except RecursionError:
            problem = f"{self.name}: returned data that holds itself, or is nested too deeply; expected JSON"
        raise PermanentFailure(problem, kind=FailureKind.BAD_ANSWER)

    def _text_of(self, returned: object) -> str:
        if isinstance(returned, dict):
            for key in _TEXT_KEYS:
                if isinstance(returned.get(key), str):
                    return cast(str, returned[key])
            found = f"a dict with the keys: {', '.join(map(str, list(returned)[:20])) or 'none'}"
        else:
            found = type(returned).__name__
        raise PermanentFailure(
            f"{self.name}: returned {found}; expected a str, or a dict with a str under 'answer' or 'text'",
            kind=FailureKind.BAD_ANSWER,
        )


def open_callable(spec: PythonTarget) -> PythonCallable:
    """
    Import the function; modules are also looked for in the current folder, after everything installed.

    Raises:
        InvalidInput: no such module or function, an import that fails, or a function that can't be called like this.
    """
    _look_in_current_folder()
    name = f"python:{spec.module}:{spec.function}"
    function = _attribute(_imported(spec.module, name=name), spec.function, name=name)
    _check_signature(function, name=name)
    return PythonCallable(name=name, function=function)


def _look_in_current_folder() -> None:
    # At the end: a user's folder called `adapters` or `json` must not take the place of the real one.
    current = str(Path.cwd())
    if current not in sys.path:
        sys.path.append(current)


def _imported(module: str, *, name: str) -> object:
    importlib.invalidate_caches()
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if not f"{module}.".startswith(f"{error.name}."):
            raise InvalidInput(f"target {name}: importing {module!r} failed: it needs {error.name!r}") from error
        raise InvalidInput(
            f"target {name}: there is no module {error.name!r}; looked for in the current folder ({Path.cwd()}) "
            "and among the installed packages"
        ) from error
    except (Exception, SystemExit) as error:  # the user's code: anything may come
        raise InvalidInput(
            f"target {name}: importing {module!r} failed: {type(error).__name__}: {str(error)[:300]}"
        ) from error


def _attribute(module: object, path: str, *, name: str) -> Callable[[str, dict[str, object]], object]:
    try:
        found = attrgetter(path)(module)
    except AttributeError:
        public = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        raise InvalidInput(
            f"target {name}: the module has no {path!r}; it has: {', '.join(public[:20]) or 'no function'}"
        ) from None
    if not callable(found):
        raise InvalidInput(f"target {name}: {path!r} is {type(found).__name__}; expected a function")
    return cast(Callable[[str, dict[str, object]], object], found)


def _check_signature(function: Callable[[str, dict[str, object]], object], *, name: str) -> None:
    if inspect.iscoroutinefunction(function):
        raise InvalidInput(f"target {name}: is an async function; expected a plain one")
    try:
        inspect.signature(function).bind("prompt", {})
    except TypeError as error:
        raise InvalidInput(
            f"target {name}: can't be called with (prompt, variables): {error}; expected function(prompt, variables)"
        ) from error
    except ValueError:
        return  # builtins may have no signature to look at
