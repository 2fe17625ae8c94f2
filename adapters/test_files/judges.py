"""
Who judges, as a file says it: `judge` (a model, or a list of them) and `judging` (how, and the embedding model).

A model is written by its name (`openai:gpt-5-mini`) or as a target of that kind is (`{kind: openai, model: ...}`).
"""

from __future__ import annotations

from adapters.test_files.fields import Fields
from adapters.test_files.metrics import list_of
from adapters.test_files.nodes import MapNode, Node, ScalarNode, kind_of
from adapters.test_files.problems import Problems
from adapters.test_files.targets import read_target
from domain.jobs.errors import InvalidInput
from domain.language_models.model import FORMS, ModelSpec, model_named
from domain.test_execution.panel import Panel, Rule
from domain.test_execution.target import ModelTarget

_RULES = tuple(rule.value for rule in Rule)


def read_panel(fields: Fields, *, problems: Problems, warnings: list[str]) -> Panel:
    """Return who judges; what is wrong with it goes to *problems*."""
    node = fields.node.entries.get("judge")
    judges = [read_model(each, problems=problems, warnings=warnings) for each in list_of(node)] if node else []
    how = _how(fields, problems)
    if how is None:
        return Panel(judges=tuple(filter(None, judges)))
    embedding = how.node.entries.get("embedding")
    return Panel(
        judges=tuple(filter(None, judges)),
        rule=_rule(how, problems),
        embedding=read_model(embedding, problems=problems, warnings=warnings) if embedding else None,
        may_be_target=how.flag("may_be_target", default=False),
    )


def read_model(node: Node, *, problems: Problems, warnings: list[str]) -> ModelSpec | None:
    """Return the model that a name or a mapping means; None, and a problem, where it means none."""
    if isinstance(node, MapNode):
        target = read_target(node, problems=problems, warnings=warnings)
        if target is None or isinstance(target, ModelTarget):
            return target.model if target else None
        problems.add(node.line, "a judge that is no language model", expected=FORMS, do="name a model")
        return None
    if isinstance(node, ScalarNode) and isinstance(node.value, str):
        try:
            return model_named(node.value)
        except InvalidInput as error:
            problems.add_text(node.line, f"{error}; mend the name")
            return None
    problems.add(node.line, f"{kind_of(node)} as a judge", expected=FORMS, do="write a name, or a mapping")
    return None


def _how(fields: Fields, problems: Problems) -> Fields | None:
    node = fields.mapping("judging")
    known = ("rule", "embedding", "may_be_target")
    return Fields(node, what="judging", known=known, problems=problems) if node else None


def _rule(how: Fields, problems: Problems) -> Rule:
    word = how.text("rule", default=Rule.MAJORITY.value)
    if word in _RULES:
        return Rule(word)
    problems.add(how.node.line_of("rule"), f"rule {word!r}", expected=f"one of {', '.join(_RULES)}", do="mend it")
    return Rule.MAJORITY
