"""Answers made of the quote's own words that say something else: limits, exchanged numbers, opposites, labels, days."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.rfp_answering.draft import AnswerRules, AnswerVerdict, ChunkId, Draft, Quote
from domain.rfp_answering.proving.evidence import Check, examine

CHUNK = ChunkId("chunk")
LEAST = ("at least {}", "a minimum of {}", "no less than {}", "more than {}", "{} or more", "not fewer than {}")
MOST = ("at most {}", "up to {}", "within {}", "no more than {}", "{} or less", "not longer than {}", "a maximum of {}")
UNITS = ("days", "hours", "GB", "%", "weeks")
THINGS = ("critical", "high", "medium", "low", "minor")
TEMPLATES = (
    "{0} findings are fixed within {1} and {2} findings within {3}",
    "the limit is {1} for {0} findings and {3} for {2} findings",
    "fixing takes {1} for {0} findings, {3} for {2} findings",
    "{0} findings: {1}; {2} findings: {3}",
)
SAID_SO = (
    "{0} findings are fixed in {1}. {2} findings are fixed in {3}.",
    "we fix {2} findings in {3} and {0} findings in {1}",
    "{1} for {0} findings, {3} for {2} findings",
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EXACT = (
    ("weeks", "days", 7),
    ("days", "hours", 24),
    ("hours", "minutes", 60),
    ("years", "months", 12),
    ("m", "mm", 1000),
)


def failed(answer: str, passage: str) -> set[Check]:
    """Return what does not pass of an answer that quotes its whole passage."""
    draft = Draft(answer=answer, verdict=AnswerVerdict.ANSWERED, quotes=(Quote(chunk_id=CHUNK, text=passage),))
    return {one.check for one in examine(draft, chunks={CHUNK: passage}, rules=AnswerRules()).findings}


@given(st.sampled_from(LEAST + MOST), st.sampled_from(LEAST + MOST), st.integers(2, 900), st.sampled_from(UNITS))
def test_a_limit_passes_only_as_the_same_kind_of_limit(said: str, stated: str, number: int, unit: str) -> None:
    """A guarantee of thirty days at most is none of thirty days."""
    value = f"{number} {unit}"
    same = (said in LEAST) == (stated in LEAST)

    assert failed(f"it takes {said.format(value)} here", f"as a rule it takes {stated.format(value)} here") == (
        set() if same else {Check.NUMBERS}
    )


@given(st.sampled_from(["exceeds", "does not exceed"]), st.sampled_from(["exceeds", "does not exceed"]))
def test_what_does_not_exceed_a_limit_is_no_more(said: str, stated: str) -> None:
    """`Not` belongs to the limit here."""
    found = failed(f"noise {said} 45 dB at night", f"as measured, noise {stated} 45 dB at night")

    assert bool(found) == (said != stated)


@given(
    st.sampled_from(TEMPLATES),
    st.sampled_from(SAID_SO),
    st.lists(st.sampled_from(THINGS), min_size=2, max_size=2, unique=True),
    st.lists(st.integers(2, 90), min_size=2, max_size=2, unique=True),
    st.booleans(),
)
def test_a_number_passes_only_beside_its_own_words(
    stated: str, said: str, things: list[str], numbers: list[int], is_exchanged: bool
) -> None:
    """Both numbers stand in the quote: which is whose is what was asked."""
    values = [f"{number} days" for number in numbers]
    passage = f"As agreed, {stated.format(things[0], values[0], things[1], values[1])} in each case."
    if is_exchanged:
        values.reverse()
    answer = said.format(things[0], values[0], things[1], values[1])

    assert failed(answer, passage) == ({Check.NUMBERS} if is_exchanged else set())


@given(st.sampled_from(EXACT), st.integers(2, 400), st.integers(-1, 1), st.booleans())
def test_a_unit_converts_only_without_a_remainder(
    units: tuple[str, str, int], number: int, beside: int, is_larger: bool
) -> None:
    """Two weeks are fourteen days, and neither thirteen nor half a month."""
    large, small, times = units
    values = [f"{number} {large}", f"{number * times + beside} {small}"]
    said, stated = values if is_larger else reversed(values)

    assert failed(f"it takes {said} here", f"as a rule it takes {stated} here") == (
        {Check.NUMBERS} if beside else set()
    )


@given(st.integers(1_000, 10**9), st.sampled_from([" ", "'", "\u00a0", "\u202f"]), st.integers(0, 1))
def test_digits_may_be_grouped_in_the_ways_of_other_countries(number: int, mark: str, beside: int) -> None:
    """`25 000 €` and `1'200 CHF` are numbers like any other."""
    grouped = f"{number:,}".replace(",", mark)

    assert failed(f"it costs EUR {number + beside} here", f"as a rule it costs {grouped} EUR here") == (
        {Check.NUMBERS} if beside else set()
    )


@given(st.sampled_from(["severity", "phase", "Module", "level", "priority"]), st.integers(1, 9), st.integers(1, 9))
def test_a_label_passes_only_with_its_number(noun: str, said: int, stated: int) -> None:
    """Module 2 of the clauses is another contract than Module 3; that a 2 stands elsewhere proves nothing."""
    passage = f"Contracts have {noun} {stated} of the clauses; there are {said} pages."

    assert bool(failed(f"Contracts have {noun} {said} of the clauses.", passage)) == (said != stated)


@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 6))
def test_a_weekday_passes_only_within_the_days_that_are_quoted(first: int, length: int, said: int) -> None:
    """Support on Saturdays is another service than support until Friday."""
    last = (first + length) % 7
    assume(length)
    passage = f"Support is there from {DAYS[first]} to {DAYS[last]} as a rule."
    is_within = (said - first) % 7 <= length

    assert failed(f"Support is there on {DAYS[said]}.", passage) == (set() if is_within else {Check.DATES})


OPPOSITES = (
    ("Employees are screened after joining.", "Employees are screened before joining the company."),
    ("Invoices are issued in advance.", "Invoices are issued each month in arrears."),
    ("Authentication with two factors is optional for administrators.",
     "Authentication with two factors is mandatory for administrators."),
    ("The price is stated including taxes.", "The price is stated excluding taxes."),
    ("Tests are made by internal staff.", "Tests are made by external staff."),
    ("Migration assistance is free of charge.", "Migration assistance is charged by the day."),
    ("Failover of the database is automatic.", "Failover of the database is manual."),
    ("Most employees are trained.", "All employees are trained each spring."),
    ("All employees are trained.", "Some employees are trained in spring."),
    ("Reports are always sent the same day.", "Reports are sent the same day if samples come early."),
    ("Provisioning is part of all plans.", "Provisioning is part of the Enterprise plan only."),
    ("Staff may look at data at any time.", "Staff may look at data only after the customer agrees."),
    ("The application for clearance has been approved.", "The application for clearance is not yet approved."),
    ("Requests of data subjects are answered directly.",
     "Requests of data subjects are forwarded by us, and are never answered directly."),
    ("A SOC 3 report was sent to auditors.", "A SOC 3 report is planned. A SOC 2 report was sent to auditors."),
    ("Support is there around the clock.", "Support is there from nine to five."),
    ("Wartung kostet 100 EUR pro Monat.", "Wartung kostet 100 EUR pro Jahr."),
    ("La certification a été obtenue en France.", "La certification n'a pas été obtenue en France."),
    ("The flow is 3 m³/h at night.", "The flow is 3 m³/s at night."),
    ("The slab is 250 cm thick.", "The slab is 250 mm thick, and 30 m long."),
)  # fmt: skip


@pytest.mark.parametrize(("answer", "passage"), OPPOSITES)
def test_an_opposite_is_seen(answer: str, passage: str) -> None:
    """No `not` is missing, and each word but one is the quote's."""
    assert failed(answer, passage)
    assert not failed(passage, passage)


SAME = (
    ("Employees may start after they sign.", "Employees sign before they start."),
    ("All customer data is stored in Frankfurt.", "Customer data is stored only in Frankfurt."),
    ("Provisioning is part of the Enterprise plan.", "Provisioning is part of the Enterprise plan only."),
    ("The application for clearance is pending.", "The application for clearance is not yet approved."),
    ("Recovery of a backup takes 4 hours.", "Backups are kept for thirty days; recovery takes 4 hours."),
    ("There are limits of 10 and 20 GB for guests and staff, respectively.",
     "The limits are 10 GB for guests and 20 GB for staff."),
    ("Guests wait 2 hours at best.", "Replies take 2 to 6 hours for guests."),
    ("We expect to hold a SOC 3 report.", "A SOC 3 report is expected in 2027."),
    ("Replies take 2-6 hours.", "Replies take between 2 and 6 hours."),
    ("A SOC 3 report is planned.", "A SOC 3 report is expected in the year 2027."),
    ("Payment is due in Q3 2026.", "Payment is due in the third quarter of 2026."),
    ("The fee is €41.2m.", "The fee is EUR 41.2 million for the whole term."),
    ("Die Frist sind zehn Tage.", "Es gilt eine Frist von 10 Tagen ab dem 5. Mai 2022."),
    ("Le 3 avril 2023.", "La certification est du 03.04.2023 en France."),
    ("Severity 1 and 2 incidents are handled.", "Severity 1, severity 2 and severity 3 incidents are handled."),
    ("Support on Fridays.", "Support is there Mon-Fri each week."),
    ("Up to 100 requests/s are allowed.", "We allow 100 requests per second at most."),
    ("RTO 4 hours.", "The RTO is four hours for all systems."),
)  # fmt: skip


@pytest.mark.parametrize(("answer", "passage"), SAME)
def test_what_only_looks_like_an_opposite_passes(answer: str, passage: str) -> None:
    """Each is the reason for a condition of a rule."""
    assert not failed(answer, passage)
