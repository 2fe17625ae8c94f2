"""The gate tries no pattern that can't match: what it leaves untried would have found nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.rfp_answering.proving.addresses import addresses_in
from domain.rfp_answering.proving.dates import dates_in
from domain.rfp_answering.proving.designations import is_written_small
from domain.rfp_answering.proving.folding import folded
from domain.rfp_answering.proving.negations import clauses_of
from domain.rfp_answering.proving.quantities import quantities_in
from domain.rfp_answering.proving.rates import rates_in
from domain.rfp_answering.proving.scales import Sense
from domain.rfp_answering.proving.spelled import found_where, spelled_in
from domain.rfp_answering.proving.spelling import respelled

WORDS = ("six", "kb", "minute", "hourly", "third", "iso", "in", "aes")
LETTERS = st.text("sixkbmnuteIoldraK \u017f\u212a\u0131\u0130\u0307-_.,3S", max_size=30)
NUMBER = re.compile(r"(?:[$€]\s?)?(?:-?\d+(?:,\d{3})*|\bsix\b)(?:\s?(?:days|%))?")
START = re.compile(r"[-$€\d]|\b[a-z]")


@example("\u0307six", "six")
@example("m\u0131nute", "minute")
@example("S\u0130X", "six")
@given(LETTERS, st.sampled_from(WORDS))
def test_a_word_that_a_pattern_would_find_is_spelled_in_the_text(text: str, word: str) -> None:
    """Patterns ignore capitals, and take four letters of other alphabets for plain ones: an attacker would use them."""
    if re.search(rf"\b{word}\b", text, re.IGNORECASE):
        assert word in spelled_in(text)


@given(st.text("$€ -1234567890,six days%a", max_size=60))
def test_what_is_found_where_it_may_begin_is_all_there_is(text: str) -> None:
    """Trying a pattern at fewer places must not change what is found, nor where it ends."""
    spans = [found.span() for found in found_where(START, NUMBER, text)]

    assert spans == [found.span() for found in NUMBER.finditer(text)]


@given(st.text("abcd E.1'\u00ad\ufb01", max_size=60), st.text("abcd", min_size=1, max_size=8))
def test_a_word_written_small_is_one_of_the_texts_words(text: str, word: str) -> None:
    """It is looked for by its beginning, so that no list of all words has to be made."""
    alone = re.findall(r"[^\W\d_]+", folded(text))

    assert not (word in alone and not is_written_small(word, text))
    assert not is_written_small(word, text) or any(one[:4] == word[:4] and one.islower() for one in alone)


RESPELLED = {
    "24 hours a day, 7 days a week": "24/7",
    "Twenty-four hours per day and seven days per week": "24/7",
    "around the clock": "24/7",
    "round-the-clock": "24/7",
    "24x7": "24/7",
    "24*7": "24/7",
    "24 \u00d7 7": "24/7",
    "type II": "Type II",
    "3rd parties": "third parties",
    "art. 5": "Article 5",
    "twice": "2 times",
    "thrice": "3 times",
    "half an hour": "0.5 hour",
    "half of it": "0.5 of it",
    "a quarter of an hour": "0.25 hour",
    "a dozen": "12",
    "every other week": "every 2 week",
    "hourly": "every hour",
    "daily": "every day",
    "nightly": "every day",
    "fortnightly": "every fortnight",
    "weekly": "every week",
    "monthly": "every month",
    "quarterly": "every quarter",
    "annually": "every year",
    "annual": "every year",
    "yearly": "every year",
    "twelfth": "12th",
    "2\u00bd": "2.5",
    "gdpr": "GDPR",
    "aes256": "AES256",
    "tlsv1.2": "TLSv1.2",
    "third party": "third party",
    "nothing of this": "nothing of this",
}


@pytest.mark.parametrize(("text", "said"), RESPELLED.items())
def test_each_phrase_is_respelled_by_itself(text: str, said: str) -> None:
    """A pattern whose word is not listed beside it would be tried only next to another one's."""
    assert respelled(text) == said


@pytest.mark.parametrize(
    "text",
    ["every day", "/ month", "per user and year", "within a day", "an hour", "several weeks", "a couple of months",
     "millions", "yesterday", "last year", "summer of 2024"],
)  # fmt: skip
def test_each_rate_is_found_by_itself(text: str) -> None:
    """So is how often."""
    assert list(rates_in(text))


@pytest.mark.parametrize(
    "text",
    ["2026-03-14", "14.3.2026", "14/03/2026", "14 March 2026", "Mar 14, 2026", "MAY 2026", "5 May", "since May"],
)
def test_each_date_is_found_by_itself(text: str) -> None:
    """So is when."""
    assert dates_in(text)
    assert not dates_in(text.lower()) or text[0].isdigit()


@pytest.mark.parametrize(
    "text", ["//a.example/x", "mailto:someone", "ann@localhost", "see nordwind.example", "+49 30 1234567", "http://x/y"]
)
def test_each_address_is_found_by_itself(text: str) -> None:
    """So is where."""
    assert addresses_in(text)


@pytest.mark.parametrize(
    "text", ["s\u0131x days", "\u017fix days", "6 m\u0131nutes", "tw\u0130ce", "6 m\u0131ll\u0131on", "S\u0131xth"]
)
def test_letters_that_patterns_take_for_plain_ones_are_read_as_such(text: str) -> None:
    """Such a word in a document or an answer ended the item with a KeyError once."""
    assert quantities_in(respelled(text))


@pytest.mark.parametrize(
    ("sentence", "sense"),
    [
        ("We don't sell data", Sense.DENIES),
        ("Keine Daten werden verkauft", Sense.DENIES),
        ("A client is planned", Sense.PLANS),
        ("It is unsupported", Sense.NEITHER),
        ("At most two are kept", Sense.NEITHER),
        ("Data is sold", Sense.SAYS),
    ],
)
def test_each_sense_is_found_by_itself(sentence: str, sense: Sense) -> None:
    """Most sentences say what they say, and are asked only once."""
    assert clauses_of(sentence)[0].sense is sense
