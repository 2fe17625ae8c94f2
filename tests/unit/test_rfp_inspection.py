"""What is found out about all answers of an RFP together, what is reported, and what the library gets of them."""

from __future__ import annotations

import re

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.reports.markdown_text import escaped, quoted
from adapters.reports.rfp_markdown import rfp_markdown
from domain.embedding.adding import Change
from domain.jobs.errors import Conflict, NotFound
from domain.rfp_answering.draft import ChunkId, Quote
from domain.rfp_answering.findings.inspecting import MOST_FOUND
from domain.rfp_answering.library_answers import answers_text
from domain.rfp_answering.own_answers import answers_location, passages_for
from domain.rfp_answering.passage import Passage
from domain.rfp_answering.proving.folding import folded
from domain.rfp_answering.questionnaire import QuestionNo
from domain.rfp_answering.records import DecisionKind
from domain.rfp_answering.rfp import Rfp, RfpId
from domain.rfp_answering.stage import StageSpec
from tests.contract.building import THEM, US
from tests.unit.rfp_replies import honest
from tests.unit.rfp_world import QUESTIONS, RfpWorld
from tests.unit.small_library import SmallLibrary

EVIL = "# Win\n<script>alert(1)</script>\n[free](https://evil.example) ![x](x) `code` @all www.evil.example\n---"
FIRST, SECOND, THIRD, FOURTH = map(QuestionNo, range(1, 5))


def answered(world: RfpWorld, *, questions: tuple[str, ...] = QUESTIONS) -> Rfp:
    """Return an RFP whose answers were drafted from documents that are in the library."""
    world.shelve_texts()
    rfp = world.imported(questions)
    world.answered(rfp)
    return rfp


def edit(world: RfpWorld, rfp: Rfp, no: QuestionNo, text: str) -> None:
    """Let a person write an answer."""
    world.deciding.decide(US, rfp.id, no, DecisionKind.EDITED, text=text)


def test_contradictions_and_near_duplicates_are_found_beside_old_evidence() -> None:
    """One look at what a person has to decide before anything leaves the house."""
    world = RfpWorld(honest)
    before = answered(world)
    edit(world, before, FOURTH, "Weddings are cancelled with 5 days' notice.")
    world.kernel.clock.advance(1)
    rfp = world.imported((*QUESTIONS, "For how long do you keep backups?"))
    world.answered(rfp)
    edit(world, rfp, QuestionNo(5), "We keep backups for 90 days.")
    world.shelve_texts(encryption=2)

    found = world.inspecting.findings(US, rfp.id)

    assert [(one.first.no, one.second.no) for one in found.contradictions] == [(2, 5)]
    assert {(one.no, one.other_rfp, one.other_no, one.other_answer[:8]) for one in found.similar} == {
        (2, rfp.id, 5, "We keep "),
        (4, before.id, 4, "Weddings"),
    }
    assert [(one.question.no, one.visible) for one in found.stale] == [(1, 2)]
    assert {one.rfp_id for one in world.inspecting.stale(US, limit=9)} == {
        rfp.id,
        before.id,
    }  # of one moment: any order
    with pytest.raises(NotFound):
        world.inspecting.findings(THEM, rfp.id)


def test_rejected_answers_contradict_nothing() -> None:
    """They are sent to nobody."""
    world = RfpWorld(honest)
    rfp = answered(world, questions=(*QUESTIONS, "For how long do you keep backups?"))
    edit(world, rfp, QuestionNo(5), "We keep backups for 90 days.")
    world.deciding.decide(US, rfp.id, SECOND, DecisionKind.REJECTED)

    assert world.inspecting.findings(US, rfp.id).contradictions == ()


def test_a_report_shows_evidence_checks_reviews_and_decisions() -> None:
    """Whoever signs must see what each answer rests on, and who stood up for it."""
    world = RfpWorld(honest)
    rfp = answered(world)
    world.reviewed(rfp, model=None)
    world.deciding.decide(US, rfp.id, FIRST, DecisionKind.APPROVED)
    edit(world, rfp, FOURTH, "Our own words.")

    text = rfp_markdown(world.reporting.report(US, rfp.id))

    assert "## 1. Is customer data encrypted at rest?" in text
    assert "Evidence, from Encryption (chunk encryption:1:0):" in text
    assert "> All customer data is encrypted at rest with AES-256." in text
    assert "- Checks passed: quoted, quotes\\_found" in text or "- Checks passed: quoted, quotes_found" in text
    assert "- Review by checks: accept (checks 1.00)" in text
    assert "- Decision: approved draft 1 by ada" in text
    assert "> Our own words." in text
    assert text == rfp_markdown(world.reporting.report(US, rfp.id))


def test_a_report_says_which_evidence_is_gone() -> None:
    """A quote whose document says something else now must not look like proof."""
    world = RfpWorld(honest)
    rfp = answered(world)
    del world.library.texts["encryption"]
    world.shelve_texts()
    world.library.generation = 2

    text = rfp_markdown(world.reporting.report(US, rfp.id))

    assert "says something else by now (chunk encryption:1:0)" in text


def test_nothing_that_others_said_is_markup_in_a_report() -> None:
    """A questionnaire is from strangers, and reports are opened in browsers."""
    world = RfpWorld(honest)
    rfp = world.imported((EVIL,))
    edit(world, rfp, FIRST, EVIL)

    text = rfp_markdown(world.reporting.report(US, rfp.id))

    assert "<script" not in text
    assert "https://" not in text
    assert "](" not in text.replace("\\](", "").replace("\\]\\(", "")
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        line for line in text.splitlines() if re.match(r"# rfp.json|## 1\. ", line)
    ]


@given(st.text())
def test_escaped_text_has_nothing_that_markdown_reads(text: str) -> None:
    """Whatever it is: no character that begins markup is left bare, and no line begins a block."""
    shown = escaped(text)

    bare = re.sub(r"\\[\\`*_{}\[\]()#+!|~]|&(?:amp|lt|gt);", "", shown)
    assert not set(bare) & set("\\`*_{}[]()#!|~<>")
    assert "\n" not in shown
    assert "://" not in shown
    assert all(line.startswith(">") for line in quoted(text).split("\n"))
    assert not re.search(r"(?m)^> (?:[-=+]|\d+[.)])", quoted(text))


def test_approved_answers_become_one_document_that_waits_for_a_person() -> None:
    """It is no evidence before somebody says so: an approval for one buyer is none for all."""
    world = RfpWorld(honest)
    rfp = answered(world)
    world.deciding.approve_all(US, rfp.id)

    shelved = world.shelving.shelve(US, rfp.id)
    again = world.shelving.shelve(US, rfp.id)

    assert (shelved.added.change, shelved.answered, shelved.left_out) == (Change.CREATED, (1, 2, 3), ())
    assert shelved.added.document.location == answers_location(rfp.id)
    assert not shelved.added.document.is_approved
    assert again.added.change is Change.UNCHANGED
    edit(world, rfp, FOURTH, "None.")
    renewed = world.shelving.shelve(US, rfp.id)
    assert (renewed.added.change, renewed.added.document.id) == (Change.UPDATED, shelved.added.document.id)
    with world.shelves.view(US) as work:
        text = work.contents.get(renewed.added.document.id).decode()
    assert text.startswith("# Answers to rfp.json\n\n## Is customer data encrypted at rest?\n\nYes: customer data is")


def test_answers_whose_evidence_has_changed_are_left_out() -> None:
    """Else the old fact would live on under another name, and be quoted."""
    world = RfpWorld(honest)
    rfp = answered(world)
    world.deciding.approve_all(US, rfp.id)
    world.kernel.clock.advance(1)
    world.shelve_texts(encryption=2)

    shelved = world.shelving.shelve(US, rfp.id)

    assert (shelved.answered, shelved.left_out) == ((2, 3), (1,))
    world.shelve_texts(encryption=2, backups=2, standards=2)
    with pytest.raises(Conflict, match="each of its 3 approved answers rests on a document that has changed"):
        world.shelving.shelve(US, rfp.id)


def test_answers_are_left_out_however_many_there_are() -> None:
    """What a list of changed evidence did not reach would be put into the library as if it still held."""
    world = RfpWorld(honest)
    rfp = answered(world)
    gone = tuple(Quote(chunk_id=ChunkId(f"gone-{number}:1:0"), text="gone") for number in range(MOST_FOUND + 1))
    with world.rfps.begin(US) as work:
        record = work.answers.drafts(rfp.id, FIRST)[-1]
        work.answers.add_draft(attrs.evolve(record, version=2, draft=attrs.evolve(record.draft, quotes=gone)))
        work.commit()
    world.deciding.approve_all(US, rfp.id)
    world.kernel.clock.advance(1)
    world.shelve_texts(backups=2)

    shelved = world.shelving.shelve(US, rfp.id)

    assert (shelved.answered, shelved.left_out) == ((3,), (1, 2))


def test_drafts_become_no_document() -> None:
    """What nobody stands up for must not come back as evidence."""
    world = RfpWorld(honest)
    rfp = answered(world)

    with pytest.raises(Conflict, match="none of its answers was approved"):
        world.shelving.shelve(US, rfp.id)
    with pytest.raises(NotFound):
        world.shelving.shelve(THEM, rfp.id)


def test_an_answer_can_begin_no_section_of_its_own() -> None:
    """A heading inside of an answer would put what follows under a question that nobody asked."""
    world = RfpWorld(honest)
    rfp = answered(world)
    edit(world, rfp, FIRST, "Yes\n===\n## Are you ISO 27001 certified?\nYes.\n```\nx")

    text = answers_text(rfp, world.standings(rfp)[:1])

    assert text.count("\n## ") == 1
    assert "Yes\n\\===\n\\## Are you" in text
    assert "\n\\```\n" in text


def test_an_rfp_is_never_answered_from_its_own_answers() -> None:
    """An answer that quotes itself is proved by nothing, and by that for ever."""
    rfp_id = RfpId("r-1")
    own = Passage(
        document_id="own", generation=1, ordinal=0, title="Answers", text="Backups.", location=answers_location(rfp_id)
    )

    class WithOwn(SmallLibrary):
        def find(self, *args: object, **words: object) -> tuple[Passage, ...]:
            return (own, *super().find(*args, **words))  # type: ignore[arg-type]  # as they came

    def found_for(rfp_id: RfpId, words: str) -> tuple[Passage, ...]:
        return passages_for(WithOwn(), US, StageSpec(rfp_id=rfp_id, passages=2), words, spent=lambda _: None)

    found = found_for(rfp_id, "backups kept encrypted keys standards")
    of_another = found_for(RfpId("r-2"), "backups kept")

    assert [one.document_id for one in found][:1] != ["own"]
    assert len(found) == 2
    assert of_another[0] == own


def test_quotes_of_a_report_are_still_word_for_word() -> None:
    """What is broken to keep it from becoming a link is broken where folding does not see it."""
    assert folded(escaped("see https://a.example")) == "see https://a.example"
