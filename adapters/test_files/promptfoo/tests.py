"""Promptfoo's tests, with what the configuration says for all of them, as drafts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import evolve, field, frozen

from adapters.test_files.drafts import MAX_REPEATS, Draft
from adapters.test_files.fields import Fields
from adapters.test_files.metadata_tags import tags_of
from adapters.test_files.metrics import list_of
from adapters.test_files.nodes import ListNode, MapNode, Node, plain
from adapters.test_files.promptfoo.assertions import AssertionReader, JudgeOptions
from adapters.test_files.promptfoo.reading import Reading, flag, text_of
from adapters.test_files.promptfoo.scripts import ScriptReader
from adapters.test_files.promptfoo.simulated_users import SimulatedUserReader, simulated_user_in
from adapters.test_files.promptfoo.variables import VariableReader, filled_text
from domain.test_execution.dialogue import SimulatedUser
from domain.test_execution.metric import Metric

_KEYS = (
    "vars",
    "assert",
    "description",
    "threshold",
    "options",
    "metadata",
    "provider",
    "providers",
    "prompts",
    "providerOutput",
)
_OPTIONS = (
    "transform",
    "postprocess",
    "transformVars",
    "prefix",
    "suffix",
    "provider",
    "rubricPrompt",
    "factuality",
    "repeat",
    "disableVarExpansion",
    "disableDefaultAsserts",
)
_IGNORED_OPTIONS = frozenset({"runSerially", "disableConversationVar"})
_NO_NODE = MapNode(0, {})
_NOTHING = ListNode(0, ())


@frozen(kw_only=True)
class Defaults:
    """What `defaultTest` says: *vars* and *options* as written, *metrics* read once, and the rest as a draft."""

    variables: Mapping[str, Node] = field(factory=dict)
    options: MapNode = _NO_NODE
    metrics: tuple[Metric, ...] = ()
    draft: Draft = field(factory=lambda: Draft(line=0))


@frozen(kw_only=True)
class PromptfooTests:
    """Reads the tests of one configuration; *names* are the targets' names by what a test may call them."""

    reading: Reading
    assertions: AssertionReader
    names: Mapping[str, str]
    users: SimulatedUserReader

    def defaults(self, node: Node | None) -> Defaults:
        """Return what `defaultTest` says, here or in the file it names."""
        found = self.reading.mapping(node, what="defaultTest") if node else None
        if found is None:
            return Defaults()
        self._check_keys(found)
        options = self._options(found, defaults=_NO_NODE)
        return Defaults(
            variables=self._variables.mapping(found.entries.get("vars")),
            options=options,
            metrics=self._metrics(found, options),
            draft=self._draft(found, options),
        )

    def drafts(self, node: MapNode, *, defaults: Defaults) -> Iterator[Draft]:
        """Yield a test for every combination of its vars' values: a var that is a list stands for several tests."""
        self._check_keys(node)
        options = self._options(node, defaults=defaults.options)
        draft = evolve(
            self._draft(node, options),
            metrics=self._metrics(node, options) if "assert" in node.entries else None,
            without_shared_metrics=flag(options, "disableDefaultAsserts"),
        )
        if "provider" not in node.entries:
            draft = evolve(draft, chat=defaults.draft.chat)
        own = self._variables.mapping(node.entries.get("vars"))
        expand = not flag(options, "disableVarExpansion")
        if draft.chat and "initialMessages" in {**defaults.variables, **own}:
            self.reading.note("initialMessages of a simulated user", line=node.line)
        for variables in self._variables.sets({**defaults.variables, **own}, expand=expand):
            description = filled_text(draft.description, variables)
            yield evolve(draft, variables=variables, description=description)

    @property
    def _variables(self) -> VariableReader:
        return VariableReader(reading=self.reading)

    def _check_keys(self, node: MapNode) -> None:
        for key in sorted(node.entries.keys() - set(_KEYS)):
            self.reading.note(f"test key {key}", line=node.line_of(key))

    def _options(self, node: MapNode, *, defaults: MapNode) -> MapNode:
        options = node.entries.get("options")
        found = self.reading.mapping(options, what="options") if options else None
        if found is None:
            return defaults
        for key in sorted(found.entries.keys() - set(_OPTIONS) - _IGNORED_OPTIONS):
            self.reading.note(f"test option {key}", line=found.line_of(key))
        return MapNode(found.line, {**defaults.entries, **found.entries}, {**defaults.key_lines, **found.key_lines})

    def _metrics(self, node: MapNode, options: MapNode) -> tuple[Metric, ...]:
        asserts = node.entries.get("assert")
        judges = self.assertions.judge_options(options) if options.entries else JudgeOptions()
        return self.assertions.read_all(list_of(asserts), options=judges) if asserts else ()

    def _draft(self, node: MapNode, options: MapNode) -> Draft:
        return Draft(
            line=node.line,
            tags=tuple(tags_of(node.entries.get("metadata"))) or None,
            repeats=self._repeats(options),
            description=text_of(node, "description"),
            threshold=self._number(node, "threshold"),
            transform=self._script(options, "transform") or self._script(options, "postprocess"),
            variables_transform=self._script(options, "transformVars"),
            targets=self._targets(node),
            given_answer=text_of(node, "providerOutput") or None,
            prefix=self._text(options, "prefix"),
            suffix=self._text(options, "suffix"),
            prompts=tuple(str(plain(item)) for item in list_of(node.entries.get("prompts", _NOTHING))),
            chat=self._chat(node),
        )

    def _chat(self, node: MapNode) -> SimulatedUser | None:
        found = simulated_user_in(node.entries.get("provider"))
        return self.users.read(found) if found else None

    def _targets(self, node: MapNode) -> tuple[str, ...]:
        found: list[str] = []
        for key in ("provider", "providers"):
            if simulated_user_in(node.entries.get(key)):
                continue
            for item in list_of(node.entries[key]) if key in node.entries else ():
                wanted = text_of(item, "id") if isinstance(item, MapNode) else str(plain(item))
                if wanted in self.names:
                    found.append(self.names[wanted])
                else:
                    self.reading.note(f"test key {key} that is none of the configuration's ({wanted})", line=item.line)
        return tuple(filter(None, found))

    def _script(self, options: MapNode, key: str) -> object:
        node = options.entries.get(key)
        return ScriptReader(reading=self.reading).transform(node, where=f"options.{key}") if node else None

    def _text(self, options: MapNode, key: str) -> str | None:
        if key not in options.entries:
            return None
        return self.reading.text(text_of(options, key), where=f"options.{key}", line=options.line_of(key))

    def _number(self, node: MapNode, key: str) -> float | None:
        kept = MapNode(node.line, {key: node.entries[key]} if key in node.entries else {}, node.key_lines)
        return Fields(kept, what="the test", known=(key,), problems=self.reading.problems).number(key, least=0)

    def _repeats(self, options: MapNode) -> int | None:
        kept = {"repeat": options.entries["repeat"]} if "repeat" in options.entries else {}
        node = MapNode(options.line, kept, options.key_lines)
        fields = Fields(node, what="options", known=("repeat",), problems=self.reading.problems)
        return fields.whole("repeat", least=1, most=MAX_REPEATS)


def merged(first: MapNode, second: MapNode) -> MapNode:
    """Return a test made of two: *second* wins, key by key, and inside `vars` and `options` name by name."""
    entries = {**first.entries, **second.entries}
    for key in ("vars", "options"):
        parts = [node.entries.get(key) for node in (first, second)]
        if all(isinstance(part, MapNode) for part in parts):
            mappings = [part for part in parts if isinstance(part, MapNode)]
            values = {name: value for part in mappings for name, value in part.entries.items()}
            lines = {name: line for part in mappings for name, line in part.key_lines.items()}
            entries[key] = MapNode(second.line, values, lines)
    return MapNode(second.line, entries, {**first.key_lines, **second.key_lines})
