"""The simulated user: a model that is told whom to play and what to want, and answers the target's answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from attrs import field, frozen

from domain.jobs.errors import FailureKind, ItemFailure
from domain.jobs.item import Document
from domain.jobs.usage import NOTHING, Usage
from domain.language_models.conversation import Message
from domain.language_models.model import ModelSpec
from domain.language_models.ports import LanguageModel, LanguageModels
from domain.language_models.use import Use
from domain.test_execution.dialogue import DONE, Exchange, SimulatedUser
from domain.test_execution.panel import Panel
from domain.test_execution.ports import Templates

_PART = (
    "You play a user who talks to an assistant. You are testing it, so stay in your part, whatever it says, and never "
    "help it, judge it or speak as an assistant yourself.\n\n{persona}Your goal: {goal}\n\n"
    "Write only what the user says next: one message, short, in the user's own words. Don't tell everything at once. "
    "When the goal is reached, or it is clear that it can't be{stop_when}, write only " + DONE + "."
)
_BEGIN = "(The conversation begins. Write the user's first message.)"


@frozen(kw_only=True)
class Said:
    """What the user says next, None when the conversation is over; and what finding that out has cost."""

    text: str | None
    usage: Usage = NOTHING


@frozen
class SimulatedUsers:
    """Plays users; each model is opened once, when the first test needs it. The panel knows the registered ones."""

    _models: LanguageModels
    _templates: Templates
    _connections: int
    _panel: Panel = field(factory=Panel)
    _opened: dict[str, LanguageModel] = field(factory=dict, init=False, eq=False, repr=False)

    def next_message(
        self, user: SimulatedUser, exchanges: Sequence[Exchange], *, variables: Document, deadline_s: float
    ) -> Said:
        """
        Return what the user says after *exchanges*.

        Raises:
            TransientFailure, PermanentFailure: as `LanguageModel` says; one request was made.
        """
        if len(exchanges) >= user.max_turns:
            return Said(text=None)
        if not exchanges and user.opening:
            return Said(text=self._filled(user.opening, variables))
        messages = [Message(role="system", content=self._part(user, variables)), *_seen_by_user(exchanges)]
        try:
            completion = self._model(user.model).complete(messages, deadline_s=deadline_s)
        except ItemFailure as failure:
            if failure.kind is not FailureKind.TARGET_DOWN:  # nobody was called
                failure.usage += Usage(requests=1)
            raise
        is_over = DONE in completion.text or not completion.text.strip()
        return Said(text=None if is_over else completion.text.strip(), usage=completion.usage)

    def _part(self, user: SimulatedUser, variables: Document) -> str:
        persona, goal, stop = (self._filled(text, variables) for text in (user.persona, user.goal, user.stop_when))
        return _PART.format(
            persona=f"Who you are: {persona}\n\n" if persona else "",
            goal=goal,
            stop_when=f", or when this is so: {stop}" if stop else "",
        )

    def _filled(self, text: str, variables: Document) -> str:
        return cast(str, self._templates.render(text, variables))

    def _model(self, spec: ModelSpec) -> LanguageModel:
        # keyed by its words: parameters are JSON, which can't be hashed; losing a race opens the same model twice
        key = repr(spec)
        known = self._opened.get(key)
        if known is None:
            known = self._opened[key] = self._models.open(
                self._panel.known(spec, Use.CHAT), connections=self._connections
            )
        return known


def _seen_by_user(exchanges: Sequence[Exchange]) -> list[Message]:
    # The roles are turned round: for the model that plays the user, the user's words are its own.
    if not exchanges:
        return [Message(role="user", content=_BEGIN)]
    seen = [Message(role="user", content=_BEGIN)]
    for exchange in exchanges:
        seen.append(Message(role="assistant", content=exchange.user))
        seen.append(Message(role="user", content=exchange.answer.text or "(The assistant said nothing.)"))
    return seen
