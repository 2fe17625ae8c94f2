"""
What a run will call, and about what that costs: told before the first call, and without one.

Calls are counted; tokens are guessed. A token is taken as four characters of the templates and what fills them, an
answer as 200 tokens (or the limit that the model's parameters set, where that is lower), a judgement as 600 tokens
beside what it judges, and 100 in answer. Tokenisers, answers and reasoning differ: expect the size, not the number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs
from attrs import define, field, frozen

from domain.jobs.item import Document
from domain.language_models.model import ModelSpec
from domain.language_models.pricing import PriceTable
from domain.language_models.use import Use
from domain.test_execution.contest import planned_items
from domain.test_execution.judging.kinds import JUDGED_KINDS
from domain.test_execution.judging.needs import flat
from domain.test_execution.metric import Metric
from domain.test_execution.named_target import NamedTarget
from domain.test_execution.panel import Panel, panel_for
from domain.test_execution.target import ModelTarget
from domain.test_execution.test_set import TestCase, TestItem

CHARACTERS_A_TOKEN = 4
ANSWER_TOKENS = 200
JUDGING_TOKENS = 600
JUDGEMENT_TOKENS = 100
_LIMITS = ("max_tokens", "max_completion_tokens", "maxOutputTokens", "num_predict")


@frozen(kw_only=True)
class Expected:
    """What is expected of one target or model; the cost in billionths of a US dollar is None where it is not known."""

    name: str
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_nanousd: int | None = None


@frozen(kw_only=True)
class Forecast:
    """
    What a run of *items* is expected to call; *models* are judges, embedders and simulated users.

    *at_most*: the calls are an upper bound, since simulated users may stop earlier. Retries are not in.
    """

    items: int
    targets: tuple[Expected, ...]
    models: tuple[Expected, ...]
    at_most: bool

    @property
    def calls(self) -> int:
        """All calls."""
        return sum(one.calls for one in (*self.targets, *self.models))

    @property
    def cost_nanousd(self) -> int:
        """What is known of the cost; see `unknown` for the rest."""
        return sum(one.cost_nanousd or 0 for one in (*self.targets, *self.models))

    @property
    def unknown(self) -> tuple[str, ...]:
        """The names of those that are called, and whose cost is not known."""
        return tuple(one.name for one in (*self.targets, *self.models) if one.calls and one.cost_nanousd is None)


def forecast(
    cases: Sequence[TestCase], *, targets: Sequence[NamedTarget], panel: Panel, prices: PriceTable
) -> Forecast:
    """Return what a run of the tests is expected to call."""
    count = _Count(prices=prices, targets={target.name: target for target in targets}, panel=panel)
    items = 0
    for item in planned_items(lambda: cases, targets=[target.name for target in targets]):
        items += 1
        count.add(item)
    return Forecast(
        items=items,
        targets=tuple(count.asked[name] for name in count.targets if name in count.asked),
        models=tuple(count.models.values()),
        at_most=any(case.user_model for case in cases),
    )


@define(kw_only=True)
class _Count:
    prices: PriceTable
    targets: Mapping[str, NamedTarget]
    panel: Panel
    asked: dict[str, Expected] = field(factory=dict)
    models: dict[str, Expected] = field(factory=dict)

    def add(self, item: TestItem) -> None:
        if item.contest:
            for metric in item.case.metrics:
                self._add_judging(metric, judged=len(item.contest) * ANSWER_TOKENS)
            return
        target = self.targets[item.target]
        prompts = list(_prompts(item.case))
        model = target.spec.model if isinstance(target.spec, ModelTarget) else None
        name = target.name or (model.name if model else type(target.spec).__name__.removesuffix("Target").lower())
        self.asked.setdefault(target.name, Expected(name=name, cost_nanousd=0))
        answer = ANSWER_TOKENS if model is None else _answer_tokens(model)
        system = _tokens(target.spec.system) if isinstance(target.spec, ModelTarget) else 0
        if item.case.given_answer is None:
            for turn, prompt in enumerate(prompts):
                spoken = prompt + turn * answer + system
                self.asked[target.name] = self._more(self.asked[target.name], model, spoken, answer)
        self._add_user(item.case, turns=len(prompts), answer=answer)
        for metric in flat(_metrics(item.case, turns=len(prompts))):
            self._add_judging(metric, judged=prompts[-1] + answer)

    def _add_user(self, case: TestCase, *, turns: int, answer: int) -> None:
        dialogue = case.dialogue
        if dialogue is None or dialogue.user is None:
            return
        part = _tokens(dialogue.user.goal) + _tokens(dialogue.user.persona) + JUDGING_TOKENS // 4
        for turn in range(turns - bool(dialogue.user.opening)):
            self._add(self.panel.known(dialogue.user.model, Use.CHAT), part + turn * 2 * answer, JUDGEMENT_TOKENS)

    def _add_judging(self, metric: Metric, *, judged: int) -> None:
        kind = JUDGED_KINDS.get(metric.kind)
        if kind is None:
            return
        own = panel_for(metric, self.panel)
        for judge in own.judges if kind.asks else ():
            for _prompt in kind.prompts:
                self._add(judge, JUDGING_TOKENS + judged + _tokens(metric.value), JUDGEMENT_TOKENS)
        if kind.embeds and own.embedding is not None:
            self._add(own.embedding, judged + _tokens(metric.value), 0)

    def _add(self, model: ModelSpec, prompt_tokens: int, completion_tokens: int) -> None:
        before = self.models.get(model.name) or Expected(name=model.name, cost_nanousd=0)
        self.models[model.name] = self._more(before, model, prompt_tokens, completion_tokens)

    def _more(self, before: Expected, model: ModelSpec | None, prompt_tokens: int, completion_tokens: int) -> Expected:
        price = self.prices.price_of(model) if model else None
        cost = None
        if price is not None:
            cost = price.cost_nanousd(prompt_tokens=prompt_tokens, completion_tokens=completion_tokens)
        return attrs.evolve(
            before,
            calls=before.calls + 1,
            prompt_tokens=before.prompt_tokens + prompt_tokens,
            completion_tokens=before.completion_tokens + completion_tokens,
            cost_nanousd=None if cost is None or before.cost_nanousd is None else before.cost_nanousd + cost,
        )


def _prompts(case: TestCase) -> Iterator[int]:
    """Yield the tokens that the user has said by each turn."""
    filled = _tokens_of_variables(case.variables)
    if case.dialogue is None:
        yield _tokens(case.prompt) + filled
        return
    said = filled
    for turn in case.dialogue.turns:
        said += _tokens(turn.user)
        yield said
    if case.dialogue.user is not None:
        for no in range(case.dialogue.most_turns):
            yield filled + (no + 1) * JUDGEMENT_TOKENS


def _metrics(case: TestCase, *, turns: int) -> Iterable[Metric]:
    if case.dialogue is None:
        return case.metrics
    dialogue = case.dialogue
    of_turns = (metric for no in range(turns) for metric in dialogue.metrics_of(no))
    return (*of_turns, *case.metrics)


def _answer_tokens(model: ModelSpec) -> int:
    limits = [model.parameters.get(name) for name in _LIMITS]
    return min((limit for limit in limits if isinstance(limit, int) and limit > 0), default=ANSWER_TOKENS)


def _tokens_of_variables(variables: Document) -> int:
    return sum(_tokens(value) for value in variables.values())


def _tokens(value: object) -> int:
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value, default=str)
    return -(-len(text) // CHARACTERS_A_TOKEN)
