"""The text metrics against the reference libraries, and what must hold of them for any texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein
from rouge import Rouge  # type: ignore[import-untyped]  # the package has no types
from sacrebleu.metrics.bleu import BLEU

from adapters.metrics.distance import judge_distance
from domain.test_execution.text_overlap import bleu, gleu, rouge_n

WORDS = st.lists(st.sampled_from(["the", "cat", "sat", "on", "mat", "dog", "a", "Oslo"]), min_size=1, max_size=12)
TEXTS = WORDS.map(" ".join)
LONG = st.lists(st.sampled_from(["the", "cat", "sat", "on"]), min_size=5, max_size=14).map(" ".join)
ANY = st.text(max_size=40)

ROUGE = Rouge(metrics=["rouge-1"], stats=["r"])
SACREBLEU = BLEU(tokenize="none", lowercase=True, smooth_method="none", effective_order=False)


def distinct(text: str) -> str:
    """Drop repeated words: the reference library counts each n-gram once."""
    return " ".join(dict.fromkeys(text.lower().split()))


@given(TEXTS, TEXTS)
def test_rouge_is_that_of_the_reference_library(answer: str, reference: str) -> None:
    """Recall over unigrams; on texts without repetition both count alike."""
    expected = ROUGE.get_scores(distinct(answer), distinct(reference))[0]["rouge-1"]["r"]

    assert rouge_n(distinct(answer), distinct(reference)) == pytest.approx(expected)


@given(LONG, st.lists(LONG, min_size=1, max_size=3))
def test_bleu_is_that_of_sacrebleu(answer: str, references: list[str]) -> None:
    """Clipping over several references, brevity by the closest length; no smoothing without a zero."""
    expected = SACREBLEU.sentence_score(answer, references)

    found = bleu(answer, references)
    if min(expected.precisions) > 0:
        assert found == pytest.approx(expected.score / 100)
    else:
        assert found < 0.02


@given(ANY, st.lists(ANY, min_size=1, max_size=3))
def test_all_of_them_are_between_0_and_1(answer: str, references: list[str]) -> None:
    """Weighted means and thresholds rely on it."""
    for value in (rouge_n(answer, references[0]), bleu(answer, references), gleu(answer, references)):
        assert 0.0 <= value <= 1.0 + 1e-12


@given(LONG)
def test_a_text_overlaps_with_itself_entirely(text: str) -> None:
    """Whatever the case of its letters."""
    assert rouge_n(text.upper(), text) == 1.0
    assert gleu(text.upper(), [text]) == 1.0
    assert bleu(text.upper(), [text]) == pytest.approx(1.0)


@given(TEXTS, TEXTS)
def test_gleu_is_the_same_both_ways_round(left: str, right: str) -> None:
    """It is the smaller of precision and recall, which change places."""
    assert gleu(left, [right]) == pytest.approx(gleu(right, [left]))


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=3), TEXTS)
def test_another_reference_never_makes_it_worse(answer: str, references: list[str], other: str) -> None:
    """A further good answer can only help; BLEU is left out, whose brevity looks at the closest length."""
    assert gleu(answer, [*references, other]) >= gleu(answer, references)


@given(ANY, ANY, st.integers(0, 50))
def test_a_distance_holds_up_to_its_limit(left: str, right: str, limit: int) -> None:
    """The limit is inclusive, and the distance that of the reference library."""
    found = judge_distance(left, right, limit=limit)

    assert found.holds is (Levenshtein.distance(left, right) <= limit)
    assert found.details == {"distance": Levenshtein.distance(left, right)}
