"""What holds of precision and recall, whatever was expected and whatever was drafted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.rfp_answering.measuring.measurement import Measurement, measured
from domain.rfp_answering.questionnaire import QuestionNo
from tests.unit.drafted_answers import NAMES, TEXTS, drafted, expected

Documents = frozenset[str]
Case = list[tuple[Documents, Documents | None]]
"""Of each question the documents that are expected, and those quoted; none: no answer; None: no draft."""

documents = st.frozensets(st.sampled_from(sorted(TEXTS)))
cases: st.SearchStrategy[Case] = st.lists(st.tuples(documents, st.none() | documents), min_size=1, max_size=12)


def measure(case: Case) -> Measurement:
    """Measure what was drafted."""
    expectations = [expected(no, *sorted(wanted)) for no, (wanted, _) in enumerate(case)]
    drafts = {QuestionNo(no): drafted(no, *sorted(said)) for no, (_, said) in enumerate(case) if said is not None}
    return measured(expectations, drafts, names=NAMES)


def pairs(rates: Measurement) -> list[tuple[int, int]]:
    """Return the counts behind all rates."""
    every = (
        rates.no_answer_precision,
        rates.no_answer_recall,
        rates.evidence_precision,
        rates.evidence_recall,
        rates.facts,
        rates.verdicts,
    )
    return [(one.right, one.of) for one in every]


@given(cases)
def test_the_counts_are_those_of_sets(case: Case) -> None:
    """Counted once more, as sets of questions and of (question, document)."""
    both = [(no, wanted, said) for no, (wanted, said) in enumerate(case) if said is not None]
    gaps, said_gaps = {no for no, wanted, _ in both if not wanted}, {no for no, _, said in both if not said}
    wanted_pairs = {(no, name) for no, wanted, _ in both for name in wanted}
    said_pairs = {(no, name) for no, _, said in both for name in said}
    right = len(wanted_pairs & said_pairs)

    assert pairs(measure(case)) == [
        (len(gaps & said_gaps), len(said_gaps)),
        (len(gaps & said_gaps), len(gaps)),
        (right, len(said_pairs)),
        (right, len(wanted_pairs)),
        (right, len(wanted_pairs)),
        (sum(bool(wanted) == bool(said) for _, wanted, said in both), len(both)),
    ]


@given(st.lists(documents, min_size=1, max_size=12))
def test_who_drafts_what_is_expected_has_every_point(wanted: list[Documents]) -> None:
    """And nothing is reported as a disagreement."""
    found = measure([(one, one) for one in wanted])

    assert all(right == of for right, of in pairs(found))
    assert all(one.agrees for one in found.compared)


@given(cases, st.data())
def test_the_order_of_questions_does_not_matter(case: Case, data: st.DataObject) -> None:
    """The numbers of two questionnaires can be compared though one was sorted."""
    assert pairs(measure(data.draw(st.permutations(case)))) == pairs(measure(case))


@given(cases)
def test_keeping_silent_never_finds_more(case: Case) -> None:
    """An author that drops all answers loses evidence and gains gaps; recall of evidence can't be had by silence."""
    before = measure(case)
    silent = measure([(wanted, None if said is None else frozenset()) for wanted, said in case])

    assert silent.evidence_recall.right == 0
    assert silent.no_answer_recall.right == silent.no_answer_recall.of >= before.no_answer_recall.right
