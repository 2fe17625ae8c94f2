"""No altered quote, number, date or standard passes; what is only written in another way does."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import assume, example, given
from hypothesis import strategies as st

from domain.rfp_answering.draft import AnswerRules, AnswerVerdict, ChunkId, Draft, Quote
from domain.rfp_answering.proving.evidence import Check, Evidence, examine
from domain.rfp_answering.proving.folding import folded
from domain.rfp_answering.proving.quoting import stands_in

CHUNK = ChunkId("chunk")
UNITS = ("days", "hours", "minutes", "months", "GB", "%", "business days")
STANDARDS = ("ISO {}", "ISO/IEC {}", "RFC {}", "NIST SP {}", "EN {}", "BS {}")
DAYS = st.integers(0, 20_000).map(lambda days: date(1990, 1, 1) + timedelta(days=days))
numbers = st.one_of(st.integers(2, 10**7).map(str), st.decimals(0, 10**5, places=2).map(lambda number: f"{number:f}"))
WRITINGS = ("{0:%Y-%m-%d}", "{0.day} {0:%B} {0.year}", "{0:%B} {0.day}, {0.year}", "{0.day}.{0.month}.{0.year}")


def examined(answer: str, chunk: str) -> Evidence:
    """Examine an answer that quotes its whole chunk."""
    draft = Draft(answer=answer, verdict=AnswerVerdict.ANSWERED, quotes=(Quote(chunk_id=CHUNK, text=chunk),))
    return examine(draft, chunks={CHUNK: chunk}, rules=AnswerRules())


def failed(evidence: Evidence) -> set[Check]:
    """Return what did not pass."""
    return {finding.check for finding in evidence.findings}


@given(numbers, st.sampled_from(UNITS), numbers, st.sampled_from(UNITS))
def test_a_number_passes_only_with_its_value_and_its_unit(said: str, unit: str, stated: str, its_unit: str) -> None:
    """One digit is the difference between a promise that was made and one that was not."""
    evidence = examined(f"they last {said} {unit} at most", f"as a rule they last {stated} {its_unit} or less")

    same = float(said) == float(stated) and unit == its_unit
    assert failed(evidence) == (set() if same else {Check.NUMBERS})


@example(2024, "{:,}", "{}")
@given(st.integers(1_000, 10**9), st.sampled_from(["{:,}", "{}"]), st.sampled_from(["{:,}", "{}"]))
def test_grouping_digits_changes_no_number(number: int, said: str, stated: str) -> None:
    """1,200 customers are 1200 customers."""
    evidence = examined(f"there are {said.format(number)} GB", f"we keep {stated.format(number)} GB for each of them")

    assert not evidence.findings


@given(DAYS, st.sampled_from(WRITINGS), DAYS, st.sampled_from(WRITINGS))
def test_a_date_passes_only_when_the_day_is_the_same(said: date, so: str, stated: date, its: str) -> None:
    """However the two are written."""
    evidence = examined(
        f"somebody did it on {so.format(said)} for us", f"somebody did it on {its.format(stated)} indeed"
    )

    assert failed(evidence) == (set() if said == stated else {Check.DATES})


@given(DAYS, DAYS)
def test_a_month_or_a_year_is_proved_by_a_day_in_it(said: date, stated: date) -> None:
    """To say less than the document says is no lie; to say more is."""
    proof = f"somebody did it on {stated:%Y-%m-%d} indeed"

    assert bool(examined(f"it was done in {said.year} by us", proof).findings) == (said.year != stated.year)
    months_differ = (said.year, said.month) != (stated.year, stated.month)
    assert bool(examined(f"it was done in {said:%B %Y} by us", proof).findings) == months_differ
    vague = f"somebody did it in {stated:%B %Y} indeed"
    assert examined(f"it was done on {stated:%Y-%m-%d} by us", vague).findings


@given(st.sampled_from(STANDARDS), st.integers(1, 99_999), st.sampled_from(STANDARDS), st.integers(1, 99_999))
def test_a_standard_passes_only_with_its_own_number(said: str, number: int, stated: str, its_number: int) -> None:
    """ISO 9001 and ISO 27001 are near each other for every model, and far apart for every auditor."""
    evidence = examined(f"we follow {said.format(number)} in full", f"they follow {stated.format(its_number)} here")

    same = said.replace("/IEC", "") == stated.replace("/IEC", "") and number == its_number
    assert failed(evidence) == (set() if same else {Check.STANDARDS})


WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=6), min_size=4, max_size=30)


@given(WORDS, st.data())
def test_a_quote_stands_in_a_text_only_word_for_word(words: list[str], data: st.DataObject) -> None:
    """One word that is another, left out or put in, and it is no quote."""
    start = data.draw(st.integers(0, len(words) - 3))
    end = data.draw(st.integers(start + 3, len(words)))
    quoted, at = words[start:end], data.draw(st.integers(1, end - start - 2))
    other = data.draw(st.text("xyz", min_size=1, max_size=6))
    gaps = data.draw(st.lists(st.sampled_from([" ", "\n", "\u00a0", "  \t"]), min_size=len(words), max_size=len(words)))
    text = "".join(word + gap for word, gap in zip(words, gaps, strict=True))

    assert stands_in(" ".join(quoted), text)
    assert not stands_in(" ".join([*quoted[:at], other, *quoted[at + 1 :]]), text)
    assert not stands_in(" ".join([*quoted[:at], other, *quoted[at:]]), text)
    shorter = [*quoted[:at], *quoted[at + 1 :]]
    assume(" ".join(shorter) not in " ".join(words))
    assert not stands_in(" ".join(shorter), text)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    """Else what is compared would depend on how often it was stored."""
    assert folded(folded(text)) == folded(text)


@given(st.text(), st.text())
def test_no_text_whatever_makes_the_gate_stumble(answer: str, chunk: str) -> None:
    """Both come from strangers: a model, and a document."""
    evidence = examined(answer, chunk)

    assert evidence.is_sufficient == (not evidence.findings)
