"""Who won the contests of a run, counted while the rows go by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import cast

from attrs import define, field, frozen

from domain.jobs.item import Document
from domain.test_execution.metric import Score, Verdict
from domain.test_execution.test_result import Standing, TestResult

Contestant = tuple[str, str]
"""Target and prompt; either is empty where a run has only one."""


@frozen(kw_only=True)
class ContestantFinding:
    """How many contests a target and prompt took part in, and how many of them it *won*."""

    target: str
    prompt: str
    entered: int
    won: int


@frozen(kw_only=True)
class ContestFinding:
    """
    One contest metric over the run: how often it was *won*, by nobody (no answer reached the threshold), or undecided.

    *inconclusive*: fewer than two answers were left, or the judges came to nothing.
    """

    metric: str
    kind: str
    won: int
    by_nobody: int
    inconclusive: int
    contestants: tuple[ContestantFinding, ...]


@frozen(kw_only=True)
class ContestFindings:
    """All contests of a run; *errors* could not be held (a judge was away), *items* are the rows they take."""

    metrics: tuple[ContestFinding, ...] = ()
    items: int = 0
    errors: int = 0


@define(kw_only=True)
class _Counts:
    verdicts: Counter[Verdict] = field(factory=Counter)
    entered: Counter[Contestant] = field(factory=Counter)
    won: Counter[Contestant] = field(factory=Counter)

    def add(self, score: Score) -> None:
        self.verdicts[score.verdict] += 1
        details = score.details or {}
        for candidate in cast(list[Document], details.get("candidates", ())):
            contestant = (str(candidate["target"]), str(candidate["prompt"]))
            self.entered[contestant] += 1
            self.won[contestant] += candidate["key"] == details.get("winner")


@define(kw_only=True)
class ContestCounts:
    """Counts contests."""

    _metrics: dict[tuple[str, str], _Counts] = field(factory=dict)
    _items: int = 0
    _errors: int = 0

    def add(self, result: TestResult) -> None:
        """Count the row of a contest."""
        self._items += 1
        self._errors += result.standing is Standing.ERROR
        for score in result.scores:
            self._metrics.setdefault((score.metric, score.kind), _Counts()).add(score)

    def findings(self) -> ContestFindings:
        """Return who won."""
        metrics = tuple(_finding(name, kind, counts) for (name, kind), counts in self._metrics.items())
        return ContestFindings(metrics=metrics, items=self._items, errors=self._errors)


def _finding(name: str, kind: str, counts: _Counts) -> ContestFinding:
    return ContestFinding(
        metric=name,
        kind=kind,
        won=counts.verdicts[Verdict.PASS],
        by_nobody=counts.verdicts[Verdict.FAIL],
        inconclusive=counts.verdicts[Verdict.INCONCLUSIVE],
        contestants=tuple(_contestants(counts.entered, counts)),
    )


def _contestants(order: Iterable[Contestant], counts: _Counts) -> Iterable[ContestantFinding]:
    for target, prompt in order:
        key = (target, prompt)
        yield ContestantFinding(target=target, prompt=prompt, entered=counts.entered[key], won=counts.won[key])
