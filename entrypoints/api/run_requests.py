"""From what a caller says of a run to a test configuration that is stored: read, checked, and refused by place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import attrs
from attrs import frozen

from adapters.test_files.request_words import RequestWords, read_inline, read_words
from domain.jobs.job import JobOptions
from domain.tenancy import TenantContext
from domain.test_execution.configuration import TestConfiguration
from domain.test_execution.named_target import limited
from domain.test_execution.panel import Panel
from domain.test_execution.selection import Selection
from domain.test_execution.service import Asked
from domain.test_execution.test_set import RunDefaults, StoredTestSet, TestCase, TestFile, TestSetId
from entrypoints.api.checking import at, checking_scorers, usability
from entrypoints.api.documents.runs import JudgeWords, RunWords
from entrypoints.api.refusals import InvalidField
from entrypoints.container import Antiphon
from entrypoints.driving import check_drivable
from entrypoints.judges import usual_panel


class _Tests(Protocol):
    """The tests of a run, wherever they are."""

    @property
    def name(self) -> str: ...

    @property
    def defaults(self) -> RunDefaults: ...

    def cases(self) -> Iterable[TestCase]: ...

    def configured(self, asked: Asked, selection: Selection) -> TestConfiguration: ...


@frozen(kw_only=True)
class RunRequests:
    """Reads what one caller says about runs."""

    antiphon: Antiphon
    caller: TenantContext

    def configuration(self, words: RunWords) -> TestConfiguration:
        """
        Store how the tests are to be run, and return it.

        Raises:
            InvalidInput: something can't be so, or could not work here; nothing is stored.
            NotFound: there is no such test set.
        """
        said = self.words(words, targets=words.targets, metrics=words.metrics)
        tests = self._tests(words)
        asked = Asked(
            targets=limited(said.targets or tests.defaults.targets, words.limits.limits()),
            gates=words.gates.gates(),
            panel=said.panel.over(tests.defaults.panel).over(usual_panel(self.antiphon.settings)),
            options=words.options.chosen(tests.defaults.hints),
            max_age_s=words.cache.max_age_s if words.cache else None,
        )
        selection = Selection(tags=tuple(words.tags), metrics=said.metrics)
        with at("/body/tags"):
            selection.check(tests.cases() if words.tags else (), name=tests.name)
        self._check(asked, selection.of(tests.cases()), name=tests.name)
        return tests.configured(asked, selection)

    def words(
        self, words: JudgeWords, *, target: object = None, targets: object = None, metrics: object = None
    ) -> RequestWords:
        """
        Return what is said in the words of a document of tests; whom it names to judge comes before anybody else.

        Raises:
            InvalidInput: something in it is wrong.
        """
        judges = {"judge": words.judge, "judging": words.judging}
        said = {"target": target, "targets": targets, "metrics": metrics, **judges}
        there = {name: value for name, value in said.items() if value is not None}
        read = read_words(there, scorers=checking_scorers(self.antiphon), pointer="/body")
        insisted = frozenset(name for name in ("judges", "embedding") if getattr(read.panel, name))
        return attrs.evolve(read, panel=attrs.evolve(read.panel, insisted=insisted))

    def check_options(self, options: JobOptions) -> None:
        """
        Refuse options that a job could not be driven with here.

        Raises:
            InvalidInput: a deadline that the broker would not wait for.
        """
        with at("/body/options/deadline_s"):
            check_drivable(self.antiphon.settings, options)

    def _check(self, asked: Asked, cases: Iterable[TestCase], *, name: str) -> None:
        assert asked.options is not None
        self.check_options(asked.options)
        if not asked.targets:
            raise InvalidField(f"{name}: no target, here or in the tests' document; name one", pointer="/body/targets")
        able = usability(self.antiphon, self.caller)
        for no, target in enumerate(asked.targets):
            with at(f"/body/targets/{no}"):
                able.check_target(target)
        with at("/body/judge"):
            able.check(cases, targets=asked.targets, panel=asked.panel or Panel(), name=name)

    def _tests(self, words: RunWords) -> _Tests:
        if (words.test_set_id is None) == (words.document is None):
            raise InvalidField("test_set_id or document: expected one of the two", pointer="/body")
        if words.document is not None:
            scorers = checking_scorers(self.antiphon)
            file = read_inline(words.document, scorers=scorers, pointer="/body/document")
            return _Inline(antiphon=self.antiphon, caller=self.caller, file=file)
        stored = self.antiphon.test_sets.get(self.caller, TestSetId(str(words.test_set_id)))
        return _Stored(antiphon=self.antiphon, caller=self.caller, stored=stored)


@frozen(kw_only=True)
class _Inline:
    antiphon: Antiphon
    caller: TenantContext
    file: TestFile

    @property
    def name(self) -> str:
        return self.file.name

    @property
    def defaults(self) -> RunDefaults:
        return self.file.defaults

    def cases(self) -> Iterable[TestCase]:
        return self.file.cases

    def configured(self, asked: Asked, selection: Selection) -> TestConfiguration:
        file = attrs.evolve(self.file, cases=tuple(selection.of(self.file.cases)))
        return self.antiphon.runs.configure(self.caller, file, **attrs.asdict(asked, recurse=False))


@frozen(kw_only=True)
class _Stored:
    antiphon: Antiphon
    caller: TenantContext
    stored: StoredTestSet

    @property
    def name(self) -> str:
        return self.stored.name

    @property
    def defaults(self) -> RunDefaults:
        return self.stored.defaults

    def cases(self) -> Iterable[TestCase]:
        return self.antiphon.test_sets.cases(self.caller, self.stored.id)

    def configured(self, asked: Asked, selection: Selection) -> TestConfiguration:
        return self.antiphon.runs.configure_stored(self.caller, self.stored.id, asked=asked, selection=selection)
