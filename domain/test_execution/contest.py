"""
Contests: metrics that compare the answers that several targets or prompts gave to one test, and name the best.

A contest is an item of its own, planned behind all tests, so that what it waits for never waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from attrs import evolve, field, frozen

from domain.jobs.errors import InvalidInput
from domain.test_execution.metric import Metric, Score
from domain.test_execution.test_set import TestCase, TestItem, items_of

SELECT_BEST = "select-best"
MAX_SCORE = "max-score"
CONTEST_KINDS = frozenset({SELECT_BEST, MAX_SCORE})


@frozen(kw_only=True)
class Candidate:
    """
    One answer in a contest: the *text* as metrics see it, and the *scores* it got.

    *key* is the row's name; *target* and *prompt_label* say whose answer it is (empty where there is only one).
    """

    key: str
    text: str
    target: str = ""
    prompt_label: str = ""
    scores: tuple[Score, ...] = field(factory=tuple)


def without_contests(case: TestCase) -> TestCase:
    """Return the test as each of its answers is judged: alone."""
    if not any(metric.kind in CONTEST_KINDS for metric in case.metrics):
        return case
    return evolve(case, metrics=tuple(metric for metric in case.metrics if metric.kind not in CONTEST_KINDS))


def planned_items(cases: Callable[[], Iterable[TestCase]], *, targets: Sequence[str]) -> Iterator[TestItem]:
    """
    Yield the items of a run: the tests as `items_of` orders them, and behind them their contests.

    *cases* is called a second time where there are contests, so that nothing is remembered of a million tests.
    """
    has_contests = False
    for item in items_of(cases(), targets=targets):
        alone = without_contests(item.case)
        has_contests = has_contests or alone is not item.case
        yield evolve(item, case=alone)
    if has_contests:
        yield from _contests(items_of(cases(), targets=targets))


def checked_contests(cases: Iterable[TestCase], *, name: str) -> Iterator[TestCase]:
    """
    Yield the tests, which may be read one by one from a store; refuse contests where there is only one answer.

    Raises:
        InvalidInput: one stands in a set of metrics, or among those of single turns.
    """
    for case in cases:
        of_turns = case.dialogue.metrics if case.dialogue else ()
        parts = (part for metric in case.metrics for part in metric.metrics)
        for metric in _all((*of_turns, *parts)):
            if metric.kind in CONTEST_KINDS:
                raise InvalidInput(
                    f"{name}: test {case.id}: {metric.kind} compares the answers to a whole test; it can't be part of "
                    "an assert-set, or of the metrics of turns: move it to the test's own metrics"
                )
        yield case


def _all(metrics: Iterable[Metric]) -> Iterator[Metric]:
    for metric in metrics:
        yield metric
        yield from _all(metric.metrics)


def _contests(items: Iterator[TestItem]) -> Iterator[TestItem]:
    """Yield a contest for each test and repeat; the prompts and targets of a test stand next to each other."""
    for shared_id, group in groupby(enumerate(items), key=lambda numbered: numbered[1].case.shared_id):
        numbered = list(group)
        case = numbered[0][1].case
        metrics = tuple(metric for metric in case.metrics if metric.kind in CONTEST_KINDS)
        for repeat in range(1, case.repeats + 1) if metrics else ():
            yield TestItem(
                case=evolve(
                    case,
                    id=f"{shared_id}/contest",
                    base_id="",
                    prompt_label="",
                    metrics=metrics,
                    threshold=None,
                    transform=None,
                    targets=(),
                    given_answer=None,
                    dialogue=None,
                ),
                repeat=repeat,
                contest=tuple(no for no, item in numbered if item.repeat == repeat),
            )
