"""What a drafted answer needs to be proved, by example: twelve ways to lie, and the ways of writing that are no lie."""

from __future__ import annotations

import pytest

from domain.rfp_answering.draft import AnswerRules, AnswerVerdict, ChunkId, Draft, Quote
from domain.rfp_answering.proving.evidence import Check, Evidence, examine
from domain.rfp_answering.proving.quoting import stands_in

CHUNK = ChunkId("chunk-1")
OTHER = ChunkId("chunk-2")
TEXT = """All customer data is encrypted at rest with AES-256 and in transit with TLS 1.3. We are certified to
ISO/IEC 27001:2022 and hold a SOC 2 Type II report dated 14 March 2026. Backups are kept for thirty days; recovery takes
4 hours, and availability is 99.95 %. Single sign-on works with Okta and Microsoft Entra ID via SAML 2.0. We have
1,200 customers. Support answers within 2 to 6 business hours. A “clean desk” policy is in force."""
CHUNKS = {CHUNK: TEXT, OTHER: "Invoices are sent by e-mail each month."}


def examined(answer: str, *quotes: Quote, verdict: str = "answered", rules: AnswerRules | None = None) -> Evidence:
    """Examine an answer that quotes the whole chunk, if nothing else is said."""
    draft = Draft(answer=answer, verdict=AnswerVerdict(verdict), quotes=quotes or (Quote(chunk_id=CHUNK, text=TEXT),))
    return examine(draft, chunks=CHUNKS, rules=rules or AnswerRules())


def failed(evidence: Evidence) -> set[Check]:
    """Return what did not pass; a check is never both."""
    found = {finding.check for finding in evidence.findings}
    assert not found & set(evidence.passed)
    return found


HONEST = (
    "Data is encrypted at rest with AES-256.",
    "We are certified to ISO 27001.",
    "We are certified to ISO/IEC 27001:2022.",
    "There is a SOC 2 Type II report from 2026.",
    "There is a SOC 2 report of March 2026.",
    "The report is dated 2026-03-14.",
    "Backups are kept for 30 days.",
    "Availability is 99.95% for our 1200 customers.",
    "Sign-on works with Okta. Microsoft Entra ID is supported as well.",
    "Support answers within 2 business hours at best.",
    "- Okta works\n- SAML 2.0 is spoken",
)


@pytest.mark.parametrize("answer", HONEST)
def test_what_the_quote_says_in_another_way_is_proved(answer: str) -> None:
    """A gate that sends every honest answer to a person is switched off within a week."""
    evidence = examined(answer)

    assert evidence.is_sufficient, evidence.findings
    assert set(evidence.passed) == set(Check)


LIES = {
    "a number is another": ("Backups are kept for 90 days.", Check.NUMBERS),
    "a number in letters is another": ("Backups are kept for ninety days.", Check.NUMBERS),
    "the unit is another": ("Recovery takes 4 minutes.", Check.NUMBERS),
    "business hours become hours": ("Support answers within 6 hours.", Check.NUMBERS),
    "a decimal is better": ("Availability is 99.99 %.", Check.NUMBERS),
    "the day is another": ("The SOC 2 report is dated 15 March 2026.", Check.DATES),
    "the year is another": ("The SOC 2 report is from 2025.", Check.NUMBERS),
    "the standard is another": ("We are certified to ISO 9001.", Check.STANDARDS),
    "the edition is another": ("We are certified to ISO 27001:2013.", Check.STANDARDS),
    "the type is another": ("There is a SOC 2 Type I report.", Check.STANDARDS),
    "the key is longer": ("Data is encrypted with AES-512.", Check.STANDARDS),
    "a standard is made up": ("We are HIPAA compliant.", Check.STANDARDS),
    "a product is another": ("Sign-on works with OneLogin.", Check.NAMES),
    "a product is put beside": ("Sign-on works with Okta and Ping Identity.", Check.NAMES),
    "a number is borrowed from a standard": ("We have 256 customers.", Check.NUMBERS),
}


@pytest.mark.parametrize(("answer", "check"), LIES.values(), ids=LIES)
def test_a_lie_in_the_answer_is_caught_by_its_check(answer: str, check: Check) -> None:
    """A tender answered with a wrong number is a contract with a wrong number."""
    evidence = examined(answer)

    assert failed(evidence) == {check}


FALSE_QUOTES = {
    "made up": Quote(chunk_id=CHUNK, text="Data is never stored outside of the European Union."),
    "with another number": Quote(chunk_id=CHUNK, text="Backups are kept for sixty days"),
    "of another chunk": Quote(chunk_id=OTHER, text="All customer data is encrypted at rest"),
    "of a chunk that was not shown": Quote(chunk_id=ChunkId("chunk-9"), text="All customer data is encrypted"),
    "put together": Quote(chunk_id=CHUNK, text="Backups are kept for thirty days; We have 1,200 customers"),
    "cut inside of a number": Quote(chunk_id=CHUNK, text="recovery takes 4 hours, and availability is 99.9"),
    "cut inside of a word": Quote(chunk_id=CHUNK, text="All customer data is encrypt"),
    "in other capitals": Quote(chunk_id=CHUNK, text="all customer data is encrypted at rest"),
}


@pytest.mark.parametrize("quote", FALSE_QUOTES.values(), ids=FALSE_QUOTES)
def test_a_quote_that_does_not_stand_in_its_chunk_proves_nothing(quote: Quote) -> None:
    """Models quote what they would have liked to read."""
    assert Check.QUOTES_FOUND in failed(examined("Yes, it is.", quote))


def test_a_false_quote_proves_no_number_either() -> None:
    """Else a model would quote its own invention, and prove its answer with it."""
    quote = Quote(chunk_id=CHUNK, text="Backups are kept for sixty days")

    assert failed(examined("Backups are kept for sixty days.", quote)) == {Check.QUOTES_FOUND, Check.NUMBERS}


def test_nothing_quoted_and_nearly_nothing_quoted_prove_nothing() -> None:
    """Two words stand in every document."""
    draft = Draft(answer="It is.", verdict=AnswerVerdict.ANSWERED)

    assert failed(examine(draft, chunks=CHUNKS, rules=AnswerRules())) == {Check.QUOTED}
    assert failed(examined("It is.", Quote(chunk_id=CHUNK, text="We are"))) == {Check.QUOTED}


@pytest.mark.parametrize(
    "quote",
    [
        'A "clean desk" policy is in force',
        "A\u00a0“clean\ndesk”  policy is in\tforce",
        "hold a SOC 2 Type II report dated 14 March 2026",
        "Single sign\u2011on works with Okta",
        "Single sign-on wor\u00adks with Okta",
    ],
)
def test_white_space_quotation_marks_and_hyphens_are_no_difference(quote: str) -> None:
    """A PDF breaks lines and hyphens where it likes; that changes nobody's meaning."""
    assert stands_in(quote, TEXT)


def test_a_choice_must_be_one_of_the_values_that_the_buyer_allows() -> None:
    """The buyer's form refuses anything else, after the answer was approved."""
    rules = AnswerRules(allowed_values=("Yes", "No"), most_characters=3)

    assert examined("Yes", rules=rules).is_sufficient
    assert failed(examined("yes", rules=rules)) == {Check.ALLOWED_VALUE}
    assert failed(examined("Yes, always", rules=rules)) == {Check.ALLOWED_VALUE, Check.LENGTH}


def test_no_answer_is_an_answer_of_its_own() -> None:
    """Whoever says that nothing is known has nothing to prove, and must not say something beside it."""
    nothing = Draft(answer="", verdict=AnswerVerdict.NO_ANSWER)
    both = Draft(answer="We do.", verdict=AnswerVerdict.NO_ANSWER)
    neither = Draft(answer=" ", verdict=AnswerVerdict.ANSWERED, quotes=(Quote(chunk_id=CHUNK, text=TEXT),))
    rules = AnswerRules(allowed_values=("Yes", "No"))

    assert examine(nothing, chunks=CHUNKS, rules=rules).is_sufficient
    assert failed(examine(both, chunks=CHUNKS, rules=rules)) == {Check.CONSISTENT}
    assert failed(examine(neither, chunks=CHUNKS, rules=AnswerRules())) == {Check.CONSISTENT}


def test_whoever_answers_may_call_himself_by_his_name() -> None:
    """The documents say `we`; the answer may well say who that is."""
    draft = Draft(
        answer="At Nordlicht Systems backups are kept for 30 days.",
        verdict=AnswerVerdict.ANSWERED,
        quotes=(Quote(chunk_id=CHUNK, text=TEXT),),
    )

    assert failed(examine(draft, chunks=CHUNKS, rules=AnswerRules())) == {Check.NAMES}
    assert examine(draft, chunks=CHUNKS, rules=AnswerRules(), own_names=["Nordlicht Systems"]).is_sufficient


def test_a_reason_names_what_is_missing() -> None:
    """The person who is asked to look must see where."""
    (finding,) = examined("Backups are kept for 90 days.").findings

    assert finding.reason == "the number '90 day' of the answer stands in no quote"
