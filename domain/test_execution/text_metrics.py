"""
Metrics on text that need nothing but Python: equality, what a text contains, how it starts; and JSON equality.

Each is a pure function from the answer and what is looked for to a `Finding`. A reason states what is, shortened, and
not what was wished, so that it also reads right when the metric is negated.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Never

from domain.test_execution.finding import Finding, shown

_SAME_CHARACTERS = 40
_LISTED_TEXTS = 3


def equals(answer: str, expected: str) -> Finding:
    """
    Compare to the letter: spaces and case count.

    >>> equals("yes", "yes").holds, equals("yes ", "yes").holds
    (True, False)
    """
    if answer == expected:
        return Finding.of(True, reason=f"the answer is {shown(expected)}")
    same = _equal_characters(answer, expected)
    if same < _SAME_CHARACTERS:
        return Finding.of(False, reason=f"the answer is {shown(answer)}, not {shown(expected)}")
    return Finding.of(
        False,
        reason=f"after {same} equal characters the answer has {shown(answer[same:])}, not {shown(expected[same:])}",
    )


def equals_json(answer: str, expected: object) -> Finding:
    """
    Compare as JSON: the order of keys and how it is laid out do not count.

    >>> equals_json('{"b": [1.0], "a": null}', {"a": None, "b": [1]}).holds
    True
    >>> equals_json("1", True).holds
    False
    """
    wanted = shown(json.dumps(expected, ensure_ascii=False))
    try:
        found = read_json(answer)
    except ValueError as error:
        return Finding.of(
            False, reason=f"the answer is {shown(answer)}, which is not JSON ({error}) and so not {wanted}"
        )
    if is_same_json(found, expected):
        return Finding.of(True, reason=f"the answer is the JSON {wanted}")
    return Finding.of(False, reason=f"the answer is {shown(answer)}, not the JSON {wanted}")


def contains(answer: str, text: str, *, ignore_case: bool = False) -> Finding:
    """
    Look for *text* in the answer.

    >>> contains("Paris, of course", "paris").reason
    "'paris' is not in the answer 'Paris, of course'"
    """
    if _missing(answer, [text], ignore_case=ignore_case):
        return Finding.of(False, reason=f"{shown(text)} is not in the answer {shown(answer)}")
    return Finding.of(True, reason=f"{shown(text)} is in the answer")


def contains_any(answer: str, texts: Sequence[str], *, ignore_case: bool = False) -> Finding:
    """
    Look for at least one of *texts*.

    >>> contains_any("red or blue", ["green", "blue"]).reason
    "'blue' is in the answer"
    """
    missing = _missing(answer, texts, ignore_case=ignore_case)
    if len(missing) == len(texts):
        return Finding.of(False, reason=f"none of {_listed(texts)} is in the answer {shown(answer)}")
    found = next(text for text in texts if text not in missing)
    return Finding.of(True, reason=f"{shown(found)} is in the answer")


def contains_all(
    answer: str, texts: Sequence[str], *, share: float | None = None, ignore_case: bool = False
) -> Finding:
    """
    Look for all of *texts*; with a *share* (0 to 1) that much of them is enough, and the value is the share there is.

    >>> contains_all("red or blue", ["red", "blue", "green", "black"], share=0.5).value
    0.5
    """
    missing = _missing(answer, texts, ignore_case=ignore_case)
    if not missing:
        return Finding.of(True, reason=f"all of {_listed(texts)} are in the answer")
    found = len(texts) - len(missing)
    reason = f"{found} of {len(texts)} texts, but not {_listed(missing)}, are in the answer {shown(answer)}"
    if share is None:
        return Finding.of(False, reason=reason)
    return Finding(holds=found / len(texts) >= share, value=found / len(texts), reason=reason)


def starts_with(answer: str, text: str) -> Finding:
    """
    Look at the answer's start.

    >>> starts_with("Yes, it is.", "Yes").holds
    True
    """
    if answer.startswith(text):
        return Finding.of(True, reason=f"the answer starts with {shown(text)}")
    return Finding.of(False, reason=f"the answer starts with {shown(answer)}, not with {shown(text)}")


def word_count(answer: str, *, least: int | None, most: int | None) -> Finding:
    """
    Count the words, which are what stands between spaces; each bound is inclusive, and may be missing.

    >>> word_count("one two  three", least=3, most=3).reason
    'the answer has 3 words, for 3'
    """
    count = len(answer.split())
    holds = (least is None or count >= least) and (most is None or count <= most)
    if least == most:
        wanted = f"{least}"
    elif most is None:
        wanted = f"at least {least}"
    else:
        wanted = f"at most {most}" if least is None else f"{least} to {most}"
    return Finding.of(holds, reason=f"the answer has {count} words, for {wanted}")


def read_json(text: str) -> object:
    """
    Parse JSON as the standard has it: no NaN, no Infinity.

    Raises:
        ValueError: it is not JSON, or nested too deeply.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def is_same_json(left: object, right: object) -> bool:
    """
    Whether two JSON values are the same; unlike Python's ==, true is not 1.

    >>> is_same_json([True], [1]), is_same_json(1, 1.0)
    (False, True)
    """
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(is_same_json(left[key], right[key]) for key in left)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(is_same_json, left, right))
    return left == right


def _equal_characters(left: str, right: str) -> int:
    pairs = zip(left, right, strict=False)
    return next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(left), len(right)))


def _missing(answer: str, texts: Sequence[str], *, ignore_case: bool) -> list[str]:
    if not ignore_case:
        return [text for text in texts if text not in answer]
    folded = answer.casefold()
    return [text for text in texts if text.casefold() not in folded]


def _listed(texts: Sequence[str]) -> str:
    listed = ", ".join(shown(text, limit=30) for text in texts[:_LISTED_TEXTS])
    return f"{listed} and {len(texts) - _LISTED_TEXTS} more" if len(texts) > _LISTED_TEXTS else listed


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is no JSON")
