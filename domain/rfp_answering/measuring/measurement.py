"""
How good an author's drafts are, counted against what was expected: of `no_answer`, and of the documents quoted.

Precision is the share of what was said that is right, recall the share of what is right that was said. What counts is
the newest draft of each question, whatever people decided on it since: an author is measured, and not its reviewers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from domain.embedding.retrieval_check import is_named
from domain.rfp_answering.draft import AnswerVerdict, Quote
from domain.rfp_answering.measuring.expectation import Expectation, ExpectedEvidence
from domain.rfp_answering.passage import source_of
from domain.rfp_answering.proving.evidence import Check
from domain.rfp_answering.proving.quoting import stands_in
from domain.rfp_answering.questionnaire import QuestionNo
from domain.rfp_answering.records import Author, DraftRecord


@frozen(kw_only=True)
class DocumentName:
    """What a document goes by."""

    location: str
    title: str


Names = Mapping[str, DocumentName]
"""Documents by their ids."""


@frozen(kw_only=True)
class Rate:
    """So many of so many. Without any there is no share."""

    right: int
    of: int

    @property
    def share(self) -> float | None:
        """From 0 to 1."""
        return self.right / self.of if self.of else None


@frozen(kw_only=True)
class Compared:
    """
    A question, what was expected, and what was drafted (None: there is no draft).

    *right* and *wrong* are the documents that were quoted, by location. *missing* is the expected evidence that was not
    quoted from any of its documents, *missing_facts* what was expected and stands in no quote from the right one.
    """

    expectation: Expectation
    verdict: AnswerVerdict | None
    needs_review: bool = False
    right: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    missing: tuple[ExpectedEvidence, ...] = ()
    missing_facts: tuple[str, ...] = ()

    @property
    def no(self) -> QuestionNo:
        """The question's number."""
        return self.expectation.no

    @property
    def agrees(self) -> bool:
        """Whether the draft is all that was expected: the verdict, the documents, and what was to be quoted."""
        is_expected = self.verdict is self.expectation.verdict
        return is_expected and not (self.wrong or self.missing or self.missing_facts)

    @property
    def expects_none(self) -> bool:
        """Whether the library has no answer."""
        return self.expectation.verdict is AnswerVerdict.NO_ANSWER

    @property
    def says_none(self) -> bool:
        """Whether the author said so."""
        return self.verdict is AnswerVerdict.NO_ANSWER


@frozen(kw_only=True)
class Measurement:
    """All questions that somebody expected something of. Those without a draft are in no rate."""

    compared: tuple[Compared, ...]
    authors: tuple[Author, ...] = ()

    @property
    def drafted(self) -> tuple[Compared, ...]:
        """The questions that have a draft."""
        return tuple(one for one in self.compared if one.verdict is not None)

    @property
    def needs_review(self) -> int:
        """How many drafts the checks of evidence hold back for a person."""
        return sum(one.needs_review for one in self.drafted)

    @property
    def verdicts(self) -> Rate:
        """How many verdicts are the expected ones."""
        same = sum(one.verdict is one.expectation.verdict for one in self.drafted)
        return Rate(right=same, of=len(self.drafted))

    @property
    def no_answer_precision(self) -> Rate:
        """Of the questions said to have no answer: how many have none."""
        said = [one for one in self.drafted if one.says_none]
        return Rate(right=sum(one.expects_none for one in said), of=len(said))

    @property
    def no_answer_recall(self) -> Rate:
        """Of the questions that have no answer: of how many that was said."""
        expected = [one for one in self.drafted if one.expects_none]
        return Rate(right=sum(one.says_none for one in expected), of=len(expected))

    @property
    def evidence_precision(self) -> Rate:
        """Of the documents quoted, each once a question: how many are the right ones."""
        right = sum(len(one.right) for one in self.drafted)
        return Rate(right=right, of=right + sum(len(one.wrong) for one in self.drafted))

    @property
    def evidence_recall(self) -> Rate:
        """Of the documents that had to be quoted: how many were."""
        expected = sum(len(one.expectation.evidence) for one in self.drafted)
        return Rate(right=expected - sum(len(one.missing) for one in self.drafted), of=expected)

    @property
    def facts(self) -> Rate:
        """Of the facts that had to be quoted: how many stand in quotes from the right documents."""
        expected = sum(len(each.facts) for one in self.drafted for each in one.expectation.evidence)
        return Rate(right=expected - sum(len(one.missing_facts) for one in self.drafted), of=expected)


def measured(
    expectations: Sequence[Expectation], drafts: Mapping[QuestionNo, DraftRecord], *, names: Names
) -> Measurement:
    """Return how the newest drafts do; *names* are those of the documents they quote."""
    compared = tuple(_compared(one, drafts.get(one.no), names) for one in expectations)
    authors = dict.fromkeys(drafts[one.no].basis.author for one in expectations if one.no in drafts)
    return Measurement(compared=compared, authors=tuple(authors))


def _compared(expectation: Expectation, record: DraftRecord | None, names: Names) -> Compared:
    if record is None:
        return Compared(expectation=expectation, verdict=None)
    quoted = {} if record.draft.verdict is AnswerVerdict.NO_ANSWER else _quoted(record.draft.quotes, names)
    is_genuine = Check.QUOTES_FOUND in record.evidence.passed
    right = {
        location
        for location, (name, _texts) in quoted.items()
        if is_genuine and any(_is_of(name, one) for one in expectation.evidence)
    }
    proofs = [quoted[location] for location in sorted(right)]
    return Compared(
        expectation=expectation,
        verdict=record.draft.verdict,
        needs_review=record.needs_review,
        right=tuple(sorted(right)),
        wrong=tuple(sorted(quoted.keys() - right)),
        missing=tuple(one for one in expectation.evidence if not any(_is_of(name, one) for name, _ in proofs)),
        missing_facts=tuple(_missing_facts(expectation.evidence, proofs)),
    )


def _quoted(quotes: Iterable[Quote], names: Names) -> dict[str, tuple[DocumentName, list[str]]]:
    """Return what is quoted of each document; one that the library does not know goes by its id."""
    found: dict[str, tuple[DocumentName, list[str]]] = {}
    for quote in quotes:
        document_id = source_of(quote.chunk_id).document_id
        name = names.get(document_id) or DocumentName(location=document_id, title="")
        found.setdefault(name.location, (name, []))[1].append(quote.text)
    return found


def _is_of(name: DocumentName, evidence: ExpectedEvidence) -> bool:
    return any(is_named(wanted, location=name.location, title=name.title) for wanted in evidence.documents)


def _missing_facts(
    evidence: Iterable[ExpectedEvidence], proofs: Sequence[tuple[DocumentName, list[str]]]
) -> Iterable[str]:
    for one in evidence:
        texts = [text for name, quotes in proofs if _is_of(name, one) for text in quotes]
        yield from (fact for fact in one.facts if not any(stands_in(fact, text) for text in texts))
