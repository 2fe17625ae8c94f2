"""
What a run found, grouped: by metric, by tag, by error; and the first tests that failed.

Each group is counted while the rows go by and keeps a bounded number of rows of its own: what does not fit is added
up in one last row (`OTHERS`) or a number, so that sums stay true and memory does not grow with the run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Protocol

import attrs
from attrs import define, field, frozen

from domain.test_execution.metric import Score, Verdict
from domain.test_execution.pass_rate import ClusteredShare, PassRate
from domain.test_execution.repeats import JudgedTest
from domain.test_execution.test_result import Standing, TestResult, shortened

OTHERS = "(others)"
SEVERAL_KINDS = "several kinds"
MOST_ROWS = 500
MOST_ERROR_GROUPS = 20
MOST_KEYS = 5
MOST_FAILURES = 50
KEY_LENGTH = 200
MESSAGE_LENGTH = 300
ANSWER_LENGTH = 500


@frozen(kw_only=True)
class MetricFinding:
    """
    One metric, by its name, over all tests it judged.

    *mean_value* is over its passes and fails, *rate* the share of passes.
    Metrics of several kinds that share a name are one finding: *kind* is then `SEVERAL_KINDS`.
    """

    name: str
    kind: str
    passed: int
    failed: int
    inconclusive: int
    mean_value: float | None
    rate: PassRate


@frozen(kw_only=True)
class GroupFinding:
    """The tests of one group (a tag, a target, a prompt); those of *n* in no other count did not run (yet)."""

    name: str
    n: int
    passed: int
    failed: int
    inconclusive: int
    errors: int
    rate: PassRate


@frozen(kw_only=True)
class ErrorGroup:
    """Tests that failed to execute in one way; *keys* names the first of them."""

    kind: str
    message: str
    count: int
    keys: tuple[str, ...]


@frozen(kw_only=True)
class FailedTest:
    """A test with verdict fail: the scores of the required metrics that failed, and the answer, shortened."""

    key: str
    scores: tuple[Score, ...]
    answer: str


@define(kw_only=True)
class MetricCounts:
    """Counts scores by the metric's name."""

    _rows: dict[str, dict[Verdict, list[float]]] = field(factory=dict)
    _kinds: dict[str, str] = field(factory=dict)
    _shares: dict[str, ClusteredShare] = field(factory=dict)

    def add(self, result: TestResult) -> None:
        """Count the scores of a test in one repeat."""
        for score in result.scores:
            name = _room(self._rows, score.metric)
            count_and_sum = self._rows.setdefault(name, {}).setdefault(score.verdict, [0, 0.0])
            count_and_sum[0] += 1
            count_and_sum[1] += score.value
            kind = OTHERS if name == OTHERS else score.kind
            self._kinds[name] = kind if self._kinds.get(name, kind) == kind else SEVERAL_KINDS

    def add_test(self, test: JudgedTest) -> None:
        """Count the verdicts of a test over all its repeats, for the rates."""
        for name, (passed, judged) in test.metrics.items():
            share = self._shares.setdefault(_room(self._shares, name), ClusteredShare())
            share.add(passed=passed, judged=judged)

    def findings(self) -> tuple[MetricFinding, ...]:
        """Return the metrics by name."""
        return tuple(self._finding(name) for name in _in_order(self._rows))

    def _finding(self, name: str) -> MetricFinding:
        row = self._rows[name]
        (passed, good), (failed, bad), (unsure, _) = (row.get(verdict, (0, 0.0)) for verdict in Verdict)
        judged = passed + failed
        return MetricFinding(
            name=shortened(name, most=KEY_LENGTH),
            kind=self._kinds[name],
            passed=int(passed),
            failed=int(failed),
            inconclusive=int(unsure),
            mean_value=(good + bad) / judged if judged else None,
            rate=self._shares.get(name, ClusteredShare()).rate(),
        )


class Grouped(Protocol):
    """What says which groups a test is in: its result, or all its repeats together."""

    @property
    def tags(self) -> tuple[str, ...]:
        """What it is tagged with."""

    @property
    def target(self) -> str:
        """What it was asked of; empty in a run with one target."""

    @property
    def prompt_label(self) -> str:
        """How it was asked; empty in a run with one prompt."""


@define(kw_only=True)
class GroupCounts:
    """Counts tests by the groups that *groups_of* finds a test in."""

    groups_of: Callable[[Grouped], Iterable[str]]
    _rows: dict[str, dict[Standing, int]] = field(factory=dict)
    _shares: dict[str, ClusteredShare] = field(factory=dict)

    def add(self, result: TestResult) -> None:
        """Count a test in one repeat in each of its groups."""
        for group in self.groups_of(result):
            row = self._rows.setdefault(_room(self._rows, group), {})
            row[result.standing] = row.get(result.standing, 0) + 1

    def add_test(self, test: JudgedTest) -> None:
        """Count the verdicts of a test over all its repeats, for the rates."""
        for group in self.groups_of(test):
            share = self._shares.setdefault(_room(self._shares, group), ClusteredShare())
            share.add(passed=test.passed, judged=test.judged)

    def findings(self) -> tuple[GroupFinding, ...]:
        """Return the groups by name."""
        return tuple(self._finding(name) for name in _in_order(self._rows))

    def _finding(self, name: str) -> GroupFinding:
        row = self._rows[name]
        return GroupFinding(
            name=shortened(name, most=KEY_LENGTH),
            n=sum(row.values()),
            passed=row.get(Standing.PASS, 0),
            failed=row.get(Standing.FAIL, 0),
            inconclusive=row.get(Standing.INCONCLUSIVE, 0),
            errors=row.get(Standing.ERROR, 0),
            rate=self._shares.get(name, ClusteredShare()).rate(),
        )


@define(kw_only=True)
class ErrorCounts:
    """Counts the tests that failed to execute, by kind and message."""

    _counts: dict[tuple[str, str], int] = field(factory=dict)
    _keys: dict[tuple[str, str], list[str]] = field(factory=dict)
    _total: int = 0

    def add(self, result: TestResult) -> None:
        """Count the test if it failed to execute."""
        if result.failure is None:
            return
        self._total += 1
        message = shortened(" ".join(result.failure.message.split()), most=MESSAGE_LENGTH)
        group = (result.failure.kind.value, message)
        if group not in self._counts and len(self._counts) >= MOST_ROWS:
            return
        self._counts[group] = self._counts.get(group, 0) + 1
        keys = self._keys.setdefault(group, [])
        if len(keys) < MOST_KEYS:
            keys.append(shortened(result.key, most=KEY_LENGTH))

    def groups(self) -> tuple[ErrorGroup, ...]:
        """Return the largest groups, largest first."""
        largest = sorted(self._counts, key=lambda group: (-self._counts[group], group))[:MOST_ERROR_GROUPS]
        return tuple(
            ErrorGroup(kind=kind, message=message, count=self._counts[kind, message], keys=tuple(keys))
            for kind, message in largest
            for keys in (self._keys[kind, message],)
        )

    @property
    def total(self) -> int:
        """All tests that failed to execute, in a group or not."""
        return self._total


@define(kw_only=True)
class FirstFailures:
    """Keeps the first tests with verdict fail."""

    _kept: list[FailedTest] = field(factory=list)

    def add(self, result: TestResult) -> None:
        """Keep the test if it failed and there is room."""
        if result.standing is Standing.FAIL and len(self._kept) < MOST_FAILURES:
            self._kept.append(_failed_test(result))

    def tests(self) -> tuple[FailedTest, ...]:
        """Return them in the order of the run."""
        return tuple(self._kept)


def failing_scores(result: TestResult) -> tuple[Score, ...]:
    """Return the scores that made the test's verdict fail."""
    return tuple(
        score for score in result.scores if score.required and not score.part_of and score.verdict is Verdict.FAIL
    )


def _failed_test(result: TestResult) -> FailedTest:
    return FailedTest(
        key=shortened(result.key, most=KEY_LENGTH),
        scores=tuple(
            attrs.evolve(score, reason=shortened(score.reason, most=MESSAGE_LENGTH)) for score in failing_scores(result)
        ),
        answer=shortened(result.answer or "", most=ANSWER_LENGTH),
    )


def _room(rows: Collection[str], name: str) -> str:
    """Return the row to count under: the name's own, or the last one when there is no room for another."""
    return name if name in rows or len(rows) < MOST_ROWS else OTHERS


def _in_order(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (name == OTHERS, name))
