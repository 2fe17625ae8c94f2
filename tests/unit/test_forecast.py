"""What a dry run says: calls exactly, tokens and cost by the documented rule, and what nobody can know as unknown."""

from __future__ import annotations

import attrs

from domain.language_models.model import ModelSpec, Provider
from domain.language_models.price import Price
from domain.language_models.pricing import PriceTable
from domain.test_execution.dialogue import Dialogue, SimulatedUser, Turn
from domain.test_execution.forecast import ANSWER_TOKENS, Forecast, forecast
from domain.test_execution.metric import Metric
from domain.test_execution.named_target import NamedTarget
from domain.test_execution.panel import Panel
from domain.test_execution.target import HttpTarget, ModelTarget
from domain.test_execution.test_set import TestCase

MODEL = ModelSpec(provider=Provider.OPENAI, model="m", price=Price(input=1, output=10))
JUDGE = ModelSpec(provider=Provider.OPENAI, model="judge", price=Price(input=2, output=2))
A_TEST = TestCase(id="a", prompt="x" * 40, repeats=3)
RUBRIC = Metric(name="r", kind="llm-rubric", value="is kind")


def of(*cases: TestCase, model: ModelSpec = MODEL, panel: Panel | None = None) -> Forecast:
    """Return the forecast of these tests against one model."""
    target = NamedTarget(name="", spec=ModelTarget(model=model))
    return forecast(cases, targets=[target], panel=panel or Panel(), prices=PriceTable(prices={}))


def test_calls_are_counted_and_tokens_follow_the_rule() -> None:
    """Three repeats of a prompt of 40 characters: three calls, ten tokens each."""
    (target,) = of(A_TEST).targets

    assert (target.calls, target.prompt_tokens, target.completion_tokens) == (3, 30, 3 * ANSWER_TOKENS)
    assert target.cost_nanousd == 30 * 1_000 + 3 * ANSWER_TOKENS * 10_000


def test_a_lower_limit_of_tokens_bounds_the_answer() -> None:
    """Who asks for one word pays for one word."""
    (target,) = of(A_TEST, model=attrs.evolve(MODEL, parameters={"max_tokens": 16})).targets

    assert target.completion_tokens == 3 * 16


def test_an_unknown_price_is_no_zero() -> None:
    """A cost that leaves a model out must name it."""
    found = of(A_TEST, model=attrs.evolve(MODEL, price=None))

    assert found.targets[0].cost_nanousd is None
    assert (found.cost_nanousd, found.unknown) == (0, ("openai:m",))


def test_each_judge_is_counted_for_each_answer() -> None:
    """Judges often cost more than what they judge."""
    panel = Panel(judges=(JUDGE, attrs.evolve(JUDGE, model="other")))

    found = of(attrs.evolve(A_TEST, metrics=(RUBRIC,)), panel=panel)

    assert {one.name: one.calls for one in found.models} == {"openai:judge": 3, "openai:other": 3}
    assert found.calls == 9


def test_turns_are_calls_and_carry_what_was_said_before() -> None:
    """The third turn sends three messages and two answers."""
    talk = Dialogue(turns=(Turn(user="x" * 40),) * 3, turn_metrics=(RUBRIC,))

    found = of(attrs.evolve(A_TEST, dialogue=talk, repeats=1), panel=Panel(judges=(JUDGE,)))

    assert found.targets[0].calls == 3
    assert found.targets[0].prompt_tokens == 10 + 20 + 30 + 3 * ANSWER_TOKENS
    assert found.models[0].calls == 3
    assert not found.at_most


def test_a_simulated_user_is_counted_to_its_limit() -> None:
    """It may stop earlier; the money must suffice if it doesn't."""
    user = SimulatedUser(model=attrs.evolve(MODEL, model="user"), goal="g", max_turns=4, opening="Hi")

    found = of(attrs.evolve(A_TEST, dialogue=Dialogue(user=user), repeats=1))

    assert (found.targets[0].calls, found.models[0].calls, found.at_most) == (4, 3, True)


def test_several_targets_are_told_apart_and_given_answers_cost_nothing() -> None:
    """One may be a server of one's own; an answer that is there is not asked for."""
    targets = [
        NamedTarget(name="m", spec=ModelTarget(model=MODEL)),
        NamedTarget(name="own", spec=HttpTarget(url="http://h")),
    ]
    given = attrs.evolve(A_TEST, id="b", given_answer="there")

    found = forecast([A_TEST, given], targets=targets, panel=Panel(), prices=PriceTable(prices={}))

    assert found.items == 12
    assert [(one.name, one.calls) for one in found.targets] == [("m", 3), ("own", 3)]
    assert found.unknown == ("own",)
