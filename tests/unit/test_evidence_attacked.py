"""The evidence gate, attacked: what models say that is not so, and honest answers that must pass beside it."""

from __future__ import annotations

import pytest

from domain.rfp_answering.draft import AnswerRules, AnswerVerdict, ChunkId, Draft, Quote
from domain.rfp_answering.proving.evidence import Check, Evidence, examine
from tests.unit.rfp_honest import HONEST, PASSAGES
from tests.unit.rfp_lies import LIES, PASSAGE, UNSEEN

CHUNK = ChunkId("chunk-1")


def examined(answer: str, quote: str, passage: str, *, asked: str = "", verdict: str = "answered") -> Evidence:
    """Examine an answer with one quote of one passage."""
    draft = Draft(answer=answer, verdict=AnswerVerdict(verdict), quotes=(Quote(chunk_id=CHUNK, text=quote),))
    rules = AnswerRules()
    return examine(draft, chunks={CHUNK: passage}, rules=rules, own_names=["Nordwind"], asked=asked)


def failed(evidence: Evidence) -> set[Check]:
    """Return the checks that did not pass."""
    return {finding.check for finding in evidence.findings}


@pytest.mark.parametrize(("answer", "quote", "check"), LIES, ids=[ascii(answer) for answer, _quote, _check in LIES])
def test_a_lie_is_seen_by_its_check(answer: str, quote: str, check: Check) -> None:
    """Numbers in words, units nobody listed, fractions, rates, other scripts, cut quotes, links: all of it was said."""
    assert check in failed(examined(answer, quote, PASSAGE))


@pytest.mark.parametrize("answer", UNSEEN)
def test_what_passes_is_written_down(answer: str) -> None:
    """Who makes one of these visible moves it to the lies, and takes it out of the limits in docs/rfp.md."""
    assert examined(answer, PASSAGE, PASSAGE).is_sufficient


def test_honest_answers_in_other_words_pass_but_for_three_in_a_hundred() -> None:
    """A gate that sends honest answers to a person is switched off: this is how often it does."""
    alarms = []
    for asked, answer, quote in HONEST:
        passage = next(one for one in PASSAGES if quote in one)
        if not examined(answer, quote, passage, asked=asked).is_sufficient:
            alarms.append(answer)

    assert len(HONEST) == 99
    assert alarms == [
        "Yes, we hold an ISO 27001 certification (2022 edition).",
        "Processor (GDPR Art. 28).",
        "We only act as a processor under GDPR Article 28.",
    ]


TURNED = (
    ("Is data replicated outside the EEA?", "Yes.", "No customer data is replicated outside the EEA."),
    ("Do contractors have production access?", "Yes", "Contractors never have production access."),
    ("Is security training mandatory?", "No", "Security training is mandatory for everybody."),
    ("Is a bug bounty programme offered?", "Yes", "A bug bounty programme is planned for 2027."),
    ("Werden Kundendaten weitergegeben?", "Ja.", "Kundendaten werden nie an Dritte weitergegeben."),
    ("Are backups encrypted?", "Backups are encrypted.", "Backups are not encrypted."),
    ("Are backups encrypted?", "Backups aren't encrypted.", "Backups are encrypted."),
    ("Is SAML supported?", "SAML, LDAP and SCIM are supported.", "SAML, LDAP and SCIM are not supported."),
)


@pytest.mark.parametrize(("asked", "answer", "passage"), TURNED, ids=[answer for _asked, answer, _ in TURNED])
def test_yes_where_the_quote_says_no_is_seen(asked: str, answer: str, passage: str) -> None:
    """The shortest lie there is, and an allowed value: only the question says what it is about."""
    assert Check.NEGATIONS in failed(examined(answer, passage, passage, asked=asked))


CUT = (
    ("The product does not support SAML.", "support SAML"),
    ("We do not hold a PCI DSS certificate.", "hold a PCI DSS certificate"),
    ("No customer data is shared with third parties.", "customer data is shared with third parties"),
    ("Encryption with customer keys is not available.", "Encryption with customer keys"),
    ("Wir speichern keine Daten außerhalb der EU.", "Daten außerhalb der EU"),
    ("A client for Linux is planned.", "A client for Linux"),
)


@pytest.mark.parametrize(("passage", "quote"), CUT)
def test_a_quote_that_leaves_out_the_not_of_its_sentence_is_seen(passage: str, quote: str) -> None:
    """Word for word it stands there, and says the contrary."""
    assert Check.QUOTES_WHOLE in failed(examined("It is.", quote, passage))
    assert Check.QUOTES_WHOLE not in failed(examined("It is.", passage, passage))


def test_a_not_of_another_clause_or_sentence_cuts_nothing() -> None:
    """Else every quote had to be a paragraph."""
    passage = "Data is encrypted, and it never leaves the EU. We do not use cookies. Keys are rotated; none is shared."

    for quote in ("Data is encrypted", "Keys are rotated", "it never leaves the EU"):
        assert Check.QUOTES_WHOLE not in failed(examined("It is.", quote, passage))


def test_a_quote_about_something_else_proves_nothing() -> None:
    """Three words that stand somewhere are no evidence for a yes."""
    passage = "Invoices are sent by e-mail each month."

    assert Check.QUOTED in failed(examined("Yes.", passage, passage, asked="Do you encrypt data at rest?"))
    assert Check.QUOTED not in failed(examined("Yes.", passage, passage, asked="Do you send invoices?"))


def test_partial_answers_may_say_what_the_documents_leave_open() -> None:
    """That is what they are asked to do."""
    passage = "Backups are encrypted with AES-256."
    answer = "Backups are encrypted with AES-256. The documents do not say where backups are encrypted."

    assert examined(answer, passage, passage, asked="How and where?", verdict="partial").is_sufficient
