"""`antiphon rfp check`, wherever it acts: the same numbers, and the same refusals."""

from __future__ import annotations

import attrs
import pytest

from domain.jobs.errors import Conflict, InvalidInput, NotFound
from domain.rfp_answering.draft import AnswerVerdict, ChunkId
from domain.rfp_answering.proving.evidence import Check, Evidence
from domain.rfp_answering.questionnaire import QuestionNo, WantedColumns
from domain.rfp_answering.rfp import Rfp
from entrypoints.api.documents.rfp_checks import EvidenceWords, ExpectationWords, RfpCheckDocument, RfpCheckWords
from entrypoints.container import Antiphon
from entrypoints.places.place import Place
from tests.contract.places import place_over
from tests.contract.rfp_building import a_draft, without_answer

CSV = b"Question,Response\nIs data encrypted?,\nWho are you?,\nWhere are you?,\n"
NOBODY = "00000000-0000-4000-8000-00000000000a"
PROOF = EvidenceWords(documents=["terms.md"], facts=["data is encrypted"])
ENCRYPTED = ExpectationWords(number=1, question="Is data encrypted?", verdict=AnswerVerdict.ANSWERED, evidence=[PROOF])
WHO = ExpectationWords(number=2, question="Who are you?", verdict=AnswerVerdict.NO_ANSWER)
WHERE = ExpectationWords(
    number=3, question="Where are you?", verdict=AnswerVerdict.PARTIAL, evidence=[EvidenceWords(documents=["map.md"])]
)


@pytest.fixture
def rfp(antiphon: Antiphon) -> Rfp:
    """An RFP whose first two questions have drafts: one quotes a document of the library, one says `no_answer`."""
    with place_over(antiphon, at="here") as here:
        document = here.documents.add("terms.md", b"# Terms\n\nAll data is encrypted.\n").id
    made = antiphon.rfp.answering.add(antiphon.tenant, CSV, name="q.csv", wanted=WantedColumns())
    proved = Evidence(passed=(Check.QUOTED, Check.QUOTES_FOUND), findings=())
    draft = a_draft(made, document=document, evidence=proved)
    with antiphon.rfp.answering.rfps.begin(antiphon.tenant) as work:
        work.answers.add_draft(draft)
        work.answers.add_draft(without_answer(made, QuestionNo(2)))
        work.commit()
    return made


def rates(found: RfpCheckDocument) -> list[tuple[int, int]]:
    """Return the counts behind the rates of `no_answer` and of evidence."""
    every = (found.no_answer_precision, found.no_answer_recall, found.evidence_precision, found.evidence_recall)
    return [(one.right, one.of) for one in every]


def test_drafts_are_compared_with_what_is_expected(place: Place, rfp: Rfp) -> None:
    """A question without a draft is named, and in no rate."""
    found = place.rfp_checks.check(rfp.id, RfpCheckWords(questions=[WHERE, WHO, ENCRYPTED]))

    assert rates(found) == [(1, 1), (1, 1), (1, 1), (1, 1)]
    assert (found.questions, found.drafted, found.needs_review) == (3, 2, 0)
    assert (found.facts.share, found.verdicts.share) == (1.0, 1.0)
    assert [one.name for one in found.authors] == ["scripted:model"]
    assert [(one.number, one.verdict, one.missing) for one in found.disagreements] == [(3, None, [])]


def test_what_is_not_as_expected_is_named(place: Place, rfp: Rfp) -> None:
    """The document that was quoted wrongly, and what was missing."""
    other = ENCRYPTED.model_copy(update={"evidence": [EvidenceWords(documents=["a.md", "b.md"], facts=["Bonn"])]})

    (missed,) = place.rfp_checks.check(rfp.id, RfpCheckWords(questions=[other])).disagreements

    assert (missed.wrong, missed.missing, missed.missing_facts) == (["terms.md"], [["a.md", "b.md"]], ["Bonn"])


def test_a_draft_that_quotes_what_was_never_there_has_no_right_document(
    place: Place, rfp: Rfp, antiphon: Antiphon
) -> None:
    """A model may name a passage that it was not shown."""
    made_up = a_draft(rfp, version=2)
    quotes = (attrs.evolve(made_up.draft.quotes[0], chunk_id=ChunkId("none:0:0")),)
    with antiphon.rfp.answering.rfps.begin(antiphon.tenant) as work:
        work.answers.add_draft(attrs.evolve(made_up, draft=attrs.evolve(made_up.draft, quotes=quotes)))
        work.commit()

    found = place.rfp_checks.check(rfp.id, RfpCheckWords(questions=[ENCRYPTED]))

    assert rates(found)[2:] == [(0, 1), (0, 1)]
    assert found.disagreements[0].wrong == ["none"]


def test_what_can_not_be_checked_is_refused(place: Place, rfp: Rfp) -> None:
    """Numbers that mean nothing are worse than none."""
    with pytest.raises(NotFound):
        place.rfp_checks.check(NOBODY, RfpCheckWords(questions=[WHO]))
    with pytest.raises(Conflict, match="has a draft yet"):
        place.rfp_checks.check(rfp.id, RfpCheckWords(questions=[WHERE]))
    with pytest.raises(InvalidInput, match="the RFP asks 'Who are you\\?' there"):
        place.rfp_checks.check(rfp.id, RfpCheckWords(questions=[WHO.model_copy(update={"question": "Why?"})]))


def test_who_may_only_read_may_check(antiphon: Antiphon, rfp: Rfp) -> None:
    """Nothing is asked of a model, and nothing is kept."""
    with place_over(antiphon, at="server", scopes=frozenset({"read"})) as there:
        assert there.rfp_checks.check(rfp.id, RfpCheckWords(questions=[WHO])).drafted == 1
