"""
Promptfoo configurations, as they are in the wild.

What is read means the same here; what isn't is listed item by item, never left out quietly.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from attrs import evolve, frozen

from adapters.test_files.csv_rows import columns_of
from adapters.test_files.drafts import PROMPT_VARIABLES, Draft, Prompt, Shared, cases_of, warnings_about
from adapters.test_files.metrics import MetricReader, list_of
from adapters.test_files.nodes import ListNode, MapNode, Node, ScalarNode, Unreadable
from adapters.test_files.problems import Problems
from adapters.test_files.promptfoo.assertions import AssertionReader
from adapters.test_files.promptfoo.files import Files
from adapters.test_files.promptfoo.offered_tools import OfferedTools
from adapters.test_files.promptfoo.prompts import PromptReader
from adapters.test_files.promptfoo.providers import ProviderReader, ReadProvider
from adapters.test_files.promptfoo.reading import Reading
from adapters.test_files.promptfoo.references import without_references
from adapters.test_files.promptfoo.run_options import RunOptions, read_run_options
from adapters.test_files.promptfoo.scenarios import scenario_tests
from adapters.test_files.promptfoo.simulated_users import SimulatedUserReader
from adapters.test_files.promptfoo.sources import Sources
from adapters.test_files.promptfoo.tests import Defaults, PromptfooTests
from adapters.test_files.reading_rules import ReadingRules
from adapters.test_files.text import name_of
from adapters.test_files.unsupported import Unsupported
from domain.test_execution.ports import Scorers
from domain.test_execution.test_set import TestFile

_READ = frozenset(
    {
        "assertionTemplates",
        "commandLineOptions",
        "defaultTest",
        "description",
        "env",
        "evaluateOptions",
        "prompts",
        "providers",
        "scenarios",
        "tags",
        "targets",
        "tests",
    }
)
_IGNORED = frozenset({"$schema", "sharing", "outputPath", "metadata", "writeLatestResults"})
"""About promptfoo's own run and output; they do not change what a test means."""
_EXPECTED = "what Antiphon reads of promptfoo (docs/promptfoo.md)"


def is_promptfoo(root: MapNode) -> bool:
    """Tell whether a document is a promptfoo configuration: it has providers, or prompts with tests that assert."""
    if root.entries.keys() & {"providers", "defaultTest", "scenarios"} or _are_providers(root.entries.get("targets")):
        return True
    tests = root.entries.get("tests")
    items = list_of(tests) if tests else ()
    is_theirs = any(isinstance(test, MapNode) and "assert" in test.entries for test in items)
    return "prompts" in root.entries and (is_theirs or any(isinstance(test, ScalarNode) for test in items))


def read_promptfoo_rows(path: Path, *, scorers: Scorers, problems: Problems, rules: ReadingRules) -> TestFile:
    """
    Return the tests of a CSV file with promptfoo's columns, read as those of a configuration that only names it.

    Raises:
        Unreadable: no column says what is asked.
    """
    columns = columns_of(path)
    asked = next((name for name in PROMPT_VARIABLES if name in columns), None)
    if asked is None:
        raise Unreadable(
            "no prompt",
            line=1,
            expected=f"a column {', '.join(PROMPT_VARIABLES)}",
            do="add one, or name the file in a configuration that has prompts",
        )
    entries: dict[str, Node] = {
        "prompts": ListNode(1, (ScalarNode(1, f"{{{{ {asked} }}}}"),)),
        "tests": ScalarNode(1, glob.escape(path.name)),
    }
    return read_promptfoo(MapNode(1, entries), path=path, scorers=scorers, problems=problems, rules=rules)


def read_promptfoo(root: MapNode, *, path: Path, scorers: Scorers, problems: Problems, rules: ReadingRules) -> TestFile:
    """Return what the configuration says; what is wrong or not supported goes to *problems*."""
    reading = Reading(
        problems=problems,
        unsupported=Unsupported(problems, expected=_EXPECTED),
        files=Files(folder=path.parent, others=rules.folders),
        rules=rules,
        values={**rules.environment, **_environment(root)},
    )
    test_file = _Configuration(reading=reading, scorers=scorers).read(without_references(root), path=path)
    left_out = reading.unsupported.settled(allowed=rules.allow_unsupported)
    return evolve(test_file, warnings=(*test_file.warnings, *left_out))


@frozen(kw_only=True)
class _Configuration:
    reading: Reading
    scorers: Scorers

    def read(self, root: MapNode, *, path: Path) -> TestFile:
        self._check_keys(root)
        options = read_run_options(root, reading=self.reading)
        providers = ProviderReader(reading=self.reading)
        read = providers.read_all(root.entries.get("providers", root.entries.get("targets")))
        metrics = MetricReader(scorers=self.scorers, problems=self.reading.problems)
        tests = PromptfooTests(
            reading=self.reading,
            assertions=AssertionReader(
                reading=self.reading,
                metrics=metrics,
                providers=providers,
                tools=OfferedTools(specs=tuple(provider.target.spec for provider in read)),
            ),
            names=_names(read),
            users=SimulatedUserReader(reading=self.reading, providers=providers),
        )
        defaults = tests.defaults(root.entries.get("defaultTest"))
        shared = self._shared(root, read, defaults=defaults, options=options)
        drafts = self._drafts(root, tests=tests, defaults=defaults)
        warnings: list[str] = []
        cases = tuple(cases_of(drafts, shared=shared, problems=self.reading.problems, warnings=warnings))
        return TestFile(
            name=name_of(path),
            cases=cases,
            targets=tuple(provider.target for provider in read),
            hints=options.hints,
            warnings=(*self.reading.warnings, *warnings, *warnings_about(cases)),
        )

    def _check_keys(self, root: MapNode) -> None:
        for key in root.entries:
            if key in _IGNORED:
                line = f"line {root.line_of(key)}: {key!r} is about promptfoo's own runs; ignored"
                self.reading.warnings.append(line)
            elif key not in _READ:
                self.reading.note(f"key {key}", line=root.line_of(key))

    def _shared(
        self, root: MapNode, providers: tuple[ReadProvider, ...], *, defaults: Defaults, options: RunOptions
    ) -> Shared:
        prompts = PromptReader(reading=self.reading).read_all(root.entries.get("prompts"))
        around = [
            evolve(prompt, text=options.prefix + prompt.text + options.suffix, targets=_targets_of(prompt, providers))
            for prompt in prompts
            if _is_asked(prompt, providers)
        ]
        return Shared(
            prompts=tuple(around),
            variables=options.variables,
            metrics=defaults.metrics,
            defaults=evolve(defaults.draft, repeats=defaults.draft.repeats or options.repeats),
            number_repeated=True,
            empty_if_missing=True,
        )

    def _drafts(self, root: MapNode, *, tests: PromptfooTests, defaults: Defaults) -> Iterator[Draft]:
        source = Sources(reading=self.reading)
        written = root.entries.get("tests")
        if (written is None or written == ListNode(written.line, ())) and "scenarios" not in root.entries:
            problems = self.reading.problems
            problems.add(root.line_of("tests"), "no tests", expected="at least one", do="add it under tests:")
        scenarios = scenario_tests(root.entries.get("scenarios"), source=source)
        for node in chain(source.mappings(written, what="tests"), scenarios):
            yield from tests.drafts(node, defaults=defaults)


def _are_providers(targets: Node | None) -> bool:
    """Tell promptfoo's `targets`, another word for its providers, from ours, which have a kind."""
    items = targets.items if isinstance(targets, ListNode) else ()
    return bool(items) and not any(isinstance(item, MapNode) and "kind" in item.entries for item in items)


def _environment(root: MapNode) -> dict[str, str]:
    """Return what `env:` says; values that themselves name variables are left to those."""
    node = root.entries.get("env")
    entries = node.entries if isinstance(node, MapNode) else {}
    texts = {name: value.value for name, value in entries.items() if isinstance(value, ScalarNode)}
    return {name: str(value) for name, value in texts.items() if value is not None and "{{" not in str(value)}


def _names(providers: tuple[ReadProvider, ...]) -> dict[str, str]:
    """Return the targets' names by what a test may call them: the label or the id."""
    return {word: provider.target.name for provider in providers for word in provider.called}


def _is_asked(prompt: Prompt, providers: tuple[ReadProvider, ...]) -> bool:
    return not providers or any(provider.is_asked(prompt.label) for provider in providers)


def _targets_of(prompt: Prompt, providers: tuple[ReadProvider, ...]) -> tuple[str, ...]:
    names = [provider.target.name for provider in providers if provider.is_asked(prompt.label)]
    return () if len(names) == len(providers) else tuple(filter(None, names))
