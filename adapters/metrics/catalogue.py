"""
The kinds of metric in words, found out by asking the kinds themselves: what they take, they say when it is wrong.

Nothing here is written down a second time, so that nothing can differ from what a kind does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial

from attrs import frozen

from adapters.http.guard import STRICT
from adapters.javascript.engine import JavaScript
from adapters.metrics.kinds import standard_kinds
from domain.jobs.errors import InvalidInput
from domain.test_execution.judging.kinds import JUDGED_KINDS
from domain.test_execution.max_score import max_score
from domain.test_execution.metric import Metric
from domain.test_execution.ports import Scorers

_REFUSAL = re.compile(r"\b(value|threshold)(?:\.\w+)?: found .*; expected (.+)", re.DOTALL)
_NO_USE = re.compile(r"(nothing|none)\b(?!,)")
_ODD_VALUES: tuple[object, ...] = (True, [], {"antiphon": 1}, "antiphon")
_SOUND_VALUES: tuple[object, ...] = (
    None,
    "true",
    ["a text"],
    1,
    {"criterion": "a", "other": "b"},
    [{"name": "a tool"}],
    {"method": "average"},
    "https://example.com",
)


@frozen(kw_only=True)
class Parameter:
    """What a kind takes: in words, and whether it must be there."""

    expected: str
    required: bool


@frozen(kw_only=True)
class KindInWords:
    """
    A kind of metric: what it looks at, and what it takes (None: nothing).

    *threshold_default* stands in for a missing threshold, where the kind has one of its own. *unavailable* says why the
    kind can't be used here.
    """

    kind: str
    about: str
    value: Parameter | None
    threshold: Parameter | None
    threshold_default: float | None
    asks_judge: bool
    embeds: bool
    unavailable: str = ""


def catalogue(scorers: Scorers) -> list[KindInWords]:
    """Return all kinds that *scorers* make, by name."""
    words = _words()
    return [_in_words(kind, scorers, about=words.get(kind, "")) for kind in sorted(scorers.kinds())]


def _in_words(kind: str, scorers: Scorers, *, about: str) -> KindInWords:
    judged = JUDGED_KINDS.get(kind)
    value = _value(kind, scorers)
    sound = next((each for each in _SOUND_VALUES if not _complaint(scorers, kind, value=each)), None)
    return KindInWords(
        kind=kind,
        about=about,
        value=value,
        threshold=_threshold(kind, scorers, value=sound),
        threshold_default=judged.threshold if judged else None,
        asks_judge=judged is not None and judged.asks,
        embeds=judged is not None and judged.embeds,
        unavailable=_unavailable(kind, scorers),
    )


def _value(kind: str, scorers: Scorers) -> Parameter | None:
    missing = _expected(_complaint(scorers, kind), "value")
    if missing:
        return Parameter(expected=missing, required=True)
    expected = (_expected(_complaint(scorers, kind, value=odd), "value") for odd in _ODD_VALUES)
    return _parameter(next(filter(None, expected), "anything"))


def _threshold(kind: str, scorers: Scorers, *, value: object) -> Parameter | None:
    return _parameter(_expected(_complaint(scorers, kind, value=value, threshold=-1.0), "threshold") or "a number")


def _parameter(expected: str) -> Parameter | None:
    return None if _NO_USE.match(expected) else Parameter(expected=expected, required=False)


def _unavailable(kind: str, scorers: Scorers) -> str:
    """Return what a kind says of any value alike: it is not the value that is wrong."""
    said = {_complaint(scorers, kind, value=value) for value in ("true", "false")}
    only = said.pop()
    return "" if said or _REFUSAL.search(only) or "not allowed" not in only else only.partition(": ")[2]


def _complaint(scorers: Scorers, kind: str, *, value: object = None, threshold: float | None = None) -> str:
    try:
        scorers.make(Metric(name=kind, kind=kind, value=value, threshold=threshold))
    except InvalidInput as error:
        return str(error)
    return ""


def _expected(complaint: str, field: str) -> str:
    found = _REFUSAL.search(complaint)
    return found[2] if found and found[1] == field else ""


def _words() -> Mapping[str, str]:
    return dict(_documented())


def _documented() -> Iterator[tuple[str, str]]:
    for kind, make in standard_kinds(javascript=JavaScript(), python=None, guard=STRICT).items():
        yield kind, _first_line(make)
    for kind, judged in JUDGED_KINDS.items():
        yield kind, _first_line(judged.judgement)
    yield "max-score", _first_line(max_score)


def _first_line(make: object) -> str:
    documented = make.func if isinstance(make, partial) else make
    return next((line.strip() for line in (documented.__doc__ or "").splitlines() if line.strip()), "")
