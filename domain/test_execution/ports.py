"""What a test run needs of the world: a target to ask, scorers, templates, and where test sets are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from domain.jobs.item import Document
from domain.tenancy import TenantContext
from domain.test_execution.configuration import SavedConfiguration, TestConfiguration
from domain.test_execution.metric import Metric, Score
from domain.test_execution.sample import Sample
from domain.test_execution.script import Script
from domain.test_execution.target import Answer, Question, TargetSpec
from domain.test_execution.test_set import (
    ConfigurationId,
    RunDefaults,
    StoredTestSet,
    TestCase,
    TestSetId,
    TestSetPlace,
)


class Target(Protocol):
    """An endpoint under test; called from several threads at once."""

    def ask(self, question: Question, *, deadline_s: float) -> Answer:
        """
        Ask once and return the answer; never retries, that is the kernel's.

        Raises:
            TransientFailure: connection, timed_out, rate_limited, server_error (5xx): may pass.
            PermanentFailure: refused (4xx), bad_answer, too_large, bad_input: will not.
        """

    def close(self) -> None:
        """Free what the target holds (connections)."""


class Targets(Protocol):
    """Opens targets."""

    def with_environment(self, environment: Mapping[str, str]) -> Targets:
        """Return what opens targets with *environment* as that what `${NAME}` stands for, and nothing beside it."""

    def open(self, spec: TargetSpec, *, connections: int) -> Target:
        """
        Return the target, ready for *connections* calls at once.

        Raises:
            InvalidInput: the specification can't work here: an unset environment variable, no such module.
        """


class Scorer(Protocol):
    """Judges answers by one metric, which it was made for."""

    def __call__(self, sample: Sample, *, deadline_s: float) -> Score:
        """
        Return the score; *deadline_s* is the time left for it, in seconds.

        Raises:
            PermanentFailure: evaluation_error: the metric could not be computed; never a verdict.
            TransientFailure: what it needs (a judge, a webhook) could not be reached now.
        """


class Scorers(Protocol):
    """Makes scorers; a metric is checked and prepared once, then used for many answers."""

    def kinds(self) -> frozenset[str]:
        """Return the kinds of metric there are, without `not-`."""

    def make(self, metric: Metric) -> Scorer:
        """
        Return the scorer for the metric.

        Raises:
            InvalidInput: no such kind, or a value or threshold that the kind can't use.
        """


class Templates(Protocol):
    """Fills `{{ name }}` templates."""

    def render(self, template: object, variables: Document) -> object:
        """
        Return *template* (a string, or JSON whose strings are templates) with its variables filled in.

        Raises:
            PermanentFailure: bad_input: a variable that has no value, or a template that doesn't parse.
        """


class Transforms(Protocol):
    """Reshapes values (an output, variables, a response) by scripts that a test file brings."""

    def check(self, script: Script, *, names: Sequence[str]) -> None:
        """
        Prepare the script, which will know its arguments by *names*, in this order.

        Raises:
            InvalidInput: the script is not in the language.
        """

    def apply(self, script: Script, arguments: Document, *, deadline_s: float) -> object:
        """
        Return, as JSON, what the script makes of *arguments*: JSON by name, in the order of `check`.

        Raises:
            PermanentFailure: evaluation_error: it fails, takes too long, or returns what is no JSON.
        """


class TestSets(Protocol):
    """Test sets and test configurations of an organization."""

    def save(
        self,
        tenant: TenantContext,
        name: str,
        cases: Iterable[TestCase],
        *,
        now: datetime,
        defaults: RunDefaults | None = None,
    ) -> StoredTestSet:
        """
        Store a version of the set, or return the stored one that has the same name and content.

        *defaults* are a part of the content: how the tests are run where nobody says otherwise.
        """

    def page(
        self, tenant: TenantContext, *, name: str | None = None, before: TestSetPlace | None = None, limit: int
    ) -> list[StoredTestSet]:
        """Return versions, the newest first, from just behind *before*; only those of *name*, if one is given."""

    def case_page(
        self, tenant: TenantContext, test_set_id: TestSetId, *, after: int | None = None, limit: int
    ) -> list[tuple[int, TestCase]]:
        """
        Return tests with their numbers (from 0), in their order, from just behind *after*.

        Raises:
            NotFound: no such set in this organization.
        """

    def get(self, tenant: TenantContext, test_set_id: TestSetId) -> StoredTestSet:
        """
        Return the stored set.

        Raises:
            NotFound: no such set in this organization.
        """

    def cases(self, tenant: TenantContext, test_set_id: TestSetId) -> Iterator[TestCase]:
        """Yield the tests in their order, read in pages."""

    def count(self, tenant: TenantContext) -> int:
        """Return how many test sets the organization has."""

    def save_configuration(self, tenant: TenantContext, configuration: TestConfiguration) -> None:
        """Store a configuration."""

    def configuration(self, tenant: TenantContext, configuration_id: ConfigurationId) -> TestConfiguration:
        """
        Return a configuration.

        Raises:
            NotFound: no such configuration in this organization.
        """


class ConfigurationNames(Protocol):
    """The names that an organization's test configurations are saved under, each with its versions."""

    def save(
        self, tenant: TenantContext, name: str, configuration_id: ConfigurationId, *, now: datetime
    ) -> SavedConfiguration:
        """
        Make the configuration the newest version of the name; one that is the newest already stays what it is.

        Raises:
            NotFound: no such configuration in this organization.
        """

    def versions(self, tenant: TenantContext, name: str) -> list[SavedConfiguration]:
        """Return the versions of a name, the newest first; none when nothing is saved under it."""

    def newest(self, tenant: TenantContext) -> list[SavedConfiguration]:
        """Return the newest version of each name, by name."""

    def delete(self, tenant: TenantContext, name: str) -> int:
        """Forget the name with all its versions; return how many there were. The configurations stay known by id."""
