"""Tests of several turns: what is said, what is kept, what is judged, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import pytest

from adapters.language_models.scripted import ScriptedModels
from adapters.reports.rows import run_row
from domain.jobs.errors import TransientFailure
from domain.jobs.usage import NOTHING, Usage
from domain.language_models.conversation import Message
from domain.language_models.price import Price
from domain.test_execution.codec import item_from_json
from domain.test_execution.conversing import Conversations
from domain.test_execution.dialogue import DONE, Dialogue
from domain.test_execution.metric import Metric
from domain.test_execution.simulation import SimulatedUsers
from domain.test_execution.test_result import read_result
from tests.unit.conversing import SCRIPTED, TEMPLATES, Bot, Diary, item_of, run, runner_of, simulated


def test_each_turn_goes_with_all_that_was_said_before() -> None:
    """A target without a memory of its own could not follow else; templates of later turns know the last answer."""
    bot, diary = Bot(), Diary()

    outcome = run(runner_of(bot), item_of(SCRIPTED), diary)

    assert [len(asked) for asked in bot.asked] == [2, 4, 6]
    assert bot.asked[1] == [
        ("system", "Be kind."),
        ("user", "I am Ann."),
        ("assistant", "Hello, this is answer 1"),
        ("user", "You said: Hello, this is answer 1"),
    ]
    assert outcome.result["answer"] == "Hello, this is answer 3"
    turns = outcome.result["conversation"]
    assert isinstance(turns, list)
    assert [turn["user"] for turn in turns] == ["I am Ann.", "You said: Hello, this is answer 1", "Bye"]


def test_turns_and_the_whole_are_judged_apart() -> None:
    """A metric of a turn sees that answer; the test's own see the last, and the talk before it as the prompt."""
    last = Metric(name="ends", kind="contains", value="answer 3")
    quoted = Metric(name="said", kind="equals", value="{{ conversation }}")

    outcome = run(runner_of(Bot()), item_of(SCRIPTED, metrics=(last, quoted)), Diary())

    scores = {str(score["metric"]): str(score["verdict"]) for score in outcome.result["scores"]}  # type: ignore[attr-defined]  # a list of objects
    assert scores == {
        "turn 1: greets": "pass",
        "turn 1: polite": "pass",
        "turn 2: polite": "pass",
        "turn 3: polite": "pass",
        "ends": "pass",
        "said": "fail",
    }
    assert str(outcome.result["prompt"]).startswith(
        "User: I am Ann.\n\nAssistant: Hello, this is answer 1\n\nUser: You"
    )


def test_an_attempt_goes_on_behind_the_last_turn_that_was_kept() -> None:
    """A crash at turn 9 must not buy eight turns again."""
    bot, diary = Bot(fails_at=3), Diary()
    runner, item = runner_of(bot), item_of(SCRIPTED)

    with pytest.raises(TransientFailure) as caught:
        run(runner, item, diary)
    outcome = run(runner, attrs.evolve(item, progress=diary.kept), diary)

    assert [len(asked) for asked in bot.asked] == [2, 4, 6, 6]
    assert caught.value.usage == Usage(requests=1)
    assert len(caught.value.partial_result["conversation"]) == 2  # type: ignore[arg-type]  # a list
    assert len(outcome.result["conversation"]) == 3  # type: ignore[arg-type]  # a list
    assert diary.times == 3


def test_tokens_and_cost_add_up_over_the_turns() -> None:
    """A conversation costs what all its turns cost; what was kept is counted once."""
    bot, diary = Bot(), Diary()

    outcome = run(runner_of(bot, price=Price(input=1, output=2)), item_of(SCRIPTED), diary)

    turns = outcome.result["conversation"]
    assert isinstance(turns, list)
    assert outcome.usage == NOTHING
    assert diary.spent.requests == 3
    assert diary.spent.prompt_tokens == outcome.result["prompt_tokens"] == sum(turn["prompt_tokens"] for turn in turns)
    assert diary.spent.cost_nanousd == outcome.result["cost_nanousd"] == sum(turn["cost_nanousd"] for turn in turns) > 0


def test_a_simulated_user_talks_until_it_is_done() -> None:
    """It sees the talk from its own side, and what it costs is counted apart from the target's."""
    bot, diary = Bot(), Diary()
    item = item_of(simulated("Hi, my jacket is torn", "I want my money back", f"Thanks. {DONE}"))

    outcome = run(runner_of(bot), item, diary)

    result = read_result(attrs.evolve(item, outcome=outcome))
    assert [turn.user for turn in result.conversation] == ["Hi, my jacket is torn", "I want my money back"]
    assert run_row(result)["turns"] == [[turn.user, turn.answer] for turn in result.conversation]
    assert result.user_usage is not None
    assert result.user_usage.requests == 3
    assert diary.spent.requests == 5
    assert result.user_usage.cost_nanousd > 0


def test_a_simulated_user_stops_at_its_limit() -> None:
    """Two models that like each other would talk for ever."""
    bot, diary = Bot(), Diary()

    outcome = run(runner_of(bot), item_of(simulated("more", max_turns=3, opening="Hello {{ name }}")), diary)

    assert len(bot.asked) == 3
    assert bot.asked[0][-1] == ("user", "Hello Ann")
    assert diary.spent.requests == 5
    assert len(outcome.result["conversation"]) == 3  # type: ignore[arg-type]  # a list


def test_what_a_simulated_user_said_is_not_bought_again() -> None:
    """The message was paid for when the target failed to answer it; and another one would be another test."""
    bot, diary = Bot(fails_at=2), Diary()
    runner, item = runner_of(bot), item_of(simulated("one", "two", DONE))

    with pytest.raises(TransientFailure):
        run(runner, item, diary)
    kept = diary.kept or {}
    outcome = run(runner, attrs.evolve(item, progress=kept), diary)

    assert kept["next"] == "two"
    assert [asked[-1][1] for asked in bot.asked] == ["one", "two", "two"]
    assert outcome.result["user_usage"]["requests"] == 3  # type: ignore[index]  # an object


def test_the_user_s_model_is_told_its_part_and_sees_the_roles_turned() -> None:
    """A model that is shown its own words as another's drifts into playing the assistant."""
    seen: list[list[tuple[str, str]]] = []

    def play(messages: Sequence[Message]) -> str:
        seen.append([(message.role, message.text) for message in messages])
        return "next" if len(seen) == 1 else DONE

    users = SimulatedUsers(ScriptedModels(play), TEMPLATES, 1)
    runner = attrs.evolve(runner_of(Bot()), conversations=Conversations(templates=TEMPLATES, users=users))
    run(runner, item_of(simulated("unused")), Diary())

    (role, part), *talk = seen[1]
    assert role == "system"
    assert "A refund for Ann" in part
    assert [role for role, _ in talk] == ["user", "assistant", "user"]
    assert talk[1][1] == "next"


@pytest.mark.parametrize("dialogue", [SCRIPTED, simulated("a", "b", opening="Hi")])
def test_turns_survive_storing(dialogue: Dialogue) -> None:
    """The item row is all a worker has."""
    stored = item_from_json(item_of(dialogue).input)

    assert stored.case.dialogue == dialogue


def test_a_conversation_that_is_over_is_not_taken_up_again() -> None:
    """A judge's outage after the last word: asking the user's model once more could go on talking."""
    bot, diary = Bot(), Diary()
    runner, item = runner_of(bot), item_of(simulated("one", DONE))

    run(runner, item, diary)
    spent = diary.spent
    run(runner, attrs.evolve(item, progress=diary.kept), diary)

    assert len(bot.asked) == 1
    assert diary.spent == spent
