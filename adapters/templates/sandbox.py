"""
The Jinja environment templates run in: no way to Python's objects, no files, and bounds on loops and sizes.

Templates come with a test set, so they are data from elsewhere. The bounds stop accidents and simple attacks
(`{{ 'a' * 10**10 }}`, loops in loops in loops); they are not a limit on the processor time of one template.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

MAX_OUTPUT_CHARACTERS = 1_000_000
_MAX_RANGE = 1_000
_MAX_LOOP_DEPTH = 2
_MAX_BASE = 1_000_000_000
_MAX_EXPONENT = 64
# Recursion by macro or by file would go round the bound on nested loops.
_REFUSED = (nodes.Macro, nodes.CallBlock, nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
# Each of them pads a text to any width in one step, before the bound on the output can see it.
_PADDING_METHODS = frozenset({"ljust", "rjust", "center", "zfill", "expandtabs"})
_PADDING_FILTERS = ("center", "format", "indent")


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment; values that are not strings are written as JSON (`true`, `["a"]`), as a prompt needs them."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True, finalize=_as_text)
        self.globals["range"] = _short_range
        # Jinja's own tojson escapes < > & ' for HTML, which would change what a model reads.
        self.filters["tojson"] = self.filters["dump"] = _json
        for name in _PADDING_FILTERS:
            del self.filters[name]

    def prepare(self, source: str) -> Template:
        """
        Return the compiled template.

        Raises:
            TemplateSyntaxError: it does not parse, or uses what is refused here.
        """
        tree = self.parse(source)
        for refused in tree.find_all(_REFUSED):
            raise TemplateSyntaxError(f"'{type(refused).__name__.lower()}' is not allowed here", refused.lineno)
        _check_loops(tree, depth=0)
        return Template.from_code(self, self.compile(tree), self.make_globals(None))

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Refuse, beside the sandbox's own list, the methods that pad text to any width."""
        return not (isinstance(obj, str) and attr in _PADDING_METHODS) and super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: object) -> None:
        """Refuse `str.format`, which pads as well; the sandbox would take it before it asks about attributes."""
        if super().wrap_str_format(value) is not None:
            raise SecurityError("'format' is not allowed here")

    def call_binop(self, context: object, operator: str, left: object, right: object) -> object:
        """Calculate `*`, `**` and `%`, unless the result could be huge."""
        if operator == "**" and not (_is_within(left, limit=_MAX_BASE) and _is_within(right, limit=_MAX_EXPONENT)):
            raise SecurityError(f"a power has at most {_MAX_BASE} as its base and {_MAX_EXPONENT} as its exponent")
        if operator == "%" and isinstance(left, str):
            raise SecurityError("'%' is for numbers here")
        if operator == "*" and _repeated_size(left, right) > MAX_OUTPUT_CHARACTERS:
            raise SecurityError(f"a repeated value has at most {MAX_OUTPUT_CHARACTERS} elements")
        return super().call_binop(context, operator, left, right)  # type: ignore[arg-type]  # any context will do


def _is_within(value: object, *, limit: int) -> bool:
    return isinstance(value, int | float) and abs(value) <= limit


def _repeated_size(left: object, right: object) -> int:
    for value, times in ((left, right), (right, left)):
        if isinstance(value, str | list | tuple) and isinstance(times, int):
            return len(value) * times
    return 0


def _check_loops(node: nodes.Node, *, depth: int) -> None:
    if isinstance(node, nodes.For):
        depth += 1
        if depth > _MAX_LOOP_DEPTH or node.recursive:
            raise TemplateSyntaxError(f"loops go at most {_MAX_LOOP_DEPTH} deep and are not recursive", node.lineno)
    for child in node.iter_child_nodes():
        _check_loops(child, depth=depth)


def _short_range(*bounds: int) -> Iterator[int]:
    numbers = range(*bounds)
    if len(numbers) > _MAX_RANGE:
        raise SecurityError(f"a range has at most {_MAX_RANGE} numbers")
    return iter(numbers)


def _as_text(value: object) -> object:
    if isinstance(value, str | StrictUndefined):
        return value
    return _json(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
