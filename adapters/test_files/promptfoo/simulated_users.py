"""Promptfoo's provider `promptfoo:simulated-user`: a test that is a conversation with a model that plays the user."""

from __future__ import annotations

from attrs import frozen

from adapters.test_files.fields import Fields
from adapters.test_files.metrics import list_of
from adapters.test_files.nodes import MapNode, Node, plain
from adapters.test_files.promptfoo.providers import ProviderReader
from adapters.test_files.promptfoo.reading import Reading, flag, text_of
from domain.language_models.model import ModelSpec
from domain.test_execution.dialogue import DEFAULT_TURNS, MOST_TURNS, SimulatedUser

PROVIDER = "promptfoo:simulated-user"
INSTRUCTIONS = "{{ instructions }}"
_KEYS = frozenset({"instructions", "maxTurns", "userProvider", "stateful"})


def simulated_user_in(node: Node | None) -> MapNode | None:
    """Return the provider of a test as a mapping, if it simulates a user."""
    if node is None:
        return None
    if isinstance(node, MapNode):
        return node if text_of(node, "id") == PROVIDER else None
    return MapNode(node.line, {}) if [plain(item) for item in list_of(node)] == [PROVIDER] else None


@frozen(kw_only=True)
class SimulatedUserReader:
    """Reads the simulated users of one configuration."""

    reading: Reading
    providers: ProviderReader

    def read(self, node: MapNode) -> SimulatedUser | None:
        """Return who plays the user, and what; None where nobody can, which is noted."""
        written = node.entries.get("config")
        config = (self.reading.mapping(written, what="config") if written else None) or MapNode(node.line, {})
        for key in sorted(config.entries.keys() - _KEYS):
            self.reading.note(f"config {key} of {PROVIDER}", line=config.line_of(key))
        if flag(config, "stateful"):
            self.reading.note(f"config stateful of {PROVIDER}", line=config.line_of("stateful"))
        model = self._model(config)
        if model is None:
            return None
        turns = {"maxTurns": config.entries["maxTurns"]} if "maxTurns" in config.entries else {}
        kept = MapNode(config.line, turns, config.key_lines)
        fields = Fields(kept, what=PROVIDER, known=("maxTurns",), problems=self.reading.problems)
        return SimulatedUser(
            model=model,
            goal=self.reading.text(text_of(config, "instructions"), where="instructions", line=config.line)
            or INSTRUCTIONS,
            max_turns=fields.whole("maxTurns", least=1, most=MOST_TURNS) or DEFAULT_TURNS,
            judge_conversation=True,
        )

    def _model(self, config: MapNode) -> ModelSpec | None:
        if "userProvider" in config.entries:
            return self.providers.model(config.entries["userProvider"], embedding=False)
        if self.reading.rules.user_model is None:
            self.reading.note(f"{PROVIDER} without a model to play the user (see --user-model)", line=config.line)
        return self.reading.rules.user_model
