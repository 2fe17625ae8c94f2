"""Templates by Jinja: `{{ question }}`, `{% if %}`, filters; each text is compiled once and shared by all threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from functools import lru_cache

from attrs import field, frozen
from jinja2 import Template, TemplateError, UndefinedError
from jinja2.exceptions import SecurityError

from adapters.templates.bounds import MAX_OUTPUT_CHARACTERS, check_time, rendering_time
from adapters.templates.sandbox import Sandbox
from adapters.templates.syntax import is_template, single_variable
from domain.jobs.errors import FailureKind, PermanentFailure
from domain.jobs.item import Document

# A test set with a prompt of its own in each test must not fill the memory with compiled ones.
_COMPILED_TEMPLATES = 1_024
_SHOWN_CHARACTERS = 80
_SHOWN_VARIABLES = 30
# Whatever an expression of the test's author can raise: the sandbox evaluates it with Python's own operators.
_AUTHOR_ERRORS = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)


def _compiler() -> Callable[[str], Template]:
    return lru_cache(maxsize=_COMPILED_TEMPLATES)(Sandbox().prepare)


@frozen
class JinjaTemplates:
    """
    The `Templates` port.

    Inside JSON, a string that is exactly one `{{ name }}` becomes the variable itself, so that numbers and lists keep
    their type; a template that is a string always becomes a string.
    """

    _compile: Callable[[str], Template] = field(factory=_compiler, init=False, repr=False, eq=False)

    def render(self, template: object, variables: Document) -> object:
        """
        Return *template* with its variables filled in; at most 1,000,000 characters a string.

        Raises:
            PermanentFailure: bad_input: a variable without a value, a template that does not parse, too much output.
        """
        if isinstance(template, str):
            return self._text(template, variables) if is_template(template) else template
        return self._json(template, variables)

    def _json(self, value: object, variables: Document) -> object:
        if isinstance(value, str):
            name = single_variable(value)
            return variables[name] if name is not None and name in variables else self.render(value, variables)
        if isinstance(value, dict):
            return {name: self._json(content, variables) for name, content in value.items()}
        if isinstance(value, list | tuple):
            return [self._json(content, variables) for content in value]
        return value

    def _text(self, template: str, variables: Document) -> str:
        try:
            with rendering_time():
                pieces = list(_bounded(self._compile(template).generate(variables)))
            return "".join(pieces)
        except UndefinedError as error:
            raise _unusable(template, f"{error.message}{_suggestion(error, variables)}", variables) from error
        except _AUTHOR_ERRORS as error:
            raise _unusable(template, " ".join(str(error).split()) or type(error).__name__, variables) from error


def _bounded(pieces: Iterable[str]) -> Iterator[str]:
    size = 0
    for piece in pieces:
        check_time()
        size += len(piece)
        if size > MAX_OUTPUT_CHARACTERS:
            raise SecurityError(f"it makes more than {MAX_OUTPUT_CHARACTERS} characters")
        yield piece


def _unusable(template: str, problem: str, variables: Document) -> PermanentFailure:
    shown = template if len(template) <= _SHOWN_CHARACTERS else f"{template[:_SHOWN_CHARACTERS]}…"
    known = ", ".join(sorted(variables)[:_SHOWN_VARIABLES]) or "none"
    return PermanentFailure(
        f"the template {shown!r} can't be filled in: {problem}; the test's variables are: {known}",
        kind=FailureKind.BAD_INPUT,
    )


def _suggestion(error: UndefinedError, variables: Document) -> str:
    missing = str(error.message).split("'")[1:2]
    near = get_close_matches(missing[0], list(variables), n=1) if missing else []
    return f" (did you mean '{near[0]}'?)" if near else ""
