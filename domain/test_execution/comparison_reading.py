"""
Reading a comparison back from its document: so that one made by a server is shown like one made here.

The inverse of `comparison_document`, as far as that says everything: amounts have its digits, and of tests that changed
it lists no more than the document does.
"""

from __future__ import annotations

import attrs

from domain.jobs.item import Document, ItemNo
from domain.test_execution.comparison import Change, Comparison, Difference, Direction
from domain.test_execution.document_fields import DocumentFields
from domain.test_execution.matching import Matching
from domain.test_execution.pairing import TestSide
from domain.test_execution.statistics import Interval
from domain.test_execution.summary import GateResult
from domain.test_execution.summary_reading import gate_from, rate_from


def comparison_from(document: Document) -> Comparison:
    """Return what the document says of two runs; fields that it does not have say nothing."""
    read = DocumentFields(document)
    tests, rate = read.part("tests"), read.part("pass_rate")
    return Comparison(
        alpha=read.number("alpha") or 0.0,
        matching=Matching(**{name: tests.whole(name) for name in attrs.fields_dict(Matching)}),
        pass_rate=_difference(rate) if rate.content else None,
        metrics=tuple(map(_difference, read.parts("metrics"))),
        other_metrics=read.whole("other_metrics"),
        estimates=tuple(map(_difference, read.parts("estimates"))),
        regressed=read.whole("regressed"),
        improved=read.whole("improved"),
        regressions=tuple(map(_change, read.parts("regressions"))),
        improvements=tuple(map(_change, read.parts("improvements"))),
        base_rate=rate_from(read.part("base").part("pass_rate")),
        new_rate=rate_from(read.part("new").part("pass_rate")),
    )


def names_from(document: Document) -> tuple[str, str]:
    """Return what the two runs are called."""
    read = DocumentFields(document)
    return read.part("base").text("name"), read.part("new").text("name")


def gates_from(document: Document) -> tuple[GateResult, ...]:
    """Return how the comparison stands against its gates."""
    return tuple(map(gate_from, DocumentFields(document).parts("gates")))


def _difference(read: DocumentFields) -> Difference:
    return Difference(
        name=read.text("name"),
        kind=read.text("kind"),
        tests=read.whole("tests"),
        base=read.number("base") or 0.0,
        new=read.number("new") or 0.0,
        value=read.number("difference") or 0.0,
        interval=Interval(low=read.number("low") or 0.0, high=read.number("high") or 0.0),
        p=read.number("p"),
        p_adjusted=read.number("p_adjusted"),
        smallest=read.number("smallest_difference"),
        finding=Direction(read.text("finding") or Direction.NOTHING),
    )


def _change(read: DocumentFields) -> Change:
    key = read.text("test")
    return Change(base=_side(read.part("base"), key), new=_side(read.part("new"), key))


def _side(read: DocumentFields, key: str) -> TestSide:
    return TestSide(
        key=key,
        content=b"",
        demands=b"",
        first=ItemNo(0),
        judged=read.whole("judged"),
        passed=read.whole("passed"),
        answer=read.text("answer"),
        reason=read.text("reason"),
    )
