"""
What a judge is worth: its verdicts on a small set of answers beside those of people.

A check is a run like any other, over answers that are given with the tests; what people said stands in the variables
of each test, where no prompt shows it to the judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import define, field, frozen

from domain.jobs.item import Item
from domain.jobs.usage import NOTHING, Usage
from domain.test_execution.judging.agreement import Agreement, agreement
from domain.test_execution.judging.bias import (
    FIRST,
    NEITHER,
    SECOND,
    LengthBias,
    PositionBias,
    length_bias,
    position_bias,
    spearman,
)
from domain.test_execution.metric import Metric, Verdict
from domain.test_execution.panel import Panel
from domain.test_execution.test_result import Standing, TestResult, read_result
from domain.test_execution.test_set import TestCase

LABEL, SCORE, BETTER, SWAPPED = "human_label", "human_score", "human_better", "is_swapped"
QUESTION = "{{ question }}"


@frozen(kw_only=True)
class Example:
    """An answer that people have judged: their *label* (pass or fail), and their *score* (0 to 1) if they gave one."""

    question: str
    answer: str
    label: str
    score: float | None = None


@frozen(kw_only=True)
class Pair:
    """Two answers that people have compared; *better* is first, second or neither."""

    question: str
    first: str
    second: str
    better: str


@frozen(kw_only=True)
class JudgeCheck:
    """What a file of labelled answers says: by which *metric* examples are judged, by which *criterion* pairs."""

    name: str
    metric: Metric | None
    criterion: str
    examples: tuple[Example, ...]
    pairs: tuple[Pair, ...]
    panel: Panel = field(factory=Panel)

    def cases(self) -> Iterator[TestCase]:
        """Yield the tests of the check: one an example, and two a pair, the second one with the answers swapped."""
        for no, example in enumerate(self.examples, start=1):
            said: dict[str, object] = {"question": example.question, LABEL: example.label}
            said |= {} if example.score is None else {SCORE: example.score}
            metrics = (self.metric,) if self.metric else ()
            yield TestCase(
                id=f"example-{no}", prompt=QUESTION, variables=said, given_answer=example.answer, metrics=metrics
            )
        for no, pair in enumerate(self.pairs, start=1):
            yield self._compared(f"pair-{no}", pair, pair.first, pair.second, is_swapped=False)
            yield self._compared(f"pair-{no}-swapped", pair, pair.second, pair.first, is_swapped=True)

    def _compared(self, name: str, pair: Pair, answer: str, other: str, *, is_swapped: bool) -> TestCase:
        value = {"criterion": "{{ criterion }}", "other": "{{ other }}"}
        variables: dict[str, object] = {"question": pair.question, "criterion": self.criterion, "other": other}
        said: dict[str, object] = {BETTER: pair.better, SWAPPED: is_swapped}
        metric = Metric(name="better-than", kind="better-than", value=value)
        return TestCase(
            id=name, prompt=QUESTION, variables={**variables, **said}, given_answer=answer, metrics=(metric,)
        )


@frozen(kw_only=True)
class JudgeReport:
    """
    What a check found.

    *unreadable* judgements came to no verdict, *errors* could not be made; neither counts in anything else. *examples*
    is the agreement on pass and fail, *pairs* that on the better answer, over pairs with the same winner in both
    orders. *score_error* is the mean distance of the judge's scores from people's, *score_rho* their rank correlation.
    *longer* is how often the longer answer of a pair won: by the judge, and by people.
    """

    judgements: int
    unreadable: int
    errors: int
    examples: Agreement
    score_error: float | None
    score_rho: float | None
    length: LengthBias
    pairs: Agreement
    position: PositionBias
    longer: tuple[float | None, float | None]
    usage: Usage


def judge_report(items: Iterable[Item]) -> JudgeReport:
    """Return what the check found whose rows *items* yields."""
    count = _Count()
    for item in items:
        count.add(item)
    return count.report()


@define(kw_only=True)
class _Count:
    judgements: int = 0
    unreadable: int = 0
    errors: int = 0
    usage: Usage = NOTHING
    labels: list[tuple[str, str]] = field(factory=list)
    scores: list[tuple[float, float]] = field(factory=list)
    leniency: list[tuple[int, float]] = field(factory=list)
    choices: dict[str, dict[bool, tuple[str, TestResult]]] = field(factory=dict)

    def add(self, item: Item) -> None:
        result = read_result(item)
        self.judgements += 1
        self.usage += item.usage
        self.unreadable += result.standing is Standing.INCONCLUSIVE
        self.errors += result.standing not in (Standing.PASS, Standing.FAIL, Standing.INCONCLUSIVE)
        if result.standing not in (Standing.PASS, Standing.FAIL) or not result.scores:
            return
        if BETTER in result.variables:
            self._add_choice(result)
        else:
            self._add_example(result)

    def _add_example(self, result: TestResult) -> None:
        human, [score] = result.variables.get(SCORE), result.scores
        verdict = Verdict.PASS if result.standing is Standing.PASS else Verdict.FAIL
        label = str(result.variables.get(LABEL))
        self.labels.append((label, verdict.value))
        if isinstance(human, int | float):
            self.scores.append((float(human), score.value))
            more = score.value - human
        else:
            more = float(verdict is Verdict.PASS) - float(label == Verdict.PASS.value)
        self.leniency.append((len(result.answer or ""), more))

    def _add_choice(self, result: TestResult) -> None:
        choice = {1.0: FIRST, 0.0: SECOND}.get(result.scores[0].value, NEITHER)
        is_swapped = result.variables.get(SWAPPED) is True
        pair = result.key.removesuffix("-swapped")
        self.choices.setdefault(pair, {})[is_swapped] = (choice, result)

    def report(self) -> JudgeReport:
        both = [orders for orders in self.choices.values() if len(orders) == 2]
        lengths, leniency = ([entry[at] for entry in self.leniency] for at in (0, 1))
        humans, judged = ([entry[at] for entry in self.scores] for at in (0, 1))
        distances = [abs(human - judge) for human, judge in self.scores]
        return JudgeReport(
            judgements=self.judgements,
            unreadable=self.unreadable,
            errors=self.errors,
            examples=agreement(self.labels),
            score_error=sum(distances) / len(distances) if distances else None,
            score_rho=spearman(humans, judged) if humans else None,
            length=length_bias([int(length) for length in lengths], leniency),
            pairs=agreement([pair for orders in both for pair in _agreed(orders)]),
            position=position_bias([(orders[False][0], orders[True][0]) for orders in both]),
            longer=_longer(both),
            usage=self.usage,
        )


_SWAPPED = {FIRST: SECOND, SECOND: FIRST, NEITHER: NEITHER}


def _agreed(orders: dict[bool, tuple[str, TestResult]]) -> Iterator[tuple[str, str]]:
    """Yield what people and the judge say of a pair, if the judge says the same in both orders."""
    choice, result = orders[False]
    if _SWAPPED[orders[True][0]] == choice:
        yield str(result.variables[BETTER]), choice


def _longer(both: list[dict[bool, tuple[str, TestResult]]]) -> tuple[float | None, float | None]:
    """Return how often the longer answer won, of the decided comparisons of answers that differ in length."""
    judged: list[bool] = []
    human: list[bool] = []
    for orders in both:
        for choice, result in orders.values():
            first, second = len(result.answer or ""), len(str(result.variables.get("other", "")))
            if first != second and choice != NEITHER:
                judged.append((choice == FIRST) == (first > second))
        result = orders[False][1]
        first, second = len(result.answer or ""), len(str(result.variables.get("other", "")))
        better = result.variables.get(BETTER)
        if first != second and better != NEITHER:
            human.append((better == FIRST) == (first > second))
    shares = [sum(wins) / len(wins) if wins else None for wins in (judged, human)]
    return shares[0], shares[1]
