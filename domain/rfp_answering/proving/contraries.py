"""Everything by which an answer says with its quotes' own words what they do not say, in one pass over its clauses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from domain.rfp_answering.proving.conditions import dropped_conditions
from domain.rfp_answering.proving.folding import folded
from domain.rfp_answering.proving.negations import clauses_of, contradicted
from domain.rfp_answering.proving.opposites import turned_words
from domain.rfp_answering.proving.sentences import sentences_of
from domain.rfp_answering.proving.subjects import exchanged_subjects
from domain.rfp_answering.proving.tenses import other_times
from domain.rfp_answering.proving.widening import widened


def contraries(answer: str, sentences: Sequence[str], *, asked: str) -> Iterator[tuple[str, str]]:
    """Yield what an answer says, and what the quoted *sentences* say instead; *asked*: what `yes` is about."""
    yield from contradicted(answer, sentences, asked=asked)
    yield from turned_words(answer, sentences)
    proofs = [clause for sentence in sentences for clause in clauses_of(sentence)]
    copied = {proof.text for proof in proofs}
    own = [one for part in sentences_of(answer) for one in clauses_of(folded(part)) if one.text not in copied]
    if own:  # what is copied says what is quoted
        yield from widened(own, sentences)
        yield from other_times(own, proofs)
        yield from exchanged_subjects(own, proofs)
        yield from dropped_conditions(answer, sentences)
