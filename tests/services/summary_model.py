"""A model on loopback that summarizes: of each part its first paragraph's first sentence, and the overview's first."""

from __future__ import annotations

import json
import re

from attrs import define, field

from tests.services.counting_model import Call, CountingModel

PART, OVERVIEW, REPAIR = "part", "overview", "repair"
PARAGRAPHS = 150
FILLING = "It is told in the annexes how trams, depots, staff and passengers work together every day. " * 9


def paragraph(no: int) -> str:
    """Return a paragraph of the tender, from 1 on; it demands nothing, so that rows are none."""
    return f"Depot {no} of the city has room for trams. {FILLING.strip()}"


def tender() -> bytes:
    """Return a tender of so many paragraphs that it has more parts than there are places to summarize them on."""
    return "\n\n".join(["# Depots", *(paragraph(no) for no in range(1, PARAGRAPHS + 1))]).encode()


@define(eq=False)
class SummaryModel(CountingModel):
    """
    Calls are about a part, named by its first depot, or about the overview, which is named so.

    *garbled* are parts whose first reply can't be read.
    """

    garbled: set[str] = field(factory=set)

    def call_of(self, told: str, *, messages: int) -> Call:
        """Return what is to be summarized."""
        if "You condense" in told:
            return Call(told=told, messages=messages, kind=OVERVIEW, subject=OVERVIEW)
        kind = REPAIR if messages > 2 else PART
        return Call(told=told, messages=messages, kind=kind, subject=_first_depot(told))

    def said_to(self, call: Call) -> str:
        """Return one bullet."""
        quote = f"{call.subject} of the city has room for trams."
        if call.kind == OVERVIEW:
            return json.dumps({"bullets": [{"from": [1], "text": f"{_first_depot(call.told)} has room for trams."}]})
        if call.kind == PART and call.subject in self.garbled:
            return "Certainly!"
        chunk = call.told.partition(quote)[0].count("<chunk-")
        return json.dumps({"bullets": [{"chunk": chunk, "quote": quote, "text": quote}], "rows": []})


def _first_depot(told: str) -> str:
    found = re.search(r"Depot \d+", told)
    assert found, "no depot"
    return found[0]
