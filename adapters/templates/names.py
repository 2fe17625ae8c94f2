"""What a template asks for, found out without filling it in: the variables it needs, and whether it parses."""

from __future__ import annotations

from functools import lru_cache

from attrs import frozen
from jinja2 import TemplateError, meta, nodes

from adapters.templates.sandbox import Sandbox

_SANDBOX = Sandbox()
_REMEMBERED = 4_096
_OPTIONAL_TESTS = frozenset({"defined", "undefined"})
_OPTIONAL_FILTERS = frozenset({"default", "d"})


@frozen(kw_only=True)
class TemplateNames:
    """
    The variables of a template: without a value *needed* ones make it fail; *optional* ones it asks about first.

    *problem* says why the template can't work at all; empty where it can.
    """

    needed: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    problem: str = ""


@lru_cache(maxsize=_REMEMBERED)
def names_in(template: str) -> TemplateNames:
    """Return what the template asks for."""
    try:
        _SANDBOX.prepare(template)  # parsing alone does not see a filter that is not there
        tree = _SANDBOX.parse(template)
    except (TemplateError, RecursionError) as error:
        return TemplateNames(problem=" ".join(str(error).split()) or type(error).__name__)
    names = meta.find_undeclared_variables(tree) - _SANDBOX.globals.keys()
    optional = names & _asked_about(tree)
    return TemplateNames(needed=frozenset(names - optional), optional=frozenset(optional))


def _asked_about(tree: nodes.Template) -> set[str]:
    """Return the names that a template tests (`x is defined`), or gives a default to, somewhere."""
    tests = [test.node for test in tree.find_all(nodes.Test) if test.name in _OPTIONAL_TESTS]
    defaults = [found.node for found in tree.find_all(nodes.Filter) if found.name in _OPTIONAL_FILTERS]
    return {node.name for node in (*tests, *defaults) if isinstance(node, nodes.Name)}
