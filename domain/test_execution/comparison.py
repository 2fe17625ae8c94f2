"""
Two runs of the same tests, compared: what got better or worse, how sure that is, and what could not have been seen.

Only tests that both runs hold, and that ask the same in both, are compared, each with itself. Everything is counted in
one pass over the two runs' rows; what is kept of a test are a few numbers.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable
from enum import StrEnum

import attrs
from attrs import define, field, frozen

from domain.jobs.item import Item
from domain.test_execution import paired
from domain.test_execution.matching import Matching
from domain.test_execution.pairing import Pair, Relation, TestSide, pairs_of, relation_of, sides_of
from domain.test_execution.pass_rate import ClusteredShare, PassRate
from domain.test_execution.statistics import Interval

POWER = 0.8
ESTIMATES = ("score", "latency_s", "tokens", "cost_usd")
MOST_METRICS = 100
MOST_LISTED = 1_000


class Direction(StrEnum):
    """What the difference of a quantity shows; which direction is better is the quantity's own matter."""

    HIGHER = "higher"
    LOWER = "lower"
    NOTHING = "no_difference"


@frozen(kw_only=True)
class Difference:
    """
    One quantity in both runs: the means over *tests*, each test counted once; new minus base with its 95 % interval.

    *p* is None for quantities that are only estimated (latency, tokens); *p_adjusted* is p after Holm's correction over
    the metrics. *smallest*: the smallest difference that would have been shown with power 0.8; None: can't be told,
    or is more than there can be.
    """

    name: str
    kind: str = ""
    tests: int
    base: float
    new: float
    value: float
    interval: Interval
    p: float | None = None
    p_adjusted: float | None = None
    smallest: float | None
    finding: Direction


@frozen(kw_only=True)
class Change:
    """A test whose share of passes went up or down: its two sides."""

    base: TestSide
    new: TestSide

    @property
    def size(self) -> float:
        """The new share minus the base's."""
        return (self.new.share or 0.0) - (self.base.share or 0.0)


@frozen(kw_only=True)
class Comparison:
    """Everything that is said about two runs; *regressed* and *improved* count, the lists hold the largest of them."""

    alpha: float
    matching: Matching
    pass_rate: Difference | None
    metrics: tuple[Difference, ...]
    other_metrics: int
    estimates: tuple[Difference, ...]
    regressed: int
    improved: int
    regressions: tuple[Change, ...]
    improvements: tuple[Change, ...]
    base_rate: PassRate
    new_rate: PassRate

    @property
    def shows_regression(self) -> bool:
        """Whether the pass rate fell, or a metric did after Holm's correction, by more than chance at level alpha."""
        quantities = (self.pass_rate, *self.metrics)
        return any(found is not None and found.finding is Direction.LOWER for found in quantities)


def compare(
    base: Iterable[Item],
    new: Iterable[Item],
    *,
    alpha: float = 0.05,
    targets: tuple[str | None, str | None] = (None, None),
    on_pair: Callable[[Pair], None] | None = None,
) -> Comparison:
    """
    Compare the runs whose rows *base* and *new* yield, in their order; *on_pair* is shown every pair as it is found.

    *targets* names the one of each run that is compared; None compares each target with the one of the same name.
    The pass rate is the question, tested by itself at level *alpha*; the metrics say where, tested at *alpha* together.

    Raises:
        InvalidInput: no test is in both that asks the same: these two runs can't be compared.
    """
    count = _Count(alpha=alpha)
    for pair in pairs_of(sides_of(base, target=targets[0]), sides_of(new, target=targets[1])):
        count.add(pair)
        if on_pair is not None:
            on_pair(pair)
    comparison = count.comparison()
    comparison.matching.check_shared()
    return comparison


@define(kw_only=True)
class _Values:
    base: array[float] = field(factory=lambda: array("d"))
    new: array[float] = field(factory=lambda: array("d"))
    step: float = 1.0

    def add(self, base: float | None, new: float | None) -> None:
        if base is not None and new is not None:
            self.base.append(base)
            self.new.append(new)

    def differences(self) -> array[float]:
        return array("d", (new - base for base, new in zip(self.base, self.new, strict=True)))

    def means(self) -> tuple[float, float]:
        return sum(self.base) / len(self.base), sum(self.new) / len(self.new)


@define(kw_only=True)
class _Count:
    alpha: float
    numbers: dict[str, int] = field(factory=lambda: dict.fromkeys(attrs.fields_dict(Matching), 0))
    passes: _Values = field(factory=_Values)
    metrics: dict[str, _Values] = field(factory=dict)
    kinds: dict[str, str] = field(factory=dict)
    other_metrics: set[str] = field(factory=set)
    estimates: dict[str, _Values] = field(factory=lambda: {name: _Values() for name in ESTIMATES})
    changes: dict[Relation, list[Change]] = field(factory=lambda: {Relation.WORSE: [], Relation.BETTER: []})
    changed: Counter[Relation] = field(factory=Counter)
    rates: tuple[ClusteredShare, ClusteredShare] = field(factory=lambda: (ClusteredShare(), ClusteredShare()))

    def add(self, pair: Pair) -> None:
        for name, side, rate in zip(("base", "new"), pair, self.rates, strict=True):
            if side is not None:
                self.numbers[name] += 1
                rate.add(passed=side.passed, judged=side.judged)
        base, new = pair
        relation = relation_of(pair)
        if base is None or new is None or relation is Relation.CHANGED:
            self.numbers[relation.value] += 1
        else:
            self._add_compared(base, new, relation)

    def _add_compared(self, base: TestSide, new: TestSide, relation: Relation) -> None:
        self.numbers["compared"] += 1
        self.numbers["demands_changed"] += base.demands != new.demands
        self.numbers["judged"] += bool(base.judged and new.judged)
        self.numbers["lost"] += bool(base.judged and not new.judged)
        self.numbers["gained"] += bool(new.judged and not base.judged)
        self.passes.add(base.share, new.share)
        if base.judged and new.judged:
            self.passes.step = min(self.passes.step, 1 / max(base.judged, new.judged))
        self._add_change(Change(base=base, new=new), relation)
        for name in sorted(base.metrics.keys() & new.metrics.keys()):
            if (values := self._metric(name)) is not None:
                values.add(base.metrics[name].value, new.metrics[name].value)
                self.kinds.setdefault(name, new.kinds[name])
        for name, values in self.estimates.items():
            values.add(getattr(base, name).value, getattr(new, name).value)

    def _metric(self, name: str) -> _Values | None:
        if name not in self.metrics and len(self.metrics) >= MOST_METRICS:
            self.other_metrics.add(name)
            return None
        return self.metrics.setdefault(name, _Values())

    def _add_change(self, change: Change, relation: Relation) -> None:
        listed = self.changes.get(relation)
        if listed is not None:
            self.changed[relation] += 1
            if len(listed) < MOST_LISTED:
                listed.append(change)

    def comparison(self) -> Comparison:
        metrics = [
            _difference(values, name=name, kind=self.kinds[name], alpha=self.alpha, tested=True)
            for name, values in sorted(self.metrics.items())
        ]
        return Comparison(
            alpha=self.alpha,
            matching=Matching(**self.numbers),
            pass_rate=_rate_difference(self.passes, alpha=self.alpha) if self.passes.base else None,
            metrics=_with_holm(metrics, alpha=self.alpha),
            other_metrics=len(self.other_metrics),
            estimates=tuple(
                _difference(values, name=name, alpha=self.alpha)
                for name, values in self.estimates.items()
                if values.base
            ),
            regressed=self.changed[Relation.WORSE],
            improved=self.changed[Relation.BETTER],
            regressions=tuple(sorted(self.changes[Relation.WORSE], key=lambda change: change.size)),
            improvements=tuple(sorted(self.changes[Relation.BETTER], key=lambda change: -change.size)),
            base_rate=self.rates[0].rate(),
            new_rate=self.rates[1].rate(),
        )


def _rate_difference(values: _Values, *, alpha: float) -> Difference:
    differences = values.differences()
    base, new = values.means()
    p = paired.sign_flip_p(differences)
    return Difference(
        name="pass_rate",
        tests=len(differences),
        base=base,
        new=new,
        value=new - base,
        interval=paired.rate_difference_interval(differences),
        p=p,
        p_adjusted=p,
        smallest=paired.smallest_rate_difference(differences, alpha=alpha, power=POWER, step=values.step),
        finding=_finding(new - base, is_shown=p < alpha),
    )


def _difference(values: _Values, *, name: str, alpha: float, kind: str = "", tested: bool = False) -> Difference:
    differences = values.differences()
    base, new = values.means()
    interval = paired.bootstrap_interval(differences)
    smallest = paired.smallest_difference(differences, alpha=alpha, power=POWER)
    is_share = bool(kind) or name == "score"
    return Difference(
        name=name,
        kind=kind,
        tests=len(differences),
        base=base,
        new=new,
        value=new - base,
        interval=interval,
        p=paired.sign_flip_p(differences) if tested else None,
        smallest=None if is_share and smallest is not None and smallest > 1 else smallest,
        finding=_finding(new - base, is_shown=not interval.low <= 0 <= interval.high),
    )


def _with_holm(metrics: list[Difference], *, alpha: float) -> tuple[Difference, ...]:
    adjusted = paired.holm([1.0 if metric.p is None else metric.p for metric in metrics])
    return tuple(
        attrs.evolve(metric, p_adjusted=p, finding=_finding(metric.value, is_shown=p < alpha))
        for metric, p in zip(metrics, adjusted, strict=True)
    )


def _finding(value: float, *, is_shown: bool) -> Direction:
    if not is_shown or not value:
        return Direction.NOTHING
    return Direction.HIGHER if value > 0 else Direction.LOWER
