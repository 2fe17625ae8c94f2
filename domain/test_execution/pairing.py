"""
Finding the same test in two runs: by its id, and by what is asked.

Both runs are read side by side, once. A test waits for its partner in a few hundred bytes; where the runs have the same
order, which is the rule, hardly any does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from hashlib import blake2b
from itertools import zip_longest
from typing import cast

from attrs import define, field

from domain.jobs.item import Document, Item, ItemNo
from domain.test_execution.findings import failing_scores
from domain.test_execution.metric import Verdict
from domain.test_execution.test_result import Standing, TestResult, read_result, shortened

TEXT_LENGTH = 200
_DEMANDED = frozenset({"metrics", "threshold", "transform"})
"""What of a test says how its answer is judged."""
_NOT_ASKED = _DEMANDED | {"id", "base_id", "prompt_label", "targets", "tags", "description", "repeats"}
"""What a test may change in and still ask the same: everything else of it is its content."""


@define(kw_only=True)
class Mean:
    """A mean over a test's repeats; *value* is None where there was none to count."""

    n: int = 0
    sum: float = 0.0

    def add(self, value: float | None) -> None:
        """Count a value, if there is one."""
        if value is not None:
            self.n += 1
            self.sum += value

    @property
    def value(self) -> float | None:
        """The mean."""
        return self.sum / self.n if self.n else None


@define(kw_only=True)
class TestSide:
    """
    One test in one run, all its repeats together; *content* and *demands* are hashes of what it asks and asks for.

    *key* is what it is found by: the test's id, and the target where the run has several.
    *answer* is the first one, or the first that failed, and *reason* why that failed; both shortened.
    """

    __test__ = False

    key: str
    content: bytes
    demands: bytes
    first: ItemNo
    rows: int = 0
    judged: int = 0
    passed: int = 0
    errors: int = 0
    answer: str = ""
    reason: str = ""
    score: Mean = field(factory=Mean)
    latency_s: Mean = field(factory=Mean)
    tokens: Mean = field(factory=Mean)
    cost_usd: Mean = field(factory=Mean)
    metrics: dict[str, Mean] = field(factory=dict)
    kinds: dict[str, str] = field(factory=dict)

    @property
    def share(self) -> float | None:
        """The share of the judged repeats that passed."""
        return self.passed / self.judged if self.judged else None

    def add(self, result: TestResult) -> None:
        """Count one repeat."""
        self.rows += 1
        self.passed += result.standing is Standing.PASS
        self.judged += result.standing in (Standing.PASS, Standing.FAIL)
        self.errors += result.standing is Standing.ERROR
        self.score.add(result.score)
        self.latency_s.add(result.measured_latency_s)
        self.tokens.add(_tokens(result))
        self.cost_usd.add(None if result.cost_nanousd is None else result.cost_nanousd / 1e9)
        for score in result.scores:
            if score.verdict is not Verdict.INCONCLUSIVE:
                self.metrics.setdefault(score.metric, Mean()).add(score.value)
                self.kinds[score.metric] = score.kind
        self._quote(result)

    def _quote(self, result: TestResult) -> None:
        wrong = failing_scores(result)
        if result.answer is not None and (not self.answer or (wrong and not self.reason)):
            self.answer = shortened(result.answer, most=TEXT_LENGTH)
        if not self.reason and wrong:
            self.reason = shortened(f"{wrong[0].metric}: {wrong[0].reason}", most=TEXT_LENGTH)
        elif not self.reason and result.failure is not None:
            self.reason = shortened(f"{result.failure.kind}: {result.failure.message}", most=TEXT_LENGTH)


Pair = tuple[TestSide | None, TestSide | None]


class Relation(StrEnum):
    """How a test did in the new run beside the base; the first four are not compared."""

    ONLY_IN_BASE = "only_in_base"
    ONLY_IN_NEW = "only_in_new"
    CHANGED = "changed"
    UNJUDGED = "unjudged"
    WORSE = "worse"
    BETTER = "better"
    SAME = "same"


def relation_of(pair: Pair) -> Relation:
    """Return how the two sides of a test stand to each other."""
    base, new = pair
    if base is None or new is None:
        return Relation.ONLY_IN_NEW if base is None else Relation.ONLY_IN_BASE
    if base.content != new.content:
        return Relation.CHANGED
    if base.share is None or new.share is None:
        return Relation.UNJUDGED
    if base.share == new.share:
        return Relation.SAME
    return Relation.BETTER if new.share > base.share else Relation.WORSE


def sides_of(items: Iterable[Item], *, target: str | None = None) -> Iterator[TestSide]:
    """
    Yield the tests of a run, each once, from its rows in their order: a test's repeats are neighbours.

    With *target* only what was asked of that one, and tests are found by their id alone: so are two targets compared.
    Contests are left out: who won among other rows is no answer.
    """
    side: TestSide | None = None
    for item in items:
        result = read_result(item)
        if result.is_contest or (target is not None and result.target != target):
            continue
        key = result.asked if target is None else result.test_id
        if side is None or side.key != key:
            if side is not None:
                yield side
            side = _new_side(item, key)
        side.add(result)
    if side is not None:
        yield side


def pairs_of(base: Iterable[TestSide], new: Iterable[TestSide]) -> Iterator[Pair]:
    """Yield each test of either run with its partner of the same key in the other, or with None when it has none."""
    waiting: tuple[dict[str, TestSide], dict[str, TestSide]] = ({}, {})
    for left, right in zip_longest(base, new):
        if left is not None and right is not None and left.key == right.key:
            yield left, right
            continue
        if left is not None:
            yield from _met(left, here=waiting[0], there=waiting[1], is_base=True)
        if right is not None:
            yield from _met(right, here=waiting[1], there=waiting[0], is_base=False)
    yield from ((side, None) for side in waiting[0].values())
    yield from ((None, side) for side in waiting[1].values())


def _met(side: TestSide, *, here: dict[str, TestSide], there: dict[str, TestSide], is_base: bool) -> Iterator[Pair]:
    partner = there.pop(side.key, None)
    if partner is None:
        here[side.key] = side
    else:
        yield (side, partner) if is_base else (partner, side)


def _new_side(item: Item, key: str) -> TestSide:
    case = cast(Document, item.input["case"])
    return TestSide(
        key=key,
        content=_digest({name: part for name, part in case.items() if name not in _NOT_ASKED}),
        demands=_digest({name: part for name, part in case.items() if name in _DEMANDED}),
        first=item.no,
    )


def _digest(document: Document) -> bytes:
    return blake2b(json.dumps(document, sort_keys=True).encode(), digest_size=12).digest()


def _tokens(result: TestResult) -> float | None:
    counts = [count for count in (result.prompt_tokens, result.completion_tokens) if count is not None]
    return float(sum(counts)) if counts else None
