"""A model on loopback that drafts and reviews as it is told: it quotes the first passage it is shown, word for word."""

from __future__ import annotations

import json
import re

from attrs import define, field

from tests.services.counting_model import Call, CountingModel

DRAFT, REPAIR, REVIEW = "draft", "repair", "review"
_BLOCK = r"<{name} (\w+)>\n(.*?)\n</{name} \1>"


@define(eq=False)
class AuthorModel(CountingModel):
    """Calls are about questions. *lies* are questions whose first draft is false."""

    lies: set[str] = field(factory=set)

    def call_of(self, told: str, *, messages: int) -> Call:
        """Return which question a draft, its repair, or a review is asked for."""
        kind = REVIEW if re.search(r"<answer \w+>\n", told) else REPAIR if messages > 2 else DRAFT
        return Call(told=told, messages=messages, kind=kind, subject=_block(told, "question"))

    def said_to(self, call: Call) -> str:
        """Return an opinion, or a draft."""
        if call.kind == REVIEW:
            return _opinion()
        return _draft(call.told, lies=call.subject in self.lies and call.kind == DRAFT)


def _draft(told: str, *, lies: bool) -> str:
    shown = _block(told, "passage-1").partition("\n\n")[2]
    answer = "It takes 999999 years." if lies else shown
    return json.dumps({"answer": answer, "verdict": "answered", "quotes": [{"passage": 1, "text": shown}]})


def _opinion() -> str:
    scores = {"correct": 1, "complete": 1, "clear": 1}
    return json.dumps({"verdict": "accept", "scores": scores, "comments": []})


def _block(told: str, name: str) -> str:
    found = re.search(_BLOCK.format(name=name), told, re.DOTALL)
    assert found, f"no block {name}"
    return found[2]
