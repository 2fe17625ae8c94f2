"""Promptfoo's prompts: texts, chats, files that hold one or many, each with a label."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping

from attrs import evolve, frozen

from adapters.test_files.drafts import Prompt
from adapters.test_files.metrics import list_of
from adapters.test_files.nodes import ListNode, MapNode, Node, ScalarNode, Unreadable, kind_of, plain
from adapters.test_files.promptfoo.files import FileName, file_name, name_of
from adapters.test_files.promptfoo.reading import Reading, text_of
from adapters.test_files.yaml_nodes import parse_yaml

_KEYS = frozenset({"raw", "label", "id", "display", "description"})
_SEPARATOR = re.compile(r"^[ \t]*---[ \t]*$", re.MULTILINE)
_LOOKS_LIKE_A_FILE = re.compile(
    r"[^\s{}]+\.(txt|md|json|jsonl|ya?ml|csv|j2|njk|[cm]?[jt]s|py|rb|sh|pl|exe)(:\w+)?|[^\s{}]*/[^\s{}]*\*[^\s{}]*"
)
_ELSEWHERE = re.compile(r"(langfuse|portkey|helicone|exec|package|git|https?)://?\S*|exec:.*", re.DOTALL)
_CHAT = re.compile(r"\s*- role:")


@frozen(kw_only=True)
class PromptReader:
    """Reads the prompts of one configuration."""

    reading: Reading

    def read_all(self, node: Node | None) -> tuple[Prompt, ...]:
        """Return the prompts; without any, the variable `prompt` is the prompt. What can't be read is noted."""
        if node is None:
            return (Prompt(text="{{ prompt }}"),)
        return tuple(prompt for entry in _entries(node) for prompt in self._read(entry))

    def _read(self, node: Node) -> Iterator[Prompt]:
        match node:
            case ScalarNode(value=str(text)):
                yield from self._of_text(text, line=node.line)
            case MapNode() if node.entries.keys() <= _KEYS and ("raw" in node.entries or "id" in node.entries):
                yield from self._of_mapping(node)
            case MapNode() if "role" not in node.entries:
                keys = ", ".join(sorted(node.entries.keys() - _KEYS)) or "neither raw nor id"
                self.reading.note(f"prompt that is a mapping with {keys}", line=node.line)
            case _:
                self.reading.note(f"prompt that is {kind_of(node)}", line=node.line)

    def _of_mapping(self, node: MapNode) -> Iterator[Prompt]:
        label = text_of(node, "label")
        source = node.entries.get("raw", node.entries.get("id"))
        assert source is not None
        if isinstance(source, ListNode):  # a chat that is written out in YAML
            yield Prompt(text=_as_chat(plain(source)), label=label)
            return
        prompts = list(self._read(source))
        for number, prompt in enumerate(prompts, start=1):
            own = prompt.label if "id" not in node.entries or file_name(text_of(node, "id")) else text_of(node, "id")
            yield evolve(prompt, label=(f"{label}:{number}" if len(prompts) > 1 else label) if label else own)

    def _of_text(self, text: str, *, line: int) -> Iterator[Prompt]:
        name = file_name(text.strip())
        if name or _LOOKS_LIKE_A_FILE.fullmatch(text.strip()):
            yield from self._of_files(name or name_of(text.strip()), line=line)
        elif _ELSEWHERE.fullmatch(text.strip()):
            self.reading.note(f"prompt from elsewhere ({text.strip()[:60]})", line=line)
        else:
            yield Prompt(text=self._filled(_chat_of(text), line=line))

    def _of_files(self, pattern: FileName, *, line: int) -> Iterator[Prompt]:
        for name in self.reading.names(pattern, line=line):
            split = _FORMATS.get(name.ending)
            if split is None:
                self.reading.note(f"prompt that is a program ({name.path})", line=line)
            elif (text := self.reading.file_text(name, line=line)) is not None:
                yield from self._of_file(name, text, split=split, line=line)

    def _of_file(
        self, name: FileName, text: str, *, split: Callable[[str], list[Prompt]], line: int
    ) -> Iterator[Prompt]:
        try:
            prompts = split(text)
        except (Unreadable, ValueError, csv.Error) as exc:
            self.reading.problems.add(line, f"the prompt file {name.path}: {exc}", expected="prompts", do="mend it")
            return
        for number, prompt in enumerate(prompts, start=1):
            label = prompt.label or (f"{name.path}:{number}" if len(prompts) > 1 else name.path)
            yield evolve(prompt, text=self._filled(prompt.text, line=line), label=label)

    def _filled(self, text: str, *, line: int) -> str:
        return self.reading.text(text, where="a prompt", line=line)


def _entries(node: Node) -> Iterator[Node]:
    """Yield the prompts one by one; a mapping of file to label is the older way to write a list."""
    if isinstance(node, MapNode) and not node.entries.keys() & _KEYS:
        for path, label in node.entries.items():
            line = node.line_of(path)
            yield MapNode(line, {"id": ScalarNode(line, path), "label": label}, {})
    else:
        yield from list_of(node)


def _chat_of(text: str) -> str:
    """Return a chat that is written as YAML inside a text as the JSON that targets read; other texts as they are."""
    if not _CHAT.match(text):
        return text
    try:
        return _as_chat(plain(parse_yaml(text)))
    except Unreadable:
        return text


def _as_chat(messages: object) -> str:
    return json.dumps(messages, ensure_ascii=False)


def _texts(text: str) -> list[Prompt]:
    return [Prompt(text=_chat_of(part.strip())) for part in _SEPARATOR.split(text) if part.strip()]


def _one(text: str) -> list[Prompt]:
    return [Prompt(text=_chat_of(text.strip()))]


def _lines(text: str) -> list[Prompt]:
    return [Prompt(text=line.strip()) for line in text.splitlines() if line.strip()]


def _yaml(text: str) -> list[Prompt]:
    found = plain(parse_yaml(text))
    return [Prompt(text=found if isinstance(found, str) else _as_chat(found))]


def _rows(text: str) -> list[Prompt]:
    rows = list(csv.DictReader(text.splitlines(keepends=True), strict=True))
    if rows and "prompt" not in rows[0]:
        raise ValueError("no column 'prompt'")
    return [Prompt(text=row["prompt"], label=row.get("label") or "") for row in rows if row["prompt"].strip()]


_FORMATS: Mapping[str, Callable[[str], list[Prompt]]] = {
    "": _texts,
    ".txt": _texts,
    ".md": _one,
    ".j2": _one,
    ".njk": _one,
    ".json": _one,
    ".jsonl": _lines,
    ".yaml": _yaml,
    ".yml": _yaml,
    ".csv": _rows,
}
