"""Rules that hold for text metrics on any text."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from domain.test_execution.text_metrics import (
    contains,
    contains_all,
    contains_any,
    equals,
    equals_json,
    is_same_json,
    starts_with,
)

TEXT = st.text(alphabet="abAB ß", max_size=8)
NEEDLES = st.lists(st.text(alphabet="abAB", min_size=1, max_size=2), min_size=1, max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(answer=TEXT, needles=NEEDLES, ignore_case=st.booleans())
def test_any_and_all_follow_from_one(answer: str, needles: list[str], ignore_case: bool) -> None:
    """The three kinds must never disagree on the same answer."""
    one = [contains(answer, needle, ignore_case=ignore_case).holds for needle in needles]
    every = contains_all(answer, needles, ignore_case=ignore_case)

    assert contains_any(answer, needles, ignore_case=ignore_case).holds == any(one)
    assert (every.holds, every.value) == (all(one), float(all(one)))
    assert contains_all(answer, needles, share=0.5, ignore_case=ignore_case).value == sum(one) / len(one)


@given(answer=TEXT, needles=NEEDLES, wanted=st.integers(0, 5))
def test_a_share_of_n_is_reached_by_n(answer: str, needles: list[str], wanted: int) -> None:
    """7 of 10 is 0.7, also in binary: rounding must not fail a test that reaches its threshold."""
    share = min(wanted, len(needles)) / len(needles)
    found = sum(needle in answer for needle in needles)

    assert contains_all(answer, needles, share=share).holds == (found >= min(wanted, len(needles)))


def test_a_share_that_binary_rounds_up_is_still_reached() -> None:
    """0.28 x 25 is 7.000000000000001 to the machine, and 7 of 25 is 0.28 to everybody else."""
    texts = [f"<{number}>" for number in range(25)]

    assert contains_all("".join(texts[:7]), texts, share=0.28).holds


@given(answer=TEXT, text=TEXT)
def test_equal_starts_and_contains_imply_each_other(answer: str, text: str) -> None:
    """What equals also starts with, and what starts with also contains."""
    assert equals(answer, text).holds == (starts_with(answer, text).holds and starts_with(text, answer).holds)
    assert not starts_with(answer, text).holds or contains(answer, text).holds
    assert not contains(answer, text).holds or contains(answer, text, ignore_case=True).holds


@given(answer=TEXT, text=TEXT)
def test_negation_twice_is_nothing_and_once_is_the_opposite(answer: str, text: str) -> None:
    """`not-` swaps the verdict and mirrors the value, for every finding."""
    finding = contains(answer, text)
    negated = finding.negated()

    assert (negated.holds, negated.value) == (not finding.holds, 1 - finding.value)
    assert (negated.negated().holds, negated.negated().value) == (finding.holds, finding.value)


@given(value=JSON, other=JSON)
def test_json_equality_is_that_of_the_written_form(value: object, other: object) -> None:
    """Layout and the order of keys never count; two values are the same exactly if their one written form is."""
    assert equals_json(json.dumps(value, indent=2), value).holds
    assert is_same_json(value, other) == is_same_json(other, value)
    if json.dumps(value, sort_keys=True) == json.dumps(other, sort_keys=True):
        assert is_same_json(value, other)
