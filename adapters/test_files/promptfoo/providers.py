"""Promptfoo's providers as the named targets of a run."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from adapters.test_files.drafts import is_meant
from adapters.test_files.metrics import list_of
from adapters.test_files.nodes import MapNode, Node, ScalarNode, kind_of, plain
from adapters.test_files.promptfoo.files import DOCUMENTS, file_name
from adapters.test_files.promptfoo.http_providers import HttpProviderReader
from adapters.test_files.promptfoo.model_names import VENDORS, embedding_name, model_name
from adapters.test_files.promptfoo.model_providers import ModelProviderReader
from adapters.test_files.promptfoo.python_providers import python_target
from adapters.test_files.promptfoo.reading import Reading, text_of
from adapters.test_files.promptfoo.scripts import ScriptReader
from adapters.test_files.targets import secret_warnings
from domain.language_models.model import ModelSpec, Provider
from domain.test_execution.named_target import NamedTarget, as_name
from domain.test_execution.target import ModelTarget, TargetSpec

_KEYS = frozenset({"id", "config", "label", "prompts", "transform"})
_IGNORED = frozenset({"delay", "description"})
ECHO = ModelTarget(model=ModelSpec(provider=Provider.SCRIPTED, model="echo"))


@frozen(kw_only=True)
class ProviderEntry:
    """One provider as a configuration writes it; *prompts* are the labels of those it is asked (empty: all)."""

    id: str
    line: int
    config: MapNode
    label: str = ""
    prompts: tuple[str, ...] = ()
    transform: object = None


@frozen(kw_only=True)
class ReadProvider:
    """A provider that was read: its target, what tests may *call* it, and the labels of its prompts (empty: all)."""

    target: NamedTarget
    called: tuple[str, ...]
    prompts: tuple[str, ...]

    def is_asked(self, label: str) -> bool:
        """Whether it is asked the prompt of that label."""
        return not self.prompts or is_meant(label, self.prompts)


@frozen(kw_only=True)
class ProviderReader:
    """Reads the providers of one configuration."""

    reading: Reading

    def read_all(self, node: Node | None) -> tuple[ReadProvider, ...]:
        """Return the providers with a name of its own for each; those that can't be targets are noted."""
        read: list[ReadProvider] = []
        for entry in self._entries(node) if node else ():
            spec = self.target(entry)
            if spec is not None:
                name = _free_name(entry.label or entry.id, {one.target.name for one in read})
                self.reading.warnings.extend(secret_warnings(spec))
                target = NamedTarget(name=name, spec=spec, transform=entry.transform)
                called = tuple(filter(None, (name, entry.label, entry.id)))
                read.append(ReadProvider(target=target, called=called, prompts=entry.prompts))
        if len(read) == 1:
            return (evolve(read[0], target=evolve(read[0].target, name="")),)
        return tuple(read)

    def target(self, entry: ProviderEntry) -> TargetSpec | None:
        """Return what the provider stands for, or None where it can't be a target, which is noted."""
        if name := model_name(entry.id):
            model = ModelProviderReader(reading=self.reading).read(name, entry.config)
            return ModelTarget(model=model) if model else None
        if entry.id in {"http", "https"} or entry.id.startswith(("http://", "https://")):
            return HttpProviderReader(reading=self.reading).read(entry.id, entry.config, line=entry.line)
        if entry.id == "echo":
            return ECHO
        if ".py" in entry.id and entry.id.startswith(("file://", "python:")):
            return python_target(entry.id, entry.config, reading=self.reading, line=entry.line)
        known = f"(known: {', '.join(VENDORS)}, http, echo)"
        self.reading.note(f"provider {entry.id} {known}", line=entry.line)
        return None

    def model(self, node: Node, *, embedding: bool) -> ModelSpec | None:
        """Return the model that a judge's provider names, with its config; None where it is none."""
        entries = list(self._entries(node))
        named = embedding_name if embedding else model_name
        name = named(entries[0].id) if len(entries) == 1 else None
        if name is None:
            shown = entries[0].id if entries else kind_of(node)
            self.reading.note(f"provider of a judge: {shown}", line=node.line)
            return None
        return ModelProviderReader(reading=self.reading).read(name, entries[0].config)

    def _entries(self, node: Node) -> Iterator[ProviderEntry]:
        for item in list_of(node):
            for found in self._in_files(item):
                yield from self._entry(found)

    def _in_files(self, item: Node) -> list[Node]:
        name = file_name(item.value) if isinstance(item, ScalarNode) and isinstance(item.value, str) else None
        return self.reading.resolved(item) if name and name.ending in DOCUMENTS else [item]

    def _entry(self, item: Node) -> Iterator[ProviderEntry]:
        match item:
            case ScalarNode(value=str(provider_id)):
                yield ProviderEntry(id=provider_id.strip(), line=item.line, config=MapNode(item.line, {}))
            case MapNode() if "id" in item.entries:
                yield self._of_mapping(item, text_of(item, "id"))
            case MapNode() if len(item.entries) == 1:  # the older way to write it: {openai:chat:gpt-4o: {config: ...}}
                ((name, options),) = item.entries.items()
                options = options if isinstance(options, MapNode) else MapNode(item.line, {})
                own = text_of(options, "id")
                entry = self._of_mapping(options, own or name)
                yield evolve(entry, label=entry.label or (name if own else ""))
            case _:
                self.reading.note(f"provider that is {kind_of(item)}", line=item.line)

    def _of_mapping(self, node: MapNode, provider_id: str) -> ProviderEntry:
        for key in sorted(node.entries.keys() - _KEYS - _IGNORED):
            self.reading.note(f"provider key {key}", line=node.line_of(key))
        if "delay" in node.entries:
            self.reading.warnings.append(f"line {node.line_of('delay')}: 'delay' of a provider is ignored")
        config = node.entries.get("config")
        found = self.reading.mapping(config, what="config") if config else None
        prompts = node.entries.get("prompts")
        transform = node.entries.get("transform")
        return ProviderEntry(
            id=provider_id.strip(),
            line=node.line_of("id"),
            config=found or MapNode(node.line, {}),
            label=text_of(node, "label"),
            prompts=tuple(str(plain(item)) for item in list_of(prompts)) if prompts else (),
            transform=ScriptReader(reading=self.reading).transform(transform, where="transform") if transform else None,
        )


def _free_name(wanted: str, taken: set[str]) -> str:
    name, number = as_name(wanted), 2
    while name in taken:
        name, number = as_name(f"{wanted[:90]} ({number})"), number + 1
    return name
