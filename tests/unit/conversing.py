"""What tests of conversations are made of: a bot, a diary, and the items and runners of a test of several turns."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from adapters.javascript.transforms import JavaScriptTransforms
from adapters.language_models.scripted import ScriptedModels
from adapters.metrics.scorers import StandardScorers
from adapters.targets.model import ModelEndpoint
from adapters.templates.jinja import JinjaTemplates
from domain.jobs.errors import FailureKind, TransientFailure
from domain.jobs.item import Document, Item, ItemNo, Outcome
from domain.jobs.usage import NOTHING, Usage
from domain.language_models.conversation import Message
from domain.language_models.model import ModelSpec, Provider
from domain.language_models.price import Price
from domain.language_models.pricing import PricedModels, PriceTable
from domain.test_execution.codec import item_to_json
from domain.test_execution.conversing import Conversations
from domain.test_execution.dialogue import Dialogue, SimulatedUser, Turn
from domain.test_execution.metric import Metric
from domain.test_execution.ports import Scorers
from domain.test_execution.runner import TestRunner
from domain.test_execution.scoring import Scoring
from domain.test_execution.shaping import Shaping
from domain.test_execution.simulation import SimulatedUsers
from domain.test_execution.test_set import TestCase, TestItem

SPEC = ModelSpec(provider=Provider.SCRIPTED, model="m")
TEMPLATES = JinjaTemplates()
SCRIPTED = Dialogue(
    turns=(
        Turn(user="I am {{ name }}.", metrics=(Metric(name="greets", kind="icontains", value="hello"),)),
        Turn(user="You said: {{ answer }}"),
        Turn(user="Bye"),
    ),
    turn_metrics=(Metric(name="polite", kind="contains", negated=True, value="damn"),),
)


class Diary:
    """Keeps as the kernel does, and counts what was spent."""

    def __init__(self) -> None:
        self.kept: Document | None = None
        self.times = 0
        self.spent = NOTHING

    def __call__(self, progress: Document, usage: Usage = NOTHING) -> None:
        self.kept, self.times, self.spent = progress, self.times + 1, self.spent + usage


class Bot:
    """A model that remembers what it was sent, and fails at a turn when told so."""

    def __init__(self, *, fails_at: int = 0) -> None:
        self.asked: list[list[tuple[str, str]]] = []
        self.fails_at = fails_at

    def __call__(self, messages: Sequence[Message]) -> str:
        self.asked.append([(message.role, message.text) for message in messages])
        turn = sum(message.role == "user" for message in messages)
        if turn == self.fails_at:
            self.fails_at = 0
            raise TransientFailure("away", kind=FailureKind.CONNECTION)
        return f"Hello, this is answer {turn}"


def scoring_of(scorers: Scorers) -> Scoring:
    """Return scoring by these scorers."""
    return Scoring(scorers=scorers, shaping=Shaping(templates=TEMPLATES, transforms=JavaScriptTransforms()))


def runner_of(bot: Bot, *, price: Price | None = None) -> TestRunner:
    """Return a runner whose target is *bot*."""
    models = PricedModels(ScriptedModels(), PriceTable(prices={}))
    users = SimulatedUsers(models, TEMPLATES, 1)
    target = PricedModels(ScriptedModels(bot), PriceTable(prices={})).open(
        attrs.evolve(SPEC, price=price), connections=1
    )
    return TestRunner(
        targets={"": ModelEndpoint(model=target, system="Be kind.", templates=TEMPLATES)},
        scoring=scoring_of(StandardScorers(TEMPLATES)),
        conversations=Conversations(templates=TEMPLATES, users=users),
        rows=lambda _: [],
        run_id="run-1",
    )


def item_of(dialogue: Dialogue, *, metrics: tuple[Metric, ...] = ()) -> Item:
    """Return the item of a test with these turns."""
    case = TestCase(id="talk", prompt="x", variables={"name": "Ann"}, dialogue=dialogue, metrics=metrics)
    return Item(no=ItemNo(7), key="talk", input=item_to_json(TestItem(case=case, repeat=1)))


def simulated(*replies: str, max_turns: int = 5, opening: str = "") -> Dialogue:
    """Return a dialogue whose user says *replies*, one a turn."""
    model = attrs.evolve(SPEC, parameters={"replies": list(replies)}, price=Price(input=1, output=1))
    return Dialogue(
        user=SimulatedUser(model=model, goal="A refund for {{ name }}", max_turns=max_turns, opening=opening)
    )


def run(runner: TestRunner, item: Item, diary: Diary) -> Outcome:
    """Run one attempt."""
    return runner.run(item, deadline_s=20, keep=diary)
