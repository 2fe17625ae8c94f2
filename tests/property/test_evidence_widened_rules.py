"""More than is quoted: without its condition, of all, of a sibling, by somebody else, already, or on a scale."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.rfp_answering.draft import AnswerRules, AnswerVerdict, ChunkId, Draft, Quote
from domain.rfp_answering.proving.evidence import Check, examine

CHUNK = ChunkId("chunk")
DONE = (
    ("audit reports", "are handed over to customers"),
    ("a discount of 2 %", "is granted for payment within 10 days"),
    ("subcontractors", "may be engaged for field work"),
    ("source code", "is deposited with a notary"),
)
CONDITIONS = (
    "if the annual volume is exceeded",
    "only with written consent",
    "subject to credit approval",
    "provided that the annex was signed",
    "as long as the fee is settled",
    "on condition that the works council agrees",
    "only after a non-disclosure agreement",
)
CLAIMS = (
    "All {0} {1}",
    "Every one of the {0} {1}",
    "{0} always {1}",
    "The entire {0} {1}",
    "We guarantee that {0} {1}",
)
PEOPLE = ("engineers", "administrators", "suppliers", "employees")
SOME = ("senior {}", "{} of the department", "{} with access to data", "{} who work abroad")
DO = ("use hardware tokens for remote access", "sign the code of conduct", "take part in fire drills")
FAMILIES = ("Orrin Sign", "Brevik", "Lumo Station")
MEMBERS = ("Business", "Enterprise", "Cloud GmbH", "X1", "X2", "300")
FACTS = (
    "a certificate to ISO 27001:2022",
    "1,450 licences in use",
    "qualified electronic signatures",
    "IP65 protection",
)
PAIRS = (
    "{0} has {1}; {2} has {3}.",
    "{0} has {1}, {2} has {3}.",
    "{0} comes with {1}. {2} comes with {3}.",
    "Of our offers, {0} has {1} while {2} has {3}.",
)
COMING = ("will be added in release 8", "is planned for release 8", "is scheduled to come with release 8")
GONE = ("has been there since release 8", "was added in release 8", "has already been added in release 8")
YES = (
    "Fully",
    "Compliant",
    "Fully compliant",
    "Supported",
    "Available",
    "Met",
    "Standard",
    "Out of the box",
    "True",
    "Y",
)
NO = ("Not supported", "Non-compliant", "Not met", "Not available", "False", "N", "Does not comply")


def failed(answer: str, passage: str, *, asked: str = "") -> set[Check]:
    """Return what does not pass of an answer that quotes its whole passage."""
    draft = Draft(answer=answer, verdict=AnswerVerdict.ANSWERED, quotes=(Quote(chunk_id=CHUNK, text=passage),))
    return {one.check for one in examine(draft, chunks={CHUNK: passage}, rules=AnswerRules(), asked=asked).findings}


@given(st.sampled_from(DONE), st.sampled_from(CONDITIONS), st.booleans())
def test_a_promise_without_its_condition_is_seen(done: tuple[str, str], condition: str, leads: bool) -> None:
    """What is granted only if, is not granted."""
    promise = " ".join(done).capitalize()
    passage = f"{condition.capitalize()}, {' '.join(done)}." if leads else f"{promise} {condition}."

    assert Check.NEGATIONS in failed(f"Yes, {' '.join(done)}.", passage, asked="Is that so?")
    assert not failed(f"{promise}, {condition}.", passage)
    assert not failed(f"{promise}. That holds {condition}.", passage)


@given(st.sampled_from(CLAIMS), st.sampled_from(PEOPLE), st.sampled_from(DO), st.sampled_from(SOME))
def test_what_is_said_of_all_needs_a_quote_that_says_as_much(claim: str, who: str, do: str, some: str) -> None:
    """A rule about some is a promise about everybody where `all` is put before it."""
    passage = f"As a rule our {some.format(who)} {do}."
    wide = claim.format(who, do)

    assert failed(f"{wide}.", passage) == {Check.NEGATIONS}
    assert not failed(f"Our {some.format(who)} {do}.", passage)
    assert not failed(f"{wide} here.", f"As we see it, {wide[0].lower()}{wide[1:]}.")


@given(st.sampled_from(PEOPLE), st.sampled_from(DO), st.sampled_from(["{0} {1}", "as a rule, {0} {1}", "the {0} {1}"]))
def test_what_is_said_of_those_as_such_may_be_said_of_all(who: str, do: str, said: str) -> None:
    """`Data is encrypted` is no secret about some data."""
    assert not failed(f"All {who} {do}.", f"{said.format(who, do).capitalize()}.")
    assert not failed(f"All of our {who} {do}.", f"{said.format(who, do).capitalize()}.")


@given(
    st.sampled_from(FAMILIES),
    st.permutations(MEMBERS),
    st.permutations(FACTS),
    st.sampled_from(PAIRS),
    st.sampled_from(["has", "comes with"]),
)
def test_what_is_said_of_one_sibling_is_not_said_of_another(
    family: str, members: list[str], facts: list[str], pair: str, has: str
) -> None:
    """Editions, models, and companies of a group stand side by side in every bid."""
    one, other = (f"{family} {member}" for member in members[:2])
    passage = pair.format(one, facts[0], other, facts[1])

    for name, fact, is_so in ((one, 0, True), (other, 1, True), (one, 1, False), (other, 0, False)):
        assert bool(failed(f"The {name} {has} {facts[fact]}.", passage)) is not is_so


@given(st.sampled_from(COMING), st.sampled_from(GONE))
def test_what_will_be_is_not_said_to_have_been(coming: str, gone: str) -> None:
    """The other way round neither."""
    asked = "voice input for tablets"

    assert Check.NEGATIONS in failed(f"Our {asked} {gone}.", f"For now, {asked} {coming}.")
    assert Check.NEGATIONS in failed(f"Our {asked} {coming}.", f"For now, {asked} {gone}.")
    assert not failed(f"Our {asked} {coming}.", f"For now, {asked} {coming}.")
    assert not failed(f"Our {asked} {gone}.", f"For now, {asked} {gone}.")


@given(st.permutations(["the controller", "the processor", "an auditor", "the works council"]))
def test_what_one_does_is_not_said_of_somebody_else_in_the_quotes(who: list[str]) -> None:
    """They are all spoken of, so no name is missing."""
    passage = f"The register is kept by {who[0]} for ten years. It is shown to {who[1]}."

    assert Check.NEGATIONS in failed(f"The register is kept by {who[1]}.", passage)
    assert not failed(f"The register is kept by {who[0]}.", passage)


@pytest.mark.parametrize("value", YES)
def test_a_value_of_a_scale_that_says_yes_is_a_yes(value: str) -> None:
    """Most dropdown lists of buyers hold no `Yes`."""
    asked = "Does the product support FIDO2 keys?"

    assert not failed(value, "The product supports FIDO2 keys for logins.", asked=asked)
    assert failed(value, "The product does not support FIDO2 keys for logins.", asked=asked) == {Check.NEGATIONS}


@pytest.mark.parametrize("value", NO)
def test_a_value_of_a_scale_that_says_no_is_a_no(value: str) -> None:
    """It costs a point that the product deserves."""
    asked = "Does the product support FIDO2 keys?"

    assert failed(value, "The product supports FIDO2 keys for logins.", asked=asked) == {Check.NEGATIONS}
    assert not failed(value, "The product does not support FIDO2 keys for logins.", asked=asked)


@given(st.integers(1, 28), st.integers(1, 28), st.sampled_from(["{0} on {1}, {2} on {3}", "{2} on {3} and {0} on {1}"]))
def test_a_date_passes_only_beside_its_own_words(day: int, other: int, said: str) -> None:
    """Both stand in the quote, exchanged."""
    assume(day != other)
    passage = f"Acceptance takes place on {day} May 2027, go-live takes place on {other} June 2027."
    days = f"{day} May 2027", f"{other} June 2027"

    assert not failed(said.format("acceptance", days[0], "go-live", days[1]), passage)
    assert failed(said.format("acceptance", days[1], "go-live", days[0]), passage) == {Check.NUMBERS}


@given(st.lists(st.sampled_from(["the pilot", "the rollout", "the handover"]), min_size=2, max_size=3, unique=True))
def test_numbers_that_only_count_the_items_of_a_list_need_no_proof(items: list[str]) -> None:
    """Out of turn they are numbers of the answer."""
    passage = f"Next come the following: {', then '.join(items)}."

    for mark in ("{}.", "{})", "({})"):
        lines = [f"{mark.format(number)} {item}" for number, item in enumerate(items, start=1)]
        assert not failed("\n".join(["Next come:", *lines]), passage)
        assert Check.NUMBERS in failed("\n".join(["Next come:", *reversed(lines)]), passage)


@given(st.sampled_from(["<", "<=", "≤", "=<"]), st.sampled_from([">", ">=", "≥"]), st.integers(2, 900))
def test_a_limit_written_as_a_sign_is_a_limit(most: str, least: str, number: int) -> None:
    """`≤ 99.9 %` for `at least 99.9 %` turns a promise into none."""
    for sign, words, others in ((most, "at most", "at least"), (least, "at least", "at most")):
        assert not failed(f"latency {sign} {number} ms", f"the latency is {words} {number} ms")
        assert failed(f"latency {sign} {number} ms", f"the latency is {others} {number} ms") == {Check.NUMBERS}
