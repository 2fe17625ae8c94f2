"""Texts that somebody writes to have the evidence gate take for ever, or for another text than a person reads."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from domain.rfp_answering.draft import AnswerRules, AnswerVerdict, ChunkId, Draft, Quote
from domain.rfp_answering.proving.evidence import Check, examine

CHUNK = ChunkId("chunk")
CHARACTERS, OF_NUMBERS = 40_000, 12_000
"""How long the texts are; numbers cost more each than what none of is found."""
MOST_SECONDS = 10.0
"""Of processor time: some ten times what the slowest takes, and less than what it took when its time grew squared."""
ENDLESS: dict[str, Callable[[int], str]] = {
    "hosts": lambda _no: "a.",
    "dashes": lambda _no: "a-",
    "one host": lambda _no: "a.b",
    "Arabic digits": lambda _no: "۱",
    "numbers": lambda no: f"{no} ",
    "whichever": lambda _no: "whichever ",
    "numbers of one kind": lambda no: f"{no % 7 + 2} days for item{chr(97 + no % 26)}, ",
    "one number": lambda no: f"5 days for thing{no} and ",
    "standards": lambda no: f"ISO {no}, ",
    "names": lambda no: f"Ab{chr(97 + no % 26)} C{no} does. ",
    "dates": lambda no: f"{no % 28 + 1} May 20{no % 90 + 10} for thing{no}, ",
}
PASSAGE = (
    "Recovery takes 2 to 6 hours, growth was 3 %, availability is at least 99.9 %, latency at most 40 ms, and AES is "
    "used for backups."
)


def failed(answer: str, passage: str) -> set[Check]:
    """Return what does not pass of an answer that quotes its whole passage."""
    draft = Draft(answer=answer, verdict=AnswerVerdict.ANSWERED, quotes=(Quote(chunk_id=CHUNK, text=passage),))
    return {one.check for one in examine(draft, chunks={CHUNK: passage}, rules=AnswerRules()).findings}


def long(kind: str, *, begin: int) -> str:
    """Return an endless text, cut off."""
    characters = CHARACTERS if ENDLESS[kind](1) == ENDLESS[kind](2) else OF_NUMBERS
    return "".join(ENDLESS[kind](no) for no in range(begin, begin + characters))[:characters]


@pytest.mark.parametrize("kind", ENDLESS)
def test_a_long_text_takes_no_minutes(kind: str) -> None:
    """A document of twenty pages must not hold a worker for as long as its author likes."""
    answer, passage = long(kind, begin=1), f"{long(kind, begin=4)}z."
    started = time.process_time()

    failed(answer, passage)

    assert time.process_time() - started < MOST_SECONDS


def test_a_number_of_many_digits_is_compared_to_its_last() -> None:
    """Account numbers, and numbers beside a fraction, were rounded."""
    number = "1234567890" * 4

    assert not failed(f"The code is {number}1.", f"As we say, the code is {number}1.")
    assert Check.NUMBERS in failed(f"The code is {number}1.", f"As we say, the code is {number}2.")
    assert Check.NUMBERS in failed("It takes 12341½ hours.", "As we say, it takes 12342½ hours.")
    assert not failed("It takes 12341½ hours.", "As we say, it takes 12341.5 hours.")
    assert Check.NUMBERS in failed(f"It takes {number}1½ hours.", f"As we say, it takes {number}2½ hours.")
    assert Check.NUMBERS in failed(f"It takes {number * 200}½ hours.", "As we say, it takes 12342½ hours.")


@pytest.mark.parametrize(
    "answer",
    [
        "Recovery takes 2．6 hours.",
        "Recovery takes 2·6 hours.",
        "Recovery takes 2٫6 hours.",
        "Recovery takes 2\ufe0f6 hours.",
        "Recovery takes 2\U000e01006 hours.",
        "Recovery takes 2\u31646 hours.",
        "Recovery takes 2 to 6 ㎳.",
        "Recovery takes ٣ to ٦ hours.",
        "Growth was ˗3 %.",
        "Growth was ➖3 %.",
        "Backups hold a ＳＯＣ report.",
        "Backups hold a 𝗦𝗢𝗖 report.",
    ],
    ids=ascii,
)
def test_what_looks_like_another_number_or_name_is_seen(answer: str) -> None:
    """Signs, digits and letters that a person reads in one way and code in another."""
    assert failed(answer, PASSAGE) & {Check.WRITING, Check.NUMBERS}


@pytest.mark.parametrize(
    "answer",
    [
        "✔\ufe0f Recovery takes 2–6 hours.",
        "Recovery takes ٢ to ٦ hours.",
        "Growth was 3\u202f%.",
        "Re\u00adcovery: 2 h.",
    ],
    ids=ascii,
)
def test_what_only_looks_odd_is_let_through(answer: str) -> None:
    """Ticks, narrow blanks and soft hyphens are in every other document."""
    assert not failed(answer, PASSAGE)


def test_an_address_is_found_behind_whatever_stands_before_it() -> None:
    """That a page of dots is read quickly hides no host."""
    for before in ("...", "a.-", f"{'a' * 80}.", "x_", "é.", "bücher-", "(("):
        assert Check.ADDRESSES in failed(f"Recovery takes 2 hours: {before}evil.example.com", PASSAGE)
        assert Check.ADDRESSES in failed(f"Recovery takes 2 hours: {before}me@evil.example.com", PASSAGE)
