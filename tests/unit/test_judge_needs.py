"""Who must judge in a run, and the runs that are refused before their first call."""

from __future__ import annotations

import attrs
import pytest

from domain.jobs.errors import InvalidInput
from domain.language_models.model import ModelSpec, model_named
from domain.test_execution.judging.needs import check_judges, needs_of
from domain.test_execution.metric import SET, Metric
from domain.test_execution.named_target import NamedTarget, only
from domain.test_execution.panel import Panel
from domain.test_execution.target import HttpTarget, ModelTarget, TargetSpec
from domain.test_execution.test_set import TestCase

MINI = model_named("openai:gpt-5-mini")
CLAUDE = model_named("anthropic:claude-haiku-4-5")
VECTORS = model_named("openai:text-embedding-3-small")
RUBRIC = Metric(name="polite", kind="llm-rubric", value="is polite")
SIMILAR = Metric(name="near", kind="similar", value="Paris")
PLAIN = Metric(name="c", kind="contains", value="Paris")
BOT = HttpTarget(url="http://bot.invalid")


def _cases(*metrics: Metric, times: int = 1) -> list[TestCase]:
    return [TestCase(id=f"t{no}", prompt="p", metrics=metrics) for no in range(times)]


def _check(cases: list[TestCase], panel: Panel, target: TargetSpec = BOT) -> tuple[ModelSpec, ...]:
    return check_judges(cases, panel, targets=only(target), name="tests.yaml").models


def test_a_run_that_nobody_can_judge_is_refused_with_the_remedy() -> None:
    """Found at the first judged answer, it would have cost the calls before it."""
    with pytest.raises(InvalidInput) as caught:
        _check(_cases(RUBRIC, attrs.evolve(RUBRIC, negated=True), times=3), Panel())

    message = str(caught.value)
    assert "llm-rubric (3 tests), not-llm-rubric (3 tests) need a judge" in message
    assert "--judge openai:gpt-5-mini" in message
    assert "the model under test is never taken for it" in message


def test_similarity_needs_an_embedding_model_and_no_judge() -> None:
    """A judge can't make vectors, and vectors need no judge."""
    assert _check(_cases(SIMILAR), Panel(embedding=VECTORS)) == (VECTORS,)
    with pytest.raises(InvalidInput, match=r"similar \(1 test\) need an embedding model"):
        _check(_cases(SIMILAR), Panel(judges=(MINI,)))


def test_tests_without_judged_metrics_need_nobody() -> None:
    """Whoever only compares texts must not be asked for a model."""
    assert _check(_cases(PLAIN), Panel()) == ()


def test_a_metrics_own_judge_is_enough() -> None:
    """The run's judge is for those that name none."""
    own = attrs.evolve(RUBRIC, options={"judge": "anthropic:claude-haiku-4-5"})

    assert _check(_cases(own), Panel()) == (CLAUDE,)


def test_what_was_insisted_on_is_insisted_on_when_it_is_taken_over() -> None:
    """A run that is judged anew without --judge is judged by whom the past one insisted on."""
    past = Panel(judges=(MINI,), insisted=frozenset({"judges"}))

    assert Panel().over(past).insisted == {"judges"}
    assert Panel(judges=(CLAUDE,)).over(past).insisted == frozenset()


def test_metrics_in_sets_are_found() -> None:
    """A rubric in an assert-set asks a model like any other."""
    together = Metric(name="s", kind=SET, metrics=(PLAIN, RUBRIC))

    assert needs_of(_cases(together), Panel()).unjudged == {"llm-rubric": 1}


@pytest.mark.parametrize("address", ["", "https://api.openai.com/v1/", "HTTPS://api.openai.com/v1"])
def test_a_judge_of_its_own_answers_is_refused_unless_allowed(address: str) -> None:
    """Models favour what they wrote: that may be wanted, and must be said."""
    tested = ModelTarget(model=attrs.evolve(MINI, base_url=address, parameters={"temperature": 1}))

    with pytest.raises(InvalidInput, match="openai:gpt-5-mini would judge its own answers"):
        _check(_cases(RUBRIC), Panel(judges=(CLAUDE, MINI)), tested)
    assert _check(_cases(RUBRIC), Panel(judges=(MINI,), may_be_target=True), tested) == (MINI,)


def test_the_same_name_at_another_address_is_another_model() -> None:
    """`llama3` on two machines may be two versions."""
    tested = ModelTarget(model=attrs.evolve(MINI, base_url="http://elsewhere/v1"))

    assert _check(_cases(RUBRIC), Panel(judges=(MINI,)), tested) == (MINI,)


def test_any_of_several_targets_counts() -> None:
    """One that judges itself spoils the comparison with the others."""
    targets = [NamedTarget(name="a", spec=BOT), NamedTarget(name="b", spec=ModelTarget(model=MINI))]

    with pytest.raises(InvalidInput, match="would judge its own answers"):
        check_judges(_cases(RUBRIC), Panel(judges=(MINI,)), targets=targets, name="t")
