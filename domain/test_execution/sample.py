"""A sample: one answer, and everything about it that a metric may look at."""

from __future__ import annotations

import json
from collections.abc import Mapping

from attrs import field, frozen

from domain.jobs.item import Document
from domain.language_models.conversation import Message
from domain.test_execution.contest import Candidate
from domain.test_execution.target import Answer
from domain.test_execution.test_set import TestCase


@frozen(kw_only=True)
class Sample:
    """
    What metrics judge.

    *prompt* is the rendered one, *variables* are those it was rendered from. *repeat* counts from 1. *target* is the
    name of the target where a run has several, else empty. *cost_nanousd* is what the answer cost, in billionths of a
    US dollar; None where no price is known. *output* is what scripts get to see in place of the answer's text, where a
    transform or the target made JSON of it. *conversation* is the whole of it, where a test has several turns: the
    prompt is then all of it before the last answer. *candidates* are the answers of a contest, which has no answer of
    its own; None for everything else. *heard* are replies that judges gave to an earlier attempt, by what was asked.
    """

    case: TestCase
    prompt: str
    answer: Answer
    variables: Document = field(factory=dict)
    repeat: int = 1
    target: str = ""
    cost_nanousd: int | None = None
    output: object = None
    conversation: tuple[Message, ...] = ()
    candidates: tuple[Candidate, ...] | None = None
    heard: Mapping[str, str] = field(factory=dict, repr=False)

    @property
    def seen_output(self) -> object:
        """What a script knows as `output`: the text, or the JSON that was made of it or that the target gave."""
        if self.output is None and self.answer.is_json:
            return json.loads(self.answer.text)
        return self.answer.text if self.output is None else self.output
