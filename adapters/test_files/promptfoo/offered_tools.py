"""The tools that a configuration's providers offer their models, which its assertions about calls silently refer to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from domain.test_execution.target import ModelTarget, TargetSpec

_PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "is-valid-openai-tools-call": ("tools",),
    "is-valid-openai-function-call": ("functions",),
    "is-valid-function-call": ("functions", "tools"),
}
"""Where each type looks; Google's tools hold lists of functions."""

_GROUPS = ("functionDeclarations", "function_declarations")


@frozen(kw_only=True)
class OfferedTools:
    """The tools of the providers, for the types of assertions that need them."""

    specs: tuple[TargetSpec, ...] = ()

    def for_kind(self, kind: str) -> list[list[object]]:
        """Return the different lists of tools that providers offer: a metric can be held against one list only."""
        found: list[list[object]] = []
        for spec in self.specs:
            tools = list(_tools(spec, _PARAMETERS.get(kind, ())))
            if tools and tools not in found:
                found.append(tools)
        return found


def _tools(spec: TargetSpec, names: tuple[str, ...]) -> Iterator[object]:
    parameters = spec.model.parameters if isinstance(spec, ModelTarget) else {}
    for name in names:
        value = parameters.get(name)
        for tool in value if isinstance(value, list) else ():
            yield from _functions(tool)


def _functions(tool: object) -> Iterator[object]:
    groups = [tool[name] for name in _GROUPS if name in tool] if isinstance(tool, dict) else []
    for group in groups:
        yield from group if isinstance(group, list) else ()
    if not groups:
        yield tool
