"""
The Jinja environment templates run in: no way to Python's objects, no files, and bounds on time and sizes.

Templates come with a test set, so they are data from elsewhere. Methods and filters are those that are known to be
harmless: each makes little more than it is given, or is measured before it runs (`bounds.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import cast

from jinja2 import Environment, StrictUndefined, Template, TemplateSyntaxError, nodes, pass_environment
from jinja2.exceptions import SecurityError
from jinja2.filters import make_attrgetter
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from adapters.templates.bounds import check_operation, check_time, counted, joined, replaced, short_range, timed

_MAX_LOOP_DEPTH = 2
# Recursion by macro or by file would go round the bound on nested loops; what a block captures, round the output's.
_REFUSED = (
    nodes.AssignBlock,
    nodes.Block,
    nodes.CallBlock,
    nodes.Extends,
    nodes.FilterBlock,
    nodes.FromImport,
    nodes.Import,
    nodes.Include,
    nodes.Macro,
)
# Each of them makes any size of little, or takes long for it, in one step.
_REFUSED_FILTERS = ("batch", "center", "format", "indent", "slice", "striptags", "urlize", "wordwrap")
_TEXT_METHODS = """
capitalize casefold count endswith find index isalnum isalpha isascii isdecimal isdigit islower isnumeric isspace
istitle isupper join lower lstrip partition removeprefix removesuffix replace rfind rindex rpartition rsplit rstrip
split splitlines startswith strip swapcase title upper
"""
_METHODS: tuple[tuple[type | tuple[type, ...], frozenset[str]], ...] = (
    (str, frozenset(_TEXT_METHODS.split())),
    (dict, frozenset({"copy", "get", "items", "keys", "values"})),
    ((list, tuple), frozenset({"copy", "count", "index"})),
    ((int, float, bytes, set, frozenset), frozenset()),
)


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment; values that are not strings are written as JSON (`true`, `["a"]`), as a prompt needs them."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self) -> None:
        # not optimized: that would calculate what is constant while compiling, where nothing bounds it
        super().__init__(
            undefined=StrictUndefined,
            autoescape=False,
            keep_trailing_newline=True,
            finalize=_as_text,
            optimized=False,
        )
        self.globals["range"] = short_range
        del self.globals["lipsum"]
        for name in _REFUSED_FILTERS:
            del self.filters[name]
        self.filters |= {"join": _join, "replace": _replace, "sum": _sum}
        # Jinja's own tojson escapes < > & ' for HTML, which would change what a model reads.
        self.filters["tojson"] = self.filters["dump"] = _json
        self.filters = {name: timed(each) for name, each in self.filters.items()}
        self.tests = {name: timed(cast(Callable[..., object], each)) for name, each in self.tests.items()}
        self.filters["counted "] = counted  # no template can name it, because of the space

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
        _bound(tree)
        # a plain dict: the environment's chain of mappings would be walked name by name at each rendering
        return Template.from_code(self, self.compile(tree), dict(self.globals))

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Allow of the values in JSON the methods that are known; of all else what Jinja's own sandbox allows."""
        for kinds, methods in _METHODS:
            if isinstance(obj, kinds):
                return attr in methods
        return super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: object) -> None:
        """Refuse `str.format`, which pads to any width; the sandbox would take it before it asks about attributes."""
        if super().wrap_str_format(value) is not None:
            raise SecurityError("'format' is not allowed here")

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        """Calculate `+`, `*`, `**` and `%`, unless the result could be huge."""
        check_operation(operator, left, right)
        return super().call_binop(context, operator, left, right)

    def call(self, context: Context, function: object, /, *args: object, **kwargs: object) -> object:
        """Call what a template may call; a text's `join` and `replace` are measured."""
        check_time()
        text, name = getattr(function, "__self__", None), getattr(function, "__name__", "")
        if isinstance(text, str) and name == "join":
            return joined([_needs_text(each) for each in _only_list(args)], text)
        if isinstance(text, str) and name == "replace":
            return _replace(text, *args, **kwargs)  # type: ignore[arg-type]  # TypeError is the author's
        return super().call(context, function, *args, **kwargs)


def _check_loops(node: nodes.Node, *, depth: int) -> None:
    if isinstance(node, nodes.For):
        depth += 1
        if depth > _MAX_LOOP_DEPTH or node.recursive:
            raise TemplateSyntaxError(f"loops go at most {_MAX_LOOP_DEPTH} deep and are not recursive", node.lineno)
    for child in node.iter_child_nodes():
        _check_loops(child, depth=depth)


def _bound(tree: nodes.Node) -> None:
    """Have every loop counted, and every `~` done by `+`, which is measured."""
    for loop in tree.find_all(nodes.For):
        loop.iter = _filter(loop.iter, "counted ")
    for node in [tree, *tree.find_all(nodes.Node)]:
        for name, value in list(node.iter_fields()):
            if isinstance(value, nodes.Concat):
                setattr(node, name, _sum_of(value))
            elif isinstance(value, list):
                setattr(node, name, [_sum_of(each) if isinstance(each, nodes.Concat) else each for each in value])


def _sum_of(concat: nodes.Concat) -> nodes.Expr:
    parts = [_sum_of(each) if isinstance(each, nodes.Concat) else each for each in concat.nodes]
    texts: list[nodes.Expr] = [_filter(each, "string") for each in parts]
    total = texts[0]
    for text in texts[1:]:
        total = nodes.Add(total, text, lineno=concat.lineno, environment=concat.environment)
    return total


def _filter(value: nodes.Node, name: str) -> nodes.Filter:
    return nodes.Filter(
        cast(nodes.Expr, value), name, [], [], None, None, lineno=value.lineno, environment=value.environment
    )


@pass_environment
def _join(environment: Environment, value: Iterable[object], d: object = "", attribute: str | None = None) -> str:
    elements = value if attribute is None else map(make_attrgetter(environment, attribute), value)
    return joined([str(each) for each in elements], str(d))


def _replace(text: object, old: object, new: object, count: int | None = None) -> str:
    return replaced(str(text), str(old), str(new), count)


@pass_environment
def _sum(environment: Environment, value: Iterable[object], attribute: str | None = None, start: float = 0) -> float:
    # Of numbers only: adding up lists copies what there is at each step.
    elements = value if attribute is None else map(make_attrgetter(environment, attribute), value)
    numbers = [start, *elements]
    if not all(isinstance(each, int | float) for each in numbers):
        raise SecurityError("'sum' is for numbers here")
    return sum(numbers)  # type: ignore[arg-type]  # looked at just above


def _only_list(args: tuple[object, ...]) -> list[object]:
    (elements,) = args
    return list(elements)  # type: ignore[call-overload, no-any-return]  # TypeError is the author's


def _needs_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"join is for texts, not for {value!r:.80}")
    return value


def _as_text(value: object) -> object:
    if isinstance(value, str | StrictUndefined):
        return value
    return _json(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
