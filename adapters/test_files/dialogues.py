"""The `turns` of a test, or its `simulated_user`, and the metrics of single turns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from adapters.test_files.fields import Fields
from adapters.test_files.judges import read_model
from adapters.test_files.metrics import MetricReader
from adapters.test_files.nodes import MapNode, Node, ScalarNode, kind_of
from adapters.test_files.problems import Problems
from domain.test_execution.dialogue import DEFAULT_TURNS, MOST_TURNS, Dialogue, SimulatedUser, Turn
from domain.test_execution.named_target import NamedTarget
from domain.test_execution.target import HttpTarget
from domain.test_execution.test_set import TestCase

DIALOGUE_KEYS = ("turns", "simulated_user", "turn_metrics")
_USER_KEYS = ("model", "goal", "persona", "opening", "stop_when", "max_turns", "system", "judge_conversation")


class DialogueReader:
    """Reads the turns of the tests of one file."""

    def __init__(self, *, metrics: MetricReader, problems: Problems, warnings: list[str]) -> None:
        self._metrics = metrics
        self._problems = problems
        self._warnings = warnings

    def read(self, fields: Fields) -> Dialogue | None:
        """Return the turns that a test has; None where it has none, or what it says is no use."""
        if not any(fields.has(key) for key in DIALOGUE_KEYS):
            return None
        if fields.has("turns") == fields.has("simulated_user"):
            self._problem(
                fields.node.line,
                "a test of several turns with both turns and a simulated user, or neither",
                expected="one of the two",
                do="say what the user says (turns:), or let a model play it (simulated_user:)",
            )
            return None
        if fields.has("prompt"):
            self._problem(
                fields.node.line_of("prompt"),
                "'prompt' beside several turns",
                expected="the user's first words as the first turn, or as the opening of the simulated user",
                do="move it",
            )
        turns = tuple(filter(None, map(self._turn, self._items(fields))))
        user = self._user(fields)
        turn_metrics = self._metrics.read_all(fields.items("turn_metrics"))
        return Dialogue(turns=turns, user=user, turn_metrics=turn_metrics) if turns or user else None

    def _items(self, fields: Fields) -> tuple[Node, ...]:
        items = fields.items("turns")
        if fields.has("turns") and not 0 < len(items) <= MOST_TURNS:
            self._problem(
                fields.node.line_of("turns"),
                f"{len(items)} turns",
                expected=f"1 to {MOST_TURNS}",
                do="add or remove some",
            )
            return ()
        return items

    def _turn(self, node: Node) -> Turn | None:
        if isinstance(node, ScalarNode) and isinstance(node.value, str):
            return Turn(user=node.value)
        if not isinstance(node, MapNode):
            self._problem(
                node.line, f"a turn that is {kind_of(node)}", expected="a text, or {user, metrics}", do="mend it"
            )
            return None
        fields = Fields(node, what="the turn", known=("user", "metrics"), problems=self._problems)
        return Turn(user=fields.required_text("user"), metrics=self._metrics.read_all(fields.items("metrics")))

    def _user(self, fields: Fields) -> SimulatedUser | None:
        node = fields.mapping("simulated_user")
        if node is None:
            return None
        user = Fields(node, what="the simulated user", known=_USER_KEYS, problems=self._problems)
        goal, named = user.required_text("goal"), node.entries.get("model")
        if named is None:
            self._problem(
                node.line, "the simulated user has no 'model'", expected="a model", do="add model: openai:NAME"
            )
            return None
        model = read_model(named, problems=self._problems, warnings=self._warnings)
        if model is None or not goal.strip():
            return None
        return SimulatedUser(
            model=model,
            goal=goal,
            persona=user.text("persona"),
            opening=user.text("opening"),
            stop_when=user.text("stop_when"),
            max_turns=user.whole("max_turns", least=1, most=MOST_TURNS) or DEFAULT_TURNS,
            system=user.text("system") if user.has("system") else None,
            judge_conversation=user.flag("judge_conversation", default=False),
        )

    def _problem(self, line: int, what: str, *, expected: str, do: str) -> None:
        self._problems.add(line, what, expected=expected, do=do)


def forgetful_targets(cases: Iterable[TestCase], targets: Sequence[NamedTarget]) -> tuple[str, ...]:
    """Return a warning where tests of several turns meet an HTTP target that is not told what was said before."""
    if not any(case.dialogue and not _is_chat(case.dialogue) for case in cases):
        return ()
    deaf = [one for one in targets if isinstance(one.spec, HttpTarget) and not _is_told(one.spec)]
    return tuple(
        f"target {one.name or one.spec.url}: tests have several turns, and neither its URL nor its body holds "
        "{{ messages }} or {{ conversation_id }}: it will answer each turn as if it were the first"
        for one in deaf
        if isinstance(one.spec, HttpTarget)
    )


def _is_chat(dialogue: Dialogue) -> bool:
    """Tell whether each turn is asked with all that was said before."""
    return dialogue.user is not None and dialogue.user.system is not None


def _is_told(target: HttpTarget) -> bool:
    said = json.dumps([target.url, target.body], default=str)
    return "messages" in said or "conversation_id" in said
