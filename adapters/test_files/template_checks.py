"""Templates that can't work, found when the file is read: before anything is sent, and all of them in one go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from attrs import evolve

from adapters.templates.names import names_in
from adapters.templates.syntax import is_template
from adapters.test_files.problems import Problems, nearest, shown
from domain.test_execution.metric import Metric
from domain.test_execution.test_set import TestCase

_SCRIPT_KINDS = frozenset({"javascript", "python"})
"""Their value is code, in which `{{` need be no template."""
_GIVEN_IN_DIALOGUES = ("answer", "conversation")
"""Variables that a test of several turns has without saying them."""


class TemplateChecks:
    """Checks the templates of one file's tests; a broken one that many tests share is complained about once."""

    def __init__(self, *, problems: Problems, empty_if_missing: bool) -> None:
        self._problems = problems
        self._empty_if_missing = empty_if_missing
        self._emptied: Counter[str] = Counter()
        self._broken: set[str] = set()

    def checked(self, case: TestCase, *, line: int) -> TestCase:
        """Return the test, with empty texts for what its templates lack where that is the rule; note the rest."""
        if case.variables_transform is not None and not self._empty_if_missing:
            return case  # which variables there will be, only the run knows
        missing: dict[str, str] = {}
        given = _GIVEN_IN_DIALOGUES if case.dialogue else ()
        for where, text in _templates(case):
            names = names_in(text)
            if names.problem:
                self._report_broken(text, names.problem, where=where, line=line)
            lacking = names.needed | names.optional if self._empty_if_missing else names.needed
            missing.update({name: where for name in lacking if name not in case.variables and name not in given})
        if not missing:
            return case
        if self._empty_if_missing:
            self._emptied.update(missing.keys())
            return evolve(case, variables={**case.variables, **dict.fromkeys(sorted(missing), "")})
        for name, where in missing.items():
            self._report_missing(name, where=where, variables=case.variables, line=line)
        return case

    def warnings(self) -> Iterator[str]:
        """Yield a line for each variable that was taken for empty."""
        for name, count in self._emptied.items():
            noun = "test has" if count == 1 else "tests have"
            yield f"{count} {noun} no variable {name}, which a template uses: it is empty there"

    def _report_broken(self, text: str, problem: str, *, where: str, line: int) -> None:
        if text not in self._broken:
            self._broken.add(text)
            self._problems.add(
                line,
                f"{where} has a template that can't work: {shown(text)}: {problem}",
                expected="{{ variable }}, {% if %} ... {% endif %} or {% for %} ... {% endfor %}",
                do="mend it, or write {% raw %}{{{% endraw %} where braces are meant",
            )

    def _report_missing(self, name: str, *, where: str, variables: Mapping[str, object], line: int) -> None:
        has = f"it has {', '.join(variables)}" if variables else "it has no variables"
        self._problems.add(
            line,
            f"{where} uses {{{{ {name} }}}}, which this test has no variable for",
            expected=f"a variable {name} ({has})",
            do=f"{nearest(name, among=variables)}add it to the test or to the file's variables",
        )


def _templates(case: TestCase) -> Iterator[tuple[str, str]]:
    if is_template(case.prompt) and not case.dialogue:
        yield "the prompt", case.prompt
    for text in case.dialogue.templates if case.dialogue else ():
        yield "what the user says", text
    for metric in case.all_metrics:
        yield from _metric_templates(metric)


def _metric_templates(metric: Metric) -> Iterator[tuple[str, str]]:
    if metric.kind not in _SCRIPT_KINDS:
        yield from ((f"metric {metric.name!r}", text) for text in _texts(metric.value) if is_template(text))
    for part in metric.metrics:
        yield from _metric_templates(part)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for content in value.values():
            yield from _texts(content)
    elif isinstance(value, list | tuple):
        for content in value:
            yield from _texts(content)
