"""Judging conversations: nothing is bought twice, and a stored one is judged turn by turn."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import pytest

from adapters.judging.prompt_files import judge_prompts
from adapters.language_models.scripted import ScriptedModels
from adapters.metrics.scorers import StandardScorers
from domain.jobs.errors import FailureKind, TransientFailure
from domain.jobs.job import JobId
from domain.language_models.conversation import Message
from domain.test_execution.codec import item_from_json, item_to_json
from domain.test_execution.dialogue import Dialogue, Turn
from domain.test_execution.judging.scorers import Judging
from domain.test_execution.metric import Metric
from domain.test_execution.panel import Panel
from domain.test_execution.recorded_answer import stored_input
from tests.unit.conversing import SCRIPTED, SPEC, TEMPLATES, Bot, Diary, item_of, run, runner_of, scoring_of


def test_a_judge_s_outage_costs_no_turn_and_no_score_again() -> None:
    """The turns and the first score were paid for; the second attempt asks for what is missing."""
    judged: list[str] = []

    def judge(messages: Sequence[Message]) -> str:
        judged.append(messages[-1].text)
        if len(judged) == 2:
            raise TransientFailure("judge away", kind=FailureKind.SERVER_ERROR)
        return '{"reason": "fine", "score": 1, "pass": true}'

    bot, diary = Bot(), Diary()
    judging = Judging(models=ScriptedModels(judge), prompts=judge_prompts(), templates=TEMPLATES)
    scorers = judging.beside(StandardScorers(TEMPLATES), Panel(judges=(SPEC,)), connections=1)
    runner = attrs.evolve(runner_of(bot), scoring=scoring_of(scorers))
    rubric = Metric(name="kind", kind="llm-rubric", value="is kind")
    item = item_of(Dialogue(turns=(Turn(user="Hi", metrics=(rubric,)), Turn(user="Bye"))), metrics=(rubric,))

    with pytest.raises(TransientFailure) as caught:
        run(runner, item, diary)
    outcome = run(runner, attrs.evolve(item, progress=diary.kept), diary)

    assert len(bot.asked) == 2
    assert len(judged) == 3
    assert len(caught.value.partial_result["conversation"]) == 2  # type: ignore[arg-type]  # a list
    assert outcome.verdict == "pass"
    assert diary.spent.requests == 2 + 1
    assert outcome.usage.requests == 1


def test_a_stored_conversation_is_judged_turn_by_turn_without_asking() -> None:
    """Judging anew must see the turns as well: one that failed must not pass by being left out."""
    bot = Bot()
    item = item_of(SCRIPTED)
    outcome = run(runner_of(Bot()), item, Diary())
    stored = stored_input(attrs.evolve(item, outcome=outcome), job_id=JobId("run-0"), revision=1)
    test = attrs.evolve(item_from_json(item.input), stored=stored)

    again = run(runner_of(bot), attrs.evolve(item, input=item_to_json(test)), Diary())

    assert bot.asked == []
    assert again.result["scores"] == outcome.result["scores"]
    assert again.result["conversation"] == outcome.result["conversation"]
    assert again.result["provenance"] == "stored"
