"""
A Python function as a target: `function(prompt, variables)` in a module of the user's.

It runs in this process and thread, with all its rights: only where the operator allows it. It can't be interrupted: one
that comes back after the deadline has timed out, and one that never comes back keeps its thread.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import sys
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path
from threading import current_thread, main_thread
from time import perf_counter
from typing import cast

from attrs import field, frozen

from adapters.http.reading import storable
from adapters.targets.answers import tokens
from adapters.targets.json_safe import json_safe
from domain.jobs.errors import FailureKind, InvalidInput, ItemFailure, PermanentFailure
from domain.jobs.item import Document
from domain.language_models.model import DEFAULT_MAX_ANSWER_BYTES
from domain.test_execution.target import Answer, PythonTarget, Question

_TEXT_KEYS = ("answer", "text", "output")


@frozen(kw_only=True)
class PythonCallable:
    """The `Target` port over a function; *name* is what messages call it."""

    name: str
    _function: Callable[..., object] = field(repr=False)
    _options: Document | None = field(default=None, repr=False)

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
            variables = question.seen_variables if question.conversation_id else dict(question.variables)
            return self._function(*_arguments(question.prompt, variables, self._options))
        except ItemFailure:
            raise
        except BaseException as error:  # the user's code: anything may come, and must end one item only
            if isinstance(error, KeyboardInterrupt) and current_thread() is main_thread():
                raise  # the person at the keyboard
            raise PermanentFailure(
                f"{self.name}: raised {type(error).__name__}: {str(error)[:300]}", kind=FailureKind.BAD_ANSWER
            ) from error

    def _answer(self, returned: object, *, latency_s: float) -> Answer:
        text = returned if isinstance(returned, str) else self._text_of(returned)
        output = returned.get("output") if isinstance(returned, dict) else None
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
            is_json=isinstance(output, dict | list) and text == _written(output),
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
            if returned.get("error"):
                raise PermanentFailure(
                    f"{self.name}: says: {str(returned['error'])[:300]}", kind=FailureKind.BAD_ANSWER
                )
            if returned.get("output") is not None:
                return _written(returned["output"])
            found = f"a dict with the keys: {', '.join(map(str, list(returned)[:20])) or 'none'}"
        else:
            found = type(returned).__name__
        raise PermanentFailure(
            f"{self.name}: returned {found}; expected a str, or a dict with a str under 'answer' or 'text'",
            kind=FailureKind.BAD_ANSWER,
        )


def _written(output: object) -> str:
    return json.dumps(output, ensure_ascii=False, default=str)


def open_callable(spec: PythonTarget) -> PythonCallable:
    """
    Import the function; modules are also looked for in the current folder, after everything installed.

    Raises:
        InvalidInput: no such module or function, an import that fails, or a function that can't be called like this.
    """
    _look_in_current_folder()
    name = f"python:{spec.module}:{spec.function}"
    module = _loaded(spec.module, name=name) if spec.module.endswith(".py") else _imported(spec.module, name=name)
    function = _attribute(module, spec.function, name=name)
    _check_signature(function, name=name, options=spec.options)
    return PythonCallable(name=name, function=function, options=spec.options)


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


def _loaded(path: str, *, name: str) -> object:
    """Return the module in a file, under a name of its own: two files of one name must not be one module."""
    spec = importlib.util.spec_from_file_location(f"antiphon_target_{abs(hash(path))}", path)
    if spec is None or spec.loader is None or not Path(path).is_file():
        raise InvalidInput(f"target {name}: there is no such file")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # the user's code: anything may come
        raise InvalidInput(f"target {name}: loading it failed: {type(error).__name__}: {str(error)[:300]}") from error
    return module


def _arguments(prompt: str, variables: dict[str, object], options: Document | None) -> tuple[object, ...]:
    return (prompt, variables) if options is None else (prompt, dict(options), {"vars": variables})


def _attribute(module: object, path: str, *, name: str) -> Callable[..., object]:
    try:
        found = attrgetter(path)(module)
    except AttributeError:
        public = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        raise InvalidInput(
            f"target {name}: the module has no {path!r}; it has: {', '.join(public[:20]) or 'no function'}"
        ) from None
    if not callable(found):
        raise InvalidInput(f"target {name}: {path!r} is {type(found).__name__}; expected a function")
    return cast(Callable[..., object], found)


def _check_signature(function: Callable[..., object], *, name: str, options: Document | None) -> None:
    if inspect.iscoroutinefunction(function):
        raise InvalidInput(f"target {name}: is an async function; expected a plain one")
    try:
        inspect.signature(function).bind(*_arguments("prompt", {}, options))
    except TypeError as error:
        names = "(prompt, variables)" if options is None else "(prompt, options, context)"
        raise InvalidInput(f"target {name}: can't be called with {names}: {error}; expected function{names}") from error
    except ValueError:
        return  # builtins may have no signature to look at
