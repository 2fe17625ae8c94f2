"""Altered by one character, cut before the `not`, said of another time: none passes, and a copy always does."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from domain.rfp_answering.draft import AnswerRules, AnswerVerdict, ChunkId, Draft, Quote
from domain.rfp_answering.proving.evidence import Check, examine
from domain.rfp_answering.proving.sentences import sentences_of
from tests.unit.rfp_honest import PASSAGES
from tests.unit.rfp_lies import PASSAGE

CHUNK = ChunkId("chunk")
SENTENCES = [(one, passage) for passage in (*PASSAGES, PASSAGE) for one in sentences_of(passage)]
ALIKE = {"a": "а", "c": "с", "e": "е", "o": "ο", "p": "р", "x": "х", "A": "Α", "B": "В", "E": "Е", "T": "Т", "S": "Ѕ"}
RATES = ("daily", "weekly", "monthly", "quarterly", "annually", "hourly", "every other week")
TIMES = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")
HIDDEN = "\u202a\u202e\u2066\u200f\u061c\U000e0041\u0336\u0338"


def failed(answer: str, quote: str, passage: str) -> set[Check]:
    """Return what does not pass of an answer with one quote."""
    draft = Draft(answer=answer, verdict=AnswerVerdict.ANSWERED, quotes=(Quote(chunk_id=CHUNK, text=quote),))
    return {one.check for one in examine(draft, chunks={CHUNK: passage}, rules=AnswerRules()).findings}


@given(st.sampled_from(SENTENCES))
def test_a_sentence_that_is_copied_and_quoted_always_passes(case: tuple[str, str]) -> None:
    """What the document says itself is proved by it, however oddly it is written."""
    sentence, passage = case
    assume(len(sentence.split()) > 2)

    assert not failed(sentence, sentence, passage)


@given(st.sampled_from(SENTENCES), st.data())
def test_a_letter_of_another_script_is_seen(case: tuple[str, str], data: st.DataObject) -> None:
    """It looks the same to the person who would approve it, and stands for another standard or product."""
    sentence, passage = case
    places = [at for at, letter in enumerate(sentence) if letter in ALIKE]
    assume(places)
    at = data.draw(st.sampled_from(places))
    altered = sentence[:at] + ALIKE[sentence[at]] + sentence[at + 1 :]

    assert failed(altered, sentence, passage) & {Check.WRITING, Check.NAMES, Check.STANDARDS}
    assert Check.QUOTES_FOUND in failed("It is.", altered, passage)


@given(st.sampled_from(SENTENCES), st.sampled_from(HIDDEN), st.data())
def test_a_character_that_hides_or_turns_text_is_seen(case: tuple[str, str], hidden: str, data: st.DataObject) -> None:
    """Backwards text and struck-through letters read otherwise than they compare."""
    sentence, passage = case
    at = data.draw(st.integers(1, len(sentence) - 1))
    altered = sentence[:at] + hidden + sentence[at:]

    assert Check.WRITING in failed(altered, sentence, passage)
    assert Check.QUOTES_FOUND in failed("It is.", altered, passage)


@given(st.sampled_from(RATES), st.sampled_from(RATES))
def test_how_often_passes_only_as_often(said: str, stated: str) -> None:
    """A promise without a digit is a promise."""
    proof = f"as a rule they read the logs {stated}"
    assert failed(f"logs are read {said} by us", proof, proof) == (set() if said == stated else {Check.NUMBERS})


@given(st.sampled_from(TIMES), st.sampled_from(TIMES))
def test_a_time_without_a_number_is_a_number_of_its_own(said: str, stated: str) -> None:
    """`Within a day` is not `within a week`."""
    proof = f"they reply within a {stated} as a rule"

    assert failed(f"replies come within a {said} or so", proof, proof) == (set() if said == stated else {Check.NUMBERS})


VERBS = ("support", "encrypt", "share", "store", "export", "delete")
THINGS = ("customer data", "backup files", "audit logs", "mobile clients", "guest accounts")


@given(st.sampled_from(VERBS), st.sampled_from(THINGS), st.sampled_from(["do not", "never", "don't", "will not"]))
def test_cutting_the_not_or_leaving_it_out_is_seen(verb: str, thing: str, negation: str) -> None:
    """The document says that it is not so; the answer says that it is."""
    passage = f"As of today we {negation} {verb} {thing} of anybody. Other sentences follow."
    lie = f"We {verb} {thing}."

    assert Check.QUOTES_WHOLE in failed(lie, f"{verb} {thing} of anybody", passage)
    assert Check.NEGATIONS in failed(lie, passage, passage)
    assert not failed(f"We {negation} {verb} {thing}.", passage, passage)
