"""
A test of several turns: what the user says, scripted or made up by a model, and what became of it.

The conversation so far goes to the target with each turn. Metrics of a turn see that turn's answer; the test's own see
the last answer, and the whole conversation before it as the prompt.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from attrs import field, frozen
from attrs.validators import ge, le, min_len

from domain.jobs.errors import InvalidInput
from domain.language_models.conversation import Message
from domain.language_models.model import ModelSpec
from domain.test_execution.metric import Metric
from domain.test_execution.target import Answer

MOST_TURNS = 50
DEFAULT_TURNS = 10
DONE = "###STOP###"
"""What a simulated user says when it has nothing more to say."""


@frozen(kw_only=True)
class Turn:
    """What the *user* says (a template, which also knows the last `answer`), and what is asked of the answer."""

    user: str
    metrics: tuple[Metric, ...] = ()


@frozen(kw_only=True)
class SimulatedUser:
    """
    A model that plays the user, until its *goal* is reached, or after *max_turns* turns.

    *goal*, *persona*, *opening* and *stop_when* are templates over the test's variables. With an *opening* the first
    message is that one, else the model begins. *stop_when* says when to stop, beside the goal.

    *system*, a template, is what the target is told first. With it every turn is asked as a whole chat in JSON: that
    message, all that was said, and what the user says now, for targets that remember nothing. With *judge_conversation*
    the test's own metrics see all that was said, and not the last answer alone.
    """

    model: ModelSpec
    goal: str = field(validator=min_len(1))
    persona: str = ""
    opening: str = ""
    stop_when: str = ""
    max_turns: int = field(default=DEFAULT_TURNS, validator=[ge(1), le(MOST_TURNS)])
    system: str | None = None
    judge_conversation: bool = False


@frozen(kw_only=True)
class Dialogue:
    """The user's part of a test: *turns*, or a *user* that is simulated; *turn_metrics* are asked of every answer."""

    turns: tuple[Turn, ...] = ()
    user: SimulatedUser | None = None
    turn_metrics: tuple[Metric, ...] = ()

    def __attrs_post_init__(self) -> None:
        if bool(self.turns) == (self.user is not None):
            raise InvalidInput("a test of several turns has either turns or a simulated user")

    @property
    def begins(self) -> str:
        """What the conversation is about, for people: what the user says first, or wants."""
        return self.turns[0].user if self.user is None else self.user.opening or self.user.goal

    @property
    def templates(self) -> tuple[str, ...]:
        """All texts with variables in them."""
        user = self.user
        played = (user.goal, user.persona, user.opening, user.stop_when, user.system or "") if user else ()
        return (*(turn.user for turn in self.turns), *played)

    @property
    def most_turns(self) -> int:
        """How many turns it has, or may have."""
        return self.user.max_turns if self.user else len(self.turns)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """All metrics that are asked of single turns."""
        return (*(metric for turn in self.turns for metric in turn.metrics), *self.turn_metrics)

    def without_metrics(self) -> Dialogue:
        """Return the turns alone."""
        return Dialogue(turns=tuple(Turn(user=turn.user) for turn in self.turns), user=self.user)

    def metrics_of(self, no: int) -> tuple[Metric, ...]:
        """Return what is asked of the answer of turn *no*, counted from 0."""
        return (*(self.turns[no].metrics if no < len(self.turns) else ()), *self.turn_metrics)


@frozen(kw_only=True)
class Exchange:
    """One turn as it happened."""

    user: str
    answer: Answer


def messages_of(exchanges: Sequence[Exchange]) -> tuple[Message, ...]:
    """Return the conversation as a model sees it."""
    return tuple(
        message
        for exchange in exchanges
        for message in (
            Message(role="user", content=exchange.user),
            Message(role="assistant", content=exchange.answer.text),
        )
    )


def whole_chat(before: Sequence[Message], said: str) -> str:
    """Return a chat as a prompt: JSON, as prompts that are chats are written."""
    messages = [*before, Message(role="user", content=said)]
    return json.dumps([{"role": message.role, "content": message.text} for message in messages], ensure_ascii=False)


def transcript(exchanges: Sequence[Exchange], *, asking: str | None = None) -> str:
    """Return the conversation for people and judges; *asking* is what the user says after it."""
    lines = [f"{message.role.capitalize()}: {message.text}" for message in messages_of(exchanges)]
    if asking is not None:
        lines.append(f"User: {asking}" if lines else asking)
    return "\n\n".join(lines)


def whole_answer(exchanges: Sequence[Exchange]) -> Answer:
    """
    Return the last answer, with the time, tokens and cost of all of them.

    A number that one answer does not have is unknown for all: a sum without it would be too small. It counts as cached
    when any of them was, since its time is then not what the target takes now.
    """
    last = exchanges[-1].answer
    answers = [exchange.answer for exchange in exchanges]
    return Answer(
        text=last.text,
        latency_s=sum(answer.latency_s for answer in answers),
        data=last.data,
        status=last.status,
        prompt_tokens=_sum([answer.prompt_tokens for answer in answers]),
        completion_tokens=_sum([answer.completion_tokens for answer in answers]),
        cost_nanousd=_sum([answer.cost_nanousd for answer in answers]),
        tool_calls=last.tool_calls,
        finish_reason=last.finish_reason,
        model=last.model,
        request_id=last.request_id,
        cached=any(answer.cached for answer in answers),
        is_json=last.is_json,
    )


def _sum(numbers: Sequence[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None
