"""
From a test as a file writes it to a `TestCase`: what the file says for all tests is filled in, every test gets its id.

An id that the file does not give is a hash of the test's own words (its prompt, variables and metrics). What the file
says for all tests is left out of it: ids survive reordering and an edited shared prompt, so that two versions of a
prompt can be compared test by test.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve, field, frozen

from adapters.test_files.draft_ids import hash_of
from adapters.test_files.problems import Problems, shown
from adapters.test_files.template_checks import TemplateChecks
from domain.jobs.item import Document
from domain.test_execution.codec import dialogue_to_json
from domain.test_execution.contest import without_contests
from domain.test_execution.dialogue import Dialogue, SimulatedUser
from domain.test_execution.metric import Metric
from domain.test_execution.test_set import TestCase

MAX_TESTS = 1_000_000
MAX_REPEATS = 10_000

PROMPT_VARIABLES = ("prompt", "question", "input")
"""A test without a prompt asks the first of these variables that it has."""

_MAX_ID_LENGTH = 200
_BAD_IN_ID = re.compile(r"[\x00-\x1f\x7f]")


@frozen(kw_only=True)
class Prompt:
    """A prompt of the file: its *label* in reports, and the *targets* it is for (empty: all)."""

    text: str
    label: str = ""
    targets: tuple[str, ...] = ()


@frozen(kw_only=True)
class Draft:
    """
    A test as its line in the file says it; None (or an empty text) where it says nothing.

    *prefix* and *suffix* go around whichever prompt it gets; *prompts* are the labels of those it is for (empty: all).
    In a *chat* with a simulated user, the prompt is what the target is told first.
    """

    line: int
    id: str = ""
    prompt: str | None = None
    variables: Document = field(factory=dict)
    metrics: tuple[Metric, ...] | None = None
    tags: tuple[str, ...] | None = None
    repeats: int | None = None
    description: str = ""
    threshold: float | None = None
    transform: object = None
    variables_transform: object = None
    targets: tuple[str, ...] = ()
    given_answer: str | None = None
    prefix: str | None = None
    suffix: str | None = None
    prompts: tuple[str, ...] = ()
    base_id: str = ""
    prompt_label: str = ""
    without_shared_metrics: bool = False
    dialogue: Dialogue | None = None
    chat: SimulatedUser | None = None


@frozen(kw_only=True)
class Shared:
    """
    What a file says for all its tests: *variables* and *metrics* come on top of each test's, *defaults* instead.

    *number_repeated*: a test that stands there twice gets a number instead of being refused. *empty_if_missing*: a
    variable that a template uses and a test has not is an empty text, and said so in a warning.
    """

    prompts: tuple[Prompt, ...] = ()
    variables: Document = field(factory=dict)
    metrics: tuple[Metric, ...] = ()
    defaults: Draft = field(factory=lambda: Draft(line=0))
    number_repeated: bool = False
    empty_if_missing: bool = False


def cases_of(
    drafts: Iterable[Draft], *, shared: Shared, problems: Problems, warnings: list[str] | None = None
) -> Iterator[TestCase]:
    """Yield the tests in the file's order; a test that can't be is a problem and is left out."""
    return _Cases(shared=shared, problems=problems, warnings=[] if warnings is None else warnings).of(drafts)


def warnings_about(cases: Iterable[TestCase]) -> tuple[str, ...]:
    """Return what the tests may have been meant to be otherwise: those that check nothing."""
    idle = [case.id for case in cases if case.threshold is None and not _is_asked(case)]
    if not idle:
        return ()
    noun = "test has" if len(idle) == 1 else "tests have"
    return (f"{len(idle)} {noun} no required metric and will be inconclusive (first: {idle[0]})",)


def _is_asked(case: TestCase) -> bool:
    return any(metric.required for metric in without_contests(case).all_metrics)


class _Cases:
    def __init__(self, *, shared: Shared, problems: Problems, warnings: list[str]) -> None:
        self._shared = shared
        self._problems = problems
        self._checks = TemplateChecks(problems=problems, empty_if_missing=shared.empty_if_missing)
        self._warnings = warnings
        self._lines: dict[str, int] = {}

    def of(self, drafts: Iterable[Draft]) -> Iterator[TestCase]:
        for count, draft in enumerate(drafts, start=1):
            if count > MAX_TESTS:
                self._problems.add(draft.line, f"more than {MAX_TESTS:,} tests", expected="fewer", do="split the file")
                return
            yield from self._with_new_ids(draft)
        self._warnings += self._checks.warnings()

    def _with_new_ids(self, draft: Draft) -> Iterator[TestCase]:
        case_id = draft.id or hash_of(draft.prompt, draft.variables, draft.metrics or (), more=_more(draft))
        if self._shared.number_repeated and not draft.id:
            case_id = self._numbered(case_id)
        for case in self._with_prompts(draft, case_id=case_id):
            if not self._has_new_id(case, draft=draft):
                return
            yield case

    def _numbered(self, case_id: str) -> str:
        number, free = 1, case_id
        while free in self._lines or f"{free}-p1" in self._lines:
            number += 1
            free = f"{case_id}~{number}"
        return free

    def _with_prompts(self, draft: Draft, *, case_id: str) -> Iterator[TestCase]:
        variables = {**self._shared.defaults.variables, **self._shared.variables, **draft.variables}
        prompts = self._prompts(draft, variables)
        for number, prompt in prompts:
            several = len(self._shared.prompts) > 1 and draft.prompt is None and draft.dialogue is None
            case = self._case(draft, prompt=prompt, variables=variables)
            case = evolve(
                case,
                id=f"{case_id}-p{number}" if several else case_id,
                base_id=case_id if several else draft.base_id,
                prompt_label=(prompt.label or f"p{number}") if several else draft.prompt_label,
            )
            yield self._checks.checked(case, line=draft.line)

    def _prompts(self, draft: Draft, variables: Document) -> list[tuple[int, Prompt]]:
        if draft.dialogue is not None:
            return [(1, Prompt(text=draft.dialogue.begins))]
        if draft.prompt is not None:
            return [(1, Prompt(text=draft.prompt))]
        numbered = list(enumerate(self._shared.prompts or _default_prompt(variables), start=1))
        if not numbered:
            self._problems.add(
                draft.line,
                "a test without a prompt",
                expected=f"a prompt, or a variable named {' or '.join(PROMPT_VARIABLES)}",
                do=f"add one to the test, or prompt: to the file ({named(variables)})",
            )
        return [(no, prompt) for no, prompt in numbered if _is_for(prompt, draft)]

    def _case(self, draft: Draft, *, prompt: Prompt, variables: Document) -> TestCase:
        defaults = self._shared.defaults
        own = draft.metrics if draft.metrics is not None else defaults.metrics
        prefix = draft.prefix if draft.prefix is not None else defaults.prefix
        suffix = draft.suffix if draft.suffix is not None else defaults.suffix
        asked = f"{prefix or ''}{prompt.text}{suffix or ''}"
        dialogue = Dialogue(user=evolve(draft.chat, system=asked)) if draft.chat else draft.dialogue
        return TestCase(
            id="-",
            prompt=dialogue.begins if draft.chat and dialogue else asked,
            variables=variables,
            metrics=(*(() if draft.without_shared_metrics else self._shared.metrics), *(own or ())),
            tags=draft.tags if draft.tags is not None else defaults.tags or (),
            repeats=draft.repeats or defaults.repeats or 1,
            description=draft.description,
            threshold=draft.threshold if draft.threshold is not None else defaults.threshold,
            transform=draft.transform if draft.transform is not None else defaults.transform,
            variables_transform=draft.variables_transform or defaults.variables_transform,
            targets=_both(draft.targets, prompt.targets),
            given_answer=draft.given_answer,
            dialogue=dialogue,
        )

    def _has_new_id(self, case: TestCase, *, draft: Draft) -> bool:
        if len(case.id) > _MAX_ID_LENGTH or _BAD_IN_ID.search(case.id):
            limit = f"at most {_MAX_ID_LENGTH} characters on one line"
            self._problems.add(draft.line, f"id {shown(case.id)}", expected=limit, do="shorten it")
            return False
        if case.id not in self._lines:
            self._lines[case.id] = draft.line
            return True
        first = f"(first in line {self._lines[case.id]})"
        if draft.id:
            self._problems.add(
                draft.line, f"id {shown(case.id)} again {first}", expected="each id once", do="rename one"
            )
        else:
            advice = "remove it, give each an id of its own, or use repeats"
            self._problems.add(draft.line, f"the same test again {first}", expected="each test once", do=advice)
        return False


def named(variables: Mapping[str, object]) -> str:
    """Return which variables there are, for a message."""
    return f"it has {', '.join(variables)}" if variables else "it has no variables"


def _more(draft: Draft) -> Document:
    """Return what else makes a test another test; nothing where it is not said, so that older ids stay."""
    said = {
        "threshold": draft.threshold,
        "transform": draft.transform,
        "variables_transform": draft.variables_transform,
        "targets": draft.targets,
        "given_answer": draft.given_answer,
        "prefix": draft.prefix,
        "suffix": draft.suffix,
        "prompts": draft.prompts,
        "prompt_label": draft.prompt_label,
        "dialogue": draft.dialogue and dialogue_to_json(draft.dialogue),
        "chat": draft.chat and dialogue_to_json(Dialogue(user=draft.chat)),
    }
    return {name: value for name, value in said.items() if value not in (None, (), "")}


def _default_prompt(variables: Mapping[str, object]) -> tuple[Prompt, ...]:
    return tuple(Prompt(text=f"{{{{ {name} }}}}") for name in PROMPT_VARIABLES if name in variables)[:1]


def is_meant(label: str, wanted: tuple[str, ...]) -> bool:
    """Tell whether a prompt is among the wanted ones: by its label, its group (`chat` of `chat:short`), or `chat:*`."""
    return any(label == name or label.startswith(f"{name.removesuffix('*').removesuffix(':')}:") for name in wanted)


def _is_for(prompt: Prompt, draft: Draft) -> bool:
    """Tell whether a test is asked a prompt: by its label, and by there being a target that both are for."""
    has_target = not draft.targets or not prompt.targets or bool(_both(draft.targets, prompt.targets))
    return has_target and (not draft.prompts or is_meant(prompt.label, draft.prompts))


def _both(of_test: tuple[str, ...], of_prompt: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in of_test if name in of_prompt) if of_test and of_prompt else of_test or of_prompt
