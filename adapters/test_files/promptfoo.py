"""
Promptfoo configurations: the part whose meaning is the same here.

What isn't is listed item by item, never left out quietly.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path

from adapters.test_files.drafts import MAX_TESTS, Draft, Shared, cases_of, warnings_about
from adapters.test_files.metrics import MetricReader, list_of
from adapters.test_files.nodes import ListNode, MapNode, Node, ScalarNode, kind_of, plain
from adapters.test_files.problems import Problems
from adapters.test_files.promptfoo_assertions import AssertionReader
from adapters.test_files.promptfoo_provider import read_provider
from adapters.test_files.promptfoo_unsupported import Unsupported
from adapters.test_files.text import name_of
from domain.test_execution.named_target import only
from domain.test_execution.ports import Scorers
from domain.test_execution.test_set import TestFile

_TEST_KEYS = frozenset({"vars", "assert", "description"})
_IGNORED = frozenset(
    {"$schema", "sharing", "outputPath", "evaluateOptions", "commandLineOptions", "metadata", "writeLatestResults"}
)
"""About promptfoo's own run and output; they do not change what a test means."""

_FILE_NAME = re.compile(r"(file://|exec:).*|\S+\.(txt|md|json|jsonl|ya?ml|csv|j2|[cm]?js|ts|py)(:\w+)?", re.DOTALL)
_CHAT_PROMPT = re.compile(r"\s*(\[\s*\{|- role:)")


def is_promptfoo(root: MapNode) -> bool:
    """Tell whether a document is a promptfoo configuration: it has providers, or prompts with tests that assert."""
    if root.entries.keys() & {"providers", "defaultTest", "scenarios"} or _are_providers(root.entries.get("targets")):
        return True
    tests = root.entries.get("tests")
    asserts = any(isinstance(test, MapNode) and "assert" in test.entries for test in (list_of(tests) if tests else ()))
    return "prompts" in root.entries and asserts


def _are_providers(targets: Node | None) -> bool:
    """Tell promptfoo's `targets`, another word for its providers, from ours, which have a kind."""
    items = targets.items if isinstance(targets, ListNode) else ()
    return bool(items) and not any(isinstance(item, MapNode) and "kind" in item.entries for item in items)


def read_promptfoo(root: MapNode, *, path: Path, scorers: Scorers, problems: Problems) -> TestFile:
    """Return what the configuration says; what is wrong or not supported goes to *problems*."""
    reader = _ConfigurationReader(scorers=scorers, problems=problems)
    test_file = reader.read(root, path=path)
    reader.unsupported.report()
    return test_file


class _ConfigurationReader:
    def __init__(self, *, scorers: Scorers, problems: Problems) -> None:
        self.unsupported = Unsupported(problems)
        self._problems = problems
        self._warnings: list[str] = []
        metrics = MetricReader(scorers=scorers, problems=problems)
        self._assertions = AssertionReader(metrics=metrics, unsupported=self.unsupported, problems=problems)

    def read(self, root: MapNode, *, path: Path) -> TestFile:
        self._check_keys(root)
        providers = root.entries.get("providers", root.entries.get("targets"))
        target = (
            read_provider(providers, problems=self._problems, unsupported=self.unsupported, warnings=self._warnings)
            if providers
            else None
        )
        shared = self._shared(root)
        drafts = itertools.chain.from_iterable(map(self._drafts, self._tests(root)))
        cases = tuple(cases_of(drafts, shared=shared, problems=self._problems))
        return TestFile(
            name=name_of(path),
            cases=cases,
            targets=only(target) if target else (),
            warnings=(*self._warnings, *warnings_about(cases)),
        )

    def _check_keys(self, root: MapNode) -> None:
        read = {"description", "prompts", "providers", "targets", "tests", "defaultTest", "tags"}
        for key in root.entries:
            if key in _IGNORED:
                self._warnings.append(f"line {root.line_of(key)}: {key!r} is about promptfoo's own runs; ignored")
            elif key not in read:
                self.unsupported.note(f"key {key}", line=root.line_of(key))

    def _shared(self, root: MapNode) -> Shared:
        prompts = tuple(map(self._prompt, list_of(root.entries.get("prompts", ListNode(root.line, ())))))
        default = root.entries.get("defaultTest")
        if default is None:
            return Shared(prompts=prompts)
        if not isinstance(default, MapNode):
            self.unsupported.note(f"defaultTest that is {kind_of(default)}", line=default.line)
            return Shared(prompts=prompts)
        draft = next(self._drafts(default), Draft(line=default.line))
        return Shared(prompts=prompts, variables=draft.variables, metrics=draft.metrics or ())

    def _prompt(self, node: Node) -> str:
        """Return the prompt; an empty one where it can't be read here, so that the tests don't miss it as well."""
        if isinstance(node, MapNode) and "raw" in node.entries and node.entries.keys() <= {"raw", "label", "id"}:
            node = node.entries["raw"]
        value = plain(node)
        if not isinstance(value, str):
            self.unsupported.note(f"prompt that is {kind_of(node)}", line=node.line)
        elif _FILE_NAME.fullmatch(value.strip()):
            self.unsupported.note(f"prompt from a file ({value.strip()})", line=node.line)
        elif _CHAT_PROMPT.match(value):
            self.unsupported.note("prompt that is a list of chat messages", line=node.line)
        else:
            self.unsupported.check_text(value, where="a prompt", line=node.line)
            return value
        return ""

    def _tests(self, root: MapNode) -> Iterator[MapNode]:
        tests = root.entries.get("tests")
        if tests is None or (isinstance(tests, ListNode) and not tests.items):
            self._problems.add(root.line_of("tests"), "no tests", expected="at least one", do="add it under tests:")
        for node in list_of(tests) if tests else ():
            if isinstance(node, MapNode):
                yield node
            else:
                named = f" ({node.value})" if isinstance(node, ScalarNode) else ""
                self.unsupported.note(f"tests from elsewhere than this file{named}", line=node.line)

    def _drafts(self, node: MapNode) -> Iterator[Draft]:
        """Yield a test for every combination of its vars' values: a var that is a list stands for several tests."""
        for key in sorted(node.entries.keys() - _TEST_KEYS - _IGNORED):
            self.unsupported.note(f"test key {key}", line=node.line_of(key))
        asserts = node.entries.get("assert")
        metrics = self._assertions.read_all(list_of(asserts)) if asserts else None
        description = node.entries.get("description")
        for variables in self._variables(node):
            yield Draft(
                line=node.line,
                variables=variables,
                metrics=metrics,
                description=str(plain(description)) if description else "",
            )

    def _variables(self, node: MapNode) -> Iterator[dict[str, object]]:
        variables = node.entries.get("vars", MapNode(node.line, {}))
        if not isinstance(variables, MapNode):
            self.unsupported.note(f"vars that are {kind_of(variables)}", line=node.line_of("vars"))
            return
        for name, value in variables.entries.items():
            line = variables.line_of(name)
            text = json.dumps(plain(value))
            self.unsupported.check_text(text, where="vars", line=line)
            if "{{" in text:
                self.unsupported.note("template in vars", line=line)
        values = [[plain(item) for item in list_of(value)] for value in variables.entries.values()]
        for combination in itertools.islice(itertools.product(*values), MAX_TESTS + 1):
            yield dict(zip(variables.entries, combination, strict=True))
