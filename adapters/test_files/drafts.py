"""
From a test as a file writes it to a `TestCase`: what the file says for all tests is filled in, every test gets its id.

An id that the file does not give is a hash of the test's own words (its prompt, variables and metrics). What the file
says for all tests is left out of it: ids survive reordering and an edited shared prompt, so that two versions of a
prompt can be compared test by test.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping

from attrs import field, frozen

from adapters.test_files.problems import Problems, nearest, shown
from domain.jobs.item import Document
from domain.test_execution.metric import Metric
from domain.test_execution.test_set import TestCase

MAX_TESTS = 1_000_000
MAX_REPEATS = 10_000

_PROMPT_VARIABLES = ("prompt", "question", "input")
"""A test without a prompt asks the first of these variables that it has."""

_ID_LENGTH = 12
_MAX_ID_LENGTH = 200
_BAD_IN_ID = re.compile(r"[\x00-\x1f\x7f]")
_PLAIN_NAME = re.compile(r"\{\{-?\s*([A-Za-z_]\w*)\s*-?\}\}")


@frozen(kw_only=True)
class Draft:
    """A test as its line in the file says it; None (or an empty id) where it says nothing."""

    line: int
    id: str = ""
    prompt: str | None = None
    variables: Document = field(factory=dict)
    metrics: tuple[Metric, ...] | None = None
    tags: tuple[str, ...] | None = None
    repeats: int | None = None
    description: str = ""


@frozen(kw_only=True)
class Shared:
    """What a file says for all its tests: *variables* and *metrics* come on top of each test's, *defaults* instead."""

    prompts: tuple[str, ...] = ()
    variables: Document = field(factory=dict)
    metrics: tuple[Metric, ...] = ()
    defaults: Draft = field(factory=lambda: Draft(line=0))


def cases_of(drafts: Iterable[Draft], *, shared: Shared, problems: Problems) -> Iterator[TestCase]:
    """Yield the tests in the file's order; a test that can't be is a problem and is left out."""
    lines: dict[str, int] = {}
    for count, draft in enumerate(drafts, start=1):
        if count > MAX_TESTS:
            problems.add(draft.line, f"more than {MAX_TESTS:,} tests", expected="fewer", do="split the file")
            return
        for case in _with_prompts(draft, case_id=draft.id or _hash(draft), shared=shared, problems=problems):
            if not _has_new_id(case, draft=draft, lines=lines, problems=problems):
                break
            yield case


def warnings_about(cases: Iterable[TestCase]) -> tuple[str, ...]:
    """Return what the tests may have been meant to be otherwise: those that check nothing."""
    idle = [case.id for case in cases if not any(metric.required for metric in case.metrics)]
    if not idle:
        return ()
    noun = "test has" if len(idle) == 1 else "tests have"
    return (f"{len(idle)} {noun} no required metric and will be inconclusive (first: {idle[0]})",)


def _with_prompts(draft: Draft, *, case_id: str, shared: Shared, problems: Problems) -> Iterator[TestCase]:
    variables = {**shared.defaults.variables, **shared.variables, **draft.variables}
    prompts = (draft.prompt,) if draft.prompt is not None else shared.prompts or _default_prompt(variables)
    if not prompts:
        problems.add(
            draft.line,
            "a test without a prompt",
            expected=f"a prompt, or a variable named {' or '.join(_PROMPT_VARIABLES)}",
            do=f"add one to the test, or prompt: to the file ({_named(variables)})",
        )
    for number, prompt in enumerate(prompts, start=1):
        _check_variables(prompt, variables=variables, line=draft.line, problems=problems)
        suffix = f"-p{number}" if len(prompts) > 1 else ""
        yield _case(draft, case_id=case_id + suffix, prompt=prompt, variables=variables, shared=shared)


def _case(draft: Draft, *, case_id: str, prompt: str, variables: Document, shared: Shared) -> TestCase:
    defaults = shared.defaults
    own = draft.metrics if draft.metrics is not None else defaults.metrics
    return TestCase(
        id=case_id,
        prompt=prompt,
        variables=variables,
        metrics=(*shared.metrics, *(own or ())),
        tags=draft.tags if draft.tags is not None else defaults.tags or (),
        repeats=draft.repeats or defaults.repeats or 1,
        description=draft.description,
    )


def _default_prompt(variables: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(f"{{{{ {name} }}}}" for name in _PROMPT_VARIABLES if name in variables)[:1]


def _check_variables(prompt: str, *, variables: Document, line: int, problems: Problems) -> None:
    """Find variables without a value before the run does; templates with loops or filters have to wait for it."""
    if "{%" in prompt:
        return
    for name in dict.fromkeys(_PLAIN_NAME.findall(prompt)):
        if name not in variables:
            problems.add(
                line,
                f"the prompt uses {{{{ {name} }}}}, which this test has no variable for",
                expected=f"a variable {name} ({_named(variables)})",
                do=f"{nearest(name, among=variables)}add it to the test or to the file's variables",
            )


def _named(variables: Mapping[str, object]) -> str:
    return f"it has {', '.join(variables)}" if variables else "it has no variables"


def _has_new_id(case: TestCase, *, draft: Draft, lines: dict[str, int], problems: Problems) -> bool:
    if len(case.id) > _MAX_ID_LENGTH or _BAD_IN_ID.search(case.id):
        limit = f"at most {_MAX_ID_LENGTH} characters on one line"
        problems.add(draft.line, f"id {shown(case.id)}", expected=limit, do="shorten it")
        return False
    if case.id not in lines:
        lines[case.id] = draft.line
        return True
    first = f"(first in line {lines[case.id]})"
    if draft.id:
        problems.add(draft.line, f"id {shown(case.id)} again {first}", expected="each id once", do="rename one")
    else:
        advice = "remove it, give each an id of its own, or use repeats"
        problems.add(draft.line, f"the same test again {first}", expected="each test once", do=advice)
    return False


def _hash(draft: Draft) -> str:
    metrics = [[metric.title, metric.value, metric.threshold] for metric in draft.metrics or ()]
    words = json.dumps([draft.prompt, draft.variables, metrics], sort_keys=True, allow_nan=False)
    return base64.b32encode(hashlib.sha256(words.encode()).digest()).decode().lower()[:_ID_LENGTH]
