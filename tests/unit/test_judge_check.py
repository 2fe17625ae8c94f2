"""Checks of judges, run over the kernel with judges whose faults are known."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import attrs
import pytest

from adapters.language_models.scripted import ScriptedModels
from adapters.memory.targets import ScriptedTargets
from domain.jobs.errors import InvalidInput
from domain.jobs.job import JobOptions
from domain.language_models.conversation import Message
from domain.test_execution.judge_check import Example, JudgeCheck, JudgeReport, Pair, judge_report
from domain.test_execution.metric import Metric
from domain.test_execution.panel import Panel
from domain.test_execution.service import TestRuns
from entrypoints.cli.inputs import read_check
from tests.contract.building import US
from tests.kernel.world import Kernel
from tests.unit.judged_answers import a_judge
from tests.unit.test_swapping_adapters import family

EXAMPLES = Path(__file__).parents[2] / "examples"
RUBRIC = Metric(name="rubric", kind="llm-rubric", value="is right")
_BLOCK = re.compile(r"<(\w+) \w+>\n(.*?)\n</", re.DOTALL)

Judge = Callable[[dict[str, str]], str]


def _checked(judge: Judge, *, examples: Sequence[Example] = (), pairs: Sequence[Pair] = ()) -> JudgeReport:
    """Run the check with a judge that replies to the blocks it is shown; no target is there to be asked."""

    def reply(messages: Sequence[Message]) -> str:
        return judge(dict(_BLOCK.findall(messages[1].text)))

    def nobody(_: str) -> str:
        raise AssertionError("a check asked for an answer")

    usual = family()
    judging = attrs.evolve(usual.judging, models=ScriptedModels(reply))
    offline = attrs.evolve(usual, judging=judging, targets=ScriptedTargets(nobody))
    kernel = Kernel(family=offline)
    runs = TestRuns(jobs=kernel.jobs, test_sets=offline.test_sets)
    check = JudgeCheck(name="c", metric=RUBRIC, criterion="right", examples=tuple(examples), pairs=tuple(pairs))
    plan = runs.plan_check(US, check, panel=Panel(judges=(a_judge(),)))
    job = runs.start_check(US, plan, options=JobOptions())
    kernel.run()
    return judge_report(kernel.items(job.id))


def _says(passes: bool, score: float) -> str:
    return f'{{"reason": "r", "pass": {str(passes).lower()}, "score": {score}}}'


def _prefers(place: int) -> str:
    return f'{{"reason": "r", "better": {place}}}'


def test_agreement_is_counted_beside_peoples_labels() -> None:
    """A judge that passes whatever is polite, on answers of which half are polite and half are right."""
    examples = [
        Example(question="q", answer="please, right", label="pass"),
        Example(question="q", answer="right", label="pass"),
        Example(question="q", answer="please, wrong", label="fail"),
        Example(question="q", answer="wrong", label="fail"),
    ]

    found = _checked(lambda seen: _says("please" in seen["answer"], 1.0), examples=examples)

    assert found.examples.table == {("pass", "pass"): 1, ("pass", "fail"): 1, ("fail", "pass"): 1, ("fail", "fail"): 1}
    assert (found.examples.accuracy, found.examples.kappa) == (0.5, 0.0)
    assert (found.judgements, found.unreadable, found.errors, found.usage.requests) == (4, 0, 0, 4)


def test_people_are_never_shown_to_the_judge() -> None:
    """A judge that knows the label agrees with it."""
    seen: list[str] = []

    def judge(blocks: dict[str, str]) -> str:
        seen.append(str(sorted(blocks.items())))
        return _says(True, 1.0)

    _checked(judge, examples=[Example(question="q", answer="a", label="fail", score=0.123)])

    assert "fail" not in seen[0]
    assert "0.123" not in seen[0]


def test_a_judge_that_takes_what_stands_first_is_found_out() -> None:
    """Swapped, it takes the other answer: it looked at the place."""
    pairs = [Pair(question="q", first=f"one {no}", second=f"two {no}", better="first") for no in range(6)]

    found = _checked(lambda _: _prefers(1), pairs=pairs)

    assert (found.position.n, found.position.consistent, found.position.both_first) == (6, 0, 6)
    assert found.position.p_value == pytest.approx(2 / 64)
    assert found.pairs.n == 0


def test_a_fair_judge_is_consistent_and_agrees() -> None:
    """It finds the right answer wherever it stands."""
    pairs = [
        Pair(question="q", first="right", second="wrong and long", better="first"),
        Pair(question="q", first="wrong and long", second="right", better="second"),
    ]

    found = _checked(lambda seen: _prefers(1 if seen["first"] == "right" else 2), pairs=pairs)

    assert (found.position.consistent, found.pairs.accuracy, found.longer) == (2, 1.0, (0.0, 0.0))


def test_a_judge_that_loves_length_is_found_out() -> None:
    """It scores by length; people scored all alike."""
    examples = [Example(question="q", answer="a" * no * 10, label="pass", score=0.5) for no in range(1, 9)]

    found = _checked(lambda seen: _says(True, len(seen["answer"]) / 100), examples=examples)

    assert found.length.rho == pytest.approx(1.0)
    assert found.score_error == pytest.approx(0.2)


def test_replies_that_cannot_be_read_are_counted_apart() -> None:
    """They say nothing on agreement, and much on the judge."""
    examples = [Example(question="q", answer=answer, label="pass") for answer in ("clear", "odd")]

    found = _checked(lambda seen: "hm" if seen["answer"] == "odd" else _says(True, 1.0), examples=examples)

    assert (found.judgements, found.unreadable, found.examples.n, found.usage.requests) == (2, 1, 1, 3)


def test_the_shipped_example_is_read() -> None:
    """The file that the documents name must work."""
    check = read_check(EXAMPLES / "judge-check.yaml")

    assert (len(check.examples), len(check.pairs)) == (8, 3)
    assert len(list(check.cases())) == 14
    assert len({case.id for case in check.cases()}) == 14


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name: a", "no examples; expected examples: or pairs:"),
        ("metric: {contains: a}\nexamples: [{answer: a, label: pass}]", "asks no model"),
        ("examples: [{answer: a, label: pass}]", "no metric for the examples"),
        ("metric: {llm-rubric: a}\nexamples: [{answer: a, label: good}]", "label 'good'; expected one of pass, fail"),
        ("metric: {llm-rubric: a}\nexamples: [{answer: a}]", "no label"),
        ("metric: {llm-rubric: a}\nexamples: [{label: pass}]", "'answer'"),
        ("metric: {llm-rubric: a}\nexamples: [{answer: a, score: 7}]", "score"),
        ("pairs: [{first: a, second: b, better: first}]", "'criterion'"),
        (
            "criterion: c\npairs: [{first: a, second: b, better: a}]",
            "better 'a'; expected one of first, second, neither",
        ),
        ("pairs: [a]", "the pair is"),
        ("- a", "the file is a list"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    """A label that is misread would make a good judge look bad."""
    path = tmp_path / "check.yaml"
    path.write_text(text)

    with pytest.raises(InvalidInput) as caught:
        read_check(path)
    assert any(problem in line for line in caught.value.problems), caught.value.problems


def test_a_score_is_a_label_as_well(tmp_path: Path) -> None:
    """People who score need not also label; where pass begins is theirs to say."""
    path = tmp_path / "check.yaml"
    path.write_text(
        "metric: {llm-rubric: a}\npass_at: 0.8\nexamples: [{answer: a, score: 0.7}, {answer: b, score: 0.8}]"
    )

    assert [example.label for example in read_check(path).examples] == ["fail", "pass"]
