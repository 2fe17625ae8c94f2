"""
Holding the conversation of one test: turn by turn, each kept before the next begins.

A crash, or a failure that is tried again, goes on behind the last turn that was kept: it loses one turn at most. A
message of the simulated user whose answer failed is kept as well, so that the next attempt asks the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic
from typing import cast

from attrs import evolve, field, frozen

from domain.jobs.errors import Deferred, FailureKind, ItemFailure, PermanentFailure
from domain.jobs.family import Keep
from domain.jobs.item import Document
from domain.jobs.usage import NOTHING, Usage
from domain.language_models.conversation import Message
from domain.test_execution.codec import answer_from_json, score_from_json, to_json
from domain.test_execution.dialogue import Dialogue, Exchange, messages_of, transcript, whole_answer, whole_chat
from domain.test_execution.metric import Metric, Score
from domain.test_execution.metric_sets import named_scores
from domain.test_execution.ports import Target, Templates
from domain.test_execution.sample import Sample
from domain.test_execution.simulation import Said, SimulatedUsers
from domain.test_execution.target import Question, usage_of
from domain.test_execution.test_set import TestItem

ScoreAll = Callable[[tuple[Metric, ...], Sample, list[Score]], list[Score]]
"""Scores a sample by metrics, and adds each new score to the list of those that were made before."""


@frozen(kw_only=True)
class Conversation:
    """
    The turns of a test so far, and what its simulated user has used; *next* is what it wants to say.

    *scores* are those it has got so far: of each turn, then of the whole. *heard* are replies of judges to the metric
    that comes next, by what was asked.
    """

    exchanges: tuple[Exchange, ...] = ()
    next: str | None = None
    is_over: bool = False
    user_usage: Usage = NOTHING
    scores: tuple[tuple[Score, ...], ...] = ()
    heard: Mapping[str, str] = field(factory=dict)

    @classmethod
    def from_stored(cls, stored: Document) -> Conversation:
        """Read a conversation back from what an earlier run stored of it."""
        turns = cast(list[Document], stored.get("conversation", ()))
        answers = [answer_from_json({"latency_s": 0.0, **turn, "text": turn["answer"]}) for turn in turns]
        return cls(
            exchanges=tuple(
                Exchange(user=str(turn["user"]), answer=answer) for turn, answer in zip(turns, answers, strict=True)
            )
        )

    @property
    def prompt(self) -> str:
        """What the last answer answers: everything before it."""
        return transcript(self.exchanges[:-1], asking=self.exchanges[-1].user)

    def to_document(self) -> dict[str, object]:
        """Return what an attempt keeps, and what a result shows."""
        return {
            "turns": [{"user": one.user, "answer": to_json(one.answer)} for one in self.exchanges],
            "user_usage": to_json(self.user_usage),
            "is_over": self.is_over,
            **({} if self.next is None else {"next": self.next}),
            **({"scores": [list(map(to_json, scores)) for scores in self.scores]} if self.scores else {}),
            **({"heard": dict(self.heard)} if self.heard else {}),
        }

    @classmethod
    def from_document(cls, kept: Document) -> Conversation:
        """Read back what an earlier attempt kept."""
        turns = cast(list[Document], kept.get("turns", ()))
        waiting = kept.get("next")
        return cls(
            exchanges=tuple(
                Exchange(user=str(turn["user"]), answer=answer_from_json(cast(Document, turn["answer"])))
                for turn in turns
            ),
            next=None if waiting is None else str(waiting),
            is_over=bool(kept.get("is_over")),
            user_usage=Usage(**cast(Mapping[str, int], kept.get("user_usage", {}))),
            scores=tuple(
                tuple(map(score_from_json, scores)) for scores in cast(list[list[Document]], kept.get("scores", ()))
            ),
            heard=cast(Mapping[str, str], kept.get("heard", {})),
        )


@frozen(kw_only=True)
class Conversations:
    """Holds conversations."""

    templates: Templates
    users: SimulatedUsers

    def hold(
        self, test: TestItem, *, target: Target, id: str, kept: Document | None, deadline_s: float, keep: Keep
    ) -> Conversation:
        """
        Hold the conversation to its end, from where it was *kept*; return all of it. Everything spent is kept.

        Raises:
            ItemFailure: a turn failed; what came before it is kept.
            LeaseLost: somebody else has the item now.
        """
        ends = monotonic() + deadline_s
        talk = Conversation.from_document(kept or {})
        if talk.is_over:
            return talk
        while (said := self._next(test, talk, ends=ends)).text is not None:
            asked = Conversation(exchanges=talk.exchanges, next=said.text, user_usage=talk.user_usage + said.usage)
            talk = self._turn(test, asked, said, target=target, id=id, ends=ends, keep=keep)
        talk = Conversation(exchanges=talk.exchanges, is_over=True, user_usage=talk.user_usage + said.usage)
        if said.usage:
            keep(talk.to_document(), said.usage)
        if not talk.exchanges:
            raise PermanentFailure("the simulated user had nothing to say", kind=FailureKind.BAD_ANSWER)
        return talk

    def _turn(
        self, test: TestItem, asked: Conversation, said: Said, *, target: Target, id: str, ends: float, keep: Keep
    ) -> Conversation:
        question = self._question(test, asked, id=id)
        try:
            answer = target.ask(question, deadline_s=ends - monotonic())
        except (ItemFailure, Deferred) as failure:
            if said.usage:
                keep(asked.to_document(), said.usage)
            if isinstance(failure, ItemFailure):
                if failure.kind is not FailureKind.TARGET_DOWN:  # nobody was called
                    failure.usage += Usage(requests=1)
                failure.partial_result = result_of(asked)
            raise
        exchanges = (*asked.exchanges, Exchange(user=asked.next or "", answer=answer))
        talk = Conversation(exchanges=exchanges, user_usage=asked.user_usage)
        keep(talk.to_document(), said.usage + usage_of(answer))
        return talk

    def _question(self, test: TestItem, asked: Conversation, *, id: str) -> Question:
        user = cast(Dialogue, test.case.dialogue).user
        said = Question(
            prompt=asked.next or "",
            variables=test.case.variables,
            history=messages_of(asked.exchanges),
            conversation_id=id,
            repeat=test.repeat,
        )
        if user is None or user.system is None:
            return said
        told = Message(role="system", content=str(self.templates.render(user.system, test.case.variables)))
        return evolve(said, prompt=whole_chat((told, *said.history), said.prompt), history=())

    def _next(self, test: TestItem, talk: Conversation, *, ends: float) -> Said:
        if talk.next is not None:
            return Said(text=talk.next)
        dialogue, variables = cast(Dialogue, test.case.dialogue), test.case.variables
        try:
            if dialogue.user is None:
                return Said(text=self._scripted(dialogue, talk, variables))
            return self.users.next_message(
                dialogue.user, talk.exchanges, variables=variables, deadline_s=ends - monotonic()
            )
        except ItemFailure as failure:
            failure.partial_result = result_of(talk)
            raise

    def _scripted(self, dialogue: Dialogue, talk: Conversation, variables: Document) -> str | None:
        done = len(talk.exchanges)
        if done >= len(dialogue.turns):
            return None
        last = {"answer": talk.exchanges[-1].answer.text} if done else {}
        return str(self.templates.render(dialogue.turns[done].user, {**last, **variables}))


def scores_of_conversation(
    test: TestItem, talk: Conversation, *, score_all: ScoreAll, made: list[list[Score]]
) -> list[Score]:
    """
    Return the scores of the single turns, each named after its turn, and those of the whole conversation.

    *made* are the lists of scores that were made before, one for each turn and one for the whole.
    """
    dialogue = cast(Dialogue, test.case.dialogue)
    scores: list[Score] = []
    for no in range(len(talk.exchanges)):
        sample = evolve(_sample(test, talk.exchanges[: no + 1], whole=False), heard=talk.heard)
        scores += named_scores(score_all(dialogue.metrics_of(no), sample, made[no]), prefix=f"turn {no + 1}: ")
    whole = evolve(_sample(test, talk.exchanges, whole=True), heard=talk.heard)
    return [*scores, *score_all(test.case.metrics, whole, made[-1])]


def result_of(talk: Conversation) -> dict[str, object]:
    """Return what a result shows of a conversation, beside what it shows of every test."""
    turns = [
        {
            "user": one.user,
            "answer": one.answer.text,
            "latency_s": round(one.answer.latency_s, 6),
            "prompt_tokens": one.answer.prompt_tokens,
            "completion_tokens": one.answer.completion_tokens,
            "cost_nanousd": one.answer.cost_nanousd,
            "cached": one.answer.cached or None,
            "is_json": one.answer.is_json or None,
        }
        for one in talk.exchanges
    ]
    shown = [{name: value for name, value in turn.items() if value is not None} for turn in turns]
    usage = {"user_usage": to_json(talk.user_usage)} if talk.user_usage else {}
    return {"conversation": shown, **usage}


def _sample(test: TestItem, exchanges: tuple[Exchange, ...], *, whole: bool) -> Sample:
    answer = whole_answer(exchanges) if whole else exchanges[-1].answer
    user = cast(Dialogue, test.case.dialogue).user
    if whole and user is not None and user.judge_conversation:
        answer = evolve(answer, text=transcript(exchanges), is_json=False)
    return Sample(
        case=test.case,
        prompt=transcript(exchanges[:-1], asking=exchanges[-1].user),
        answer=answer,
        variables={"conversation": transcript(exchanges), **test.case.variables},
        repeat=test.repeat,
        target=test.target,
        cost_nanousd=answer.cost_nanousd,
        conversation=messages_of(exchanges),
    )
