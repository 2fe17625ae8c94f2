"""The author without a model: what it quotes, and when it says that there is no answer."""

from __future__ import annotations

import pytest

from domain.rfp_answering.asked_for import AskedFact, FactKind, facts_asked
from domain.rfp_answering.draft import AnswerRules, AnswerVerdict, Draft
from domain.rfp_answering.extractive import ExtractiveResponder
from domain.rfp_answering.passage import Passage
from domain.rfp_answering.questionnaire import Place, Question, QuestionNo


def passage(document: str, text: str, *, ordinal: int = 0, heading: str = "") -> Passage:
    """Return a passage of a document."""
    path = (heading,) if heading else ()
    return Passage(
        document_id=document, generation=1, ordinal=ordinal, title=document.title(), text=text, heading_path=path
    )


LIBRARY = (
    passage("backups", "Backups are kept for 35 days. They are encrypted with keys of their own."),
    passage("logs", "Audit logs are kept. Who reads them is logged, too.", heading="Audit logs"),
    passage("certificates", "We are certified to ISO 27001 since 2019.", heading="Certificates"),
    passage("prices", "## Fees\n\nUsers are charged by month. The fee rises by 4 % a year at most."),
    passage(
        "support",
        "| severity | reaction |\n|---|---|\n| 1, an outage | 30 minutes |\n| 2, a fault | 2 hours |",
        heading="Reaction to an outage",
    ),
)


def answer(text: str, *passages: Passage, most: int | None = None) -> Draft:
    """Return the draft to a question."""
    place, rules = Place(table="t", question="A1", answer="B1"), AnswerRules(most_characters=most)
    question = Question(no=QuestionNo(1), text=text, place=place, rules=rules)
    return ExtractiveResponder().draft(question, passages or LIBRARY, deadline_s=5).draft


def test_it_quotes_the_sentence_that_states_what_is_asked_for() -> None:
    """The answer is nothing but quotes."""
    draft = answer("How long are backups kept?")

    assert draft.verdict is AnswerVerdict.ANSWERED
    assert draft.answer == "Backups are kept for 35 days."
    assert [(one.chunk_id, one.text) for one in draft.quotes] == [("backups:1:0", draft.answer)]


def test_a_heading_without_a_free_line_behind_it_is_no_part_of_a_sentence() -> None:
    """Much Markdown is written so; a heading that is quoted as an answer helps nobody."""
    text = "# Safety\n## Encryption\nData is encrypted at rest.\n## Backups\nBackups are kept for 35 days."

    assert answer("How long are backups kept?", passage("safety", text)).answer == "Backups are kept for 35 days."
    assert answer("Is data encrypted at rest?", passage("safety", text)).answer == "Data is encrypted at rest."


@pytest.mark.parametrize(
    "text",
    [
        "How long may audit logs be read?",
        "Are you certified to ISO 9001?",
        "What is the monthly fee of a user?",
        "How many users are charged by month?",
        "Which colour is the office carpet?",
    ],
)
def test_what_no_sentence_states_has_no_answer(text: str) -> None:
    """A time, another standard, an amount and a number that stand nowhere; and what nobody has written of."""
    assert answer(text) == Draft(answer="", verdict=AnswerVerdict.NO_ANSWER)


def test_a_part_of_what_is_asked_for_is_a_partial_answer() -> None:
    """A time is there, an amount is not."""
    draft = answer("How long are backups kept, and what does it cost?")

    assert (draft.verdict, draft.answer) == (AnswerVerdict.PARTIAL, "Backups are kept for 35 days.")


def test_an_answer_is_of_one_document() -> None:
    """Sentences of several documents, each with a word of the question, are a patchwork that proves nothing."""
    draft = answer("Are backups encrypted, and are keys audited by those who are certified?")

    assert {one.chunk_id for one in draft.quotes} == {"backups:1:0"}


def test_an_answer_is_as_long_as_the_buyer_allows() -> None:
    """A sentence that does not fit is left out; a sentence that was cut off would be no quote."""
    text = "How long are backups kept, and are they encrypted with keys?"

    assert len(answer(text).quotes) == 2
    assert answer(text, most=40).answer == "Backups are kept for 35 days."


def test_a_row_of_a_table_is_quoted_by_itself() -> None:
    """The whole table would state every time that there is."""
    assert answer("How quickly do you react to an outage?").answer == "| 1, an outage | 30 minutes |"


def test_headings_questions_and_announcements_are_no_answers() -> None:
    """They share every word with the question, and say nothing."""
    text = "# Data protection officer\n\nWho is the data protection officer?\n\nOur officers are:"
    under_its_heading = passage("faq", f"Data protection officer\n\n{text}", heading="Data protection officer")

    assert answer("Who is your data protection officer?", under_its_heading).verdict is AnswerVerdict.NO_ANSWER


def test_a_sentence_without_a_word_of_the_question_states_nothing_of_it() -> None:
    """Its heading has the words and it has a time: that of something else."""
    said = passage("backups", "Tickets are answered within 2 days.", heading="How backups are kept")

    assert answer("How long are backups kept?", said).verdict is AnswerVerdict.NO_ANSWER


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("How soon do you answer?", [FactKind.TIME]),
        ("When did you last test it?", [FactKind.TIME]),
        ("What happens when we leave?", []),
        ("By what date is it done, and what does it cost?", [FactKind.TIME, FactKind.MONEY]),
        ("What is the maximum price increase?", [FactKind.PERCENTAGE]),
        ("How large may a file be?", [FactKind.SIZE]),
        ("How many days does it take, and how often?", [FactKind.TIME]),
        ("How many employees are there?", [FactKind.COUNT]),
        ("Is it fine-grained?", []),
    ],
)
def test_a_question_asks_for_a_kind_of_fact(question: str, kinds: list[FactKind]) -> None:
    """By the words it asks with."""
    assert [one.kind for one in facts_asked(question)] == kinds


@pytest.mark.parametrize(
    ("fact", "stated", "not_stated"),
    [
        (AskedFact(kind=FactKind.TIME), "twice a year", "quickly"),
        (AskedFact(kind=FactKind.TIME), "in October 2025", "version 4.2"),
        (AskedFact(kind=FactKind.MONEY), "EUR 12 a month", "12 users"),
        (AskedFact(kind=FactKind.SIZE), "up to 5 GB", "5 files"),
    ],
)
def test_a_fact_is_stated_with_its_unit(fact: AskedFact, stated: str, not_stated: str) -> None:
    """A number of something else is no answer."""
    assert fact.is_stated_in(stated)
    assert not fact.is_stated_in(not_stated)


def test_things_are_counted_by_their_own_word() -> None:
    """As the question calls them."""
    (fact,) = facts_asked("How many employees are there?")

    assert fact.is_stated_in("has 240 permanent employees")
    assert not fact.is_stated_in("has 240 desks")
