"""The retrieval check: what counts as found, and the shipped set of questions and documents."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from adapters.test_files.check_questions_file import read_check_questions
from domain.embedding.check_question import MOST_QUESTIONS, CheckQuestion, checked_questions
from domain.embedding.library_document import DocumentId
from domain.embedding.rank_fusion import fused
from domain.embedding.retrieval_check import Answered, Recall, is_passage, rank_of
from domain.embedding.search import Hit
from domain.jobs.errors import InvalidInput

SHIPPED = Path(__file__).parents[2] / "examples" / "library"
HIT = Hit(
    document_id=DocumentId("d"),
    title="Backup and recovery",
    location="docs/backup.md",
    heading_path=("Backup and recovery", "Schedule"),
    start=0,
    end=5,
    text="Daily",
    score=0.5,
    model="m",
    is_approved=True,
    generation=1,
    ordinal=0,
)


@pytest.mark.parametrize(
    ("document", "heading", "found"),
    [
        ("docs/backup.md", "Schedule", True),
        ("backup.md", "schedule", True),
        ("Backup and Recovery", "", True),
        ("backup.md", "Restore tests", False),
        ("up.md", "Schedule", False),
        ("other.md", "Schedule", False),
    ],
)
def test_a_passage_is_known_by_its_document_and_heading(document: str, heading: str, found: bool) -> None:
    """A location's end must begin at a slash: `up.md` is another file."""
    assert is_passage(CheckQuestion(question="?", document=document, heading=heading), HIT) is found


def test_the_rank_is_that_of_the_first_hit_in_the_passage() -> None:
    """Several chunks may lie in one passage."""
    other = attrs.evolve(HIT, location="other.md", title="Other")
    question = CheckQuestion(question="?", document="backup.md")

    assert rank_of(question, [other, HIT, HIT]) == 2
    assert rank_of(question, [other]) is None
    assert rank_of(question, []) is None


def test_recall_is_the_share_of_questions_found_so_early() -> None:
    """1 of 4 at once, 3 of 4 among the first three."""
    question = CheckQuestion(question="?", document="a")
    recall = Recall(model="m", answered=tuple(Answered(question=question, rank=rank) for rank in (1, 3, 2, None)))

    assert [recall.at(k) for k in (1, 2, 3, 5)] == [0.25, 0.5, 0.75, 0.75]
    assert Recall(model="m", answered=()).at(3) == 0


def test_all_mistakes_in_questions_are_told_at_once() -> None:
    """A file with three mistakes needs one round, not three."""
    with pytest.raises(InvalidInput) as caught:
        checked_questions([CheckQuestion(question=" ", document=""), CheckQuestion(question="x" * 2001, document="a")])

    assert [line.partition(":")[0] for line in caught.value.problems] == ["questions[0]"] * 2 + ["questions[1]"]


@pytest.mark.parametrize("count", [0, MOST_QUESTIONS + 1])
def test_a_check_has_some_questions_and_not_too_many(count: int) -> None:
    """Each is a call to the embedding model."""
    with pytest.raises(InvalidInput, match="questions: there are"):
        checked_questions([CheckQuestion(question="?", document="a")] * count)


def test_ranks_are_put_together_by_rank_alone() -> None:
    """Scores of different kinds can't be compared; who is high in both rankings is first."""
    a, b, c = (attrs.evolve(HIT, ordinal=no, score=99.0 * no) for no in (0, 1, 2))

    found = fused([[c, a, b], [b, a]], k=2)

    assert [hit.ordinal for hit in found] == [1, 0]
    assert found[0].score == pytest.approx(1 / 63 + 1 / 61)
    assert [hit.ordinal for hit in fused([[a], [b]], k=5)] == [0, 1]


def test_the_shipped_set_is_as_large_as_it_claims_to_be() -> None:
    """docs/library.md speaks of 60 paragraphs and 53 questions."""
    sections = [
        line for file in SHIPPED.glob("*.md") for line in file.read_text().splitlines() if line.startswith("## ")
    ]

    assert len(sections) == 60
    assert len(read_check_questions(SHIPPED / "questions.yaml")) == 53


@pytest.mark.parametrize("question", read_check_questions(SHIPPED / "questions.yaml"), ids=lambda each: each.question)
def test_every_shipped_question_has_its_passage(question: CheckQuestion) -> None:
    """A heading with a slip of the pen would count as never found."""
    assert f"\n## {question.heading}\n" in (SHIPPED / question.document).read_text()


def test_a_file_of_questions_says_on_which_line_something_is_wrong(tmp_path: Path) -> None:
    """People write these files by hand."""
    file = tmp_path / "questions.yaml"
    file.write_text(
        "questions:\n  - question: one\n    document: a.md\n  - question: two\n    headings: x\n  - three\n"
    )

    with pytest.raises(InvalidInput) as caught:
        read_check_questions(file)

    said = "\n".join(caught.value.problems)
    assert "document" in said
    assert "headings" in said
    assert "questions.yaml:6" in said


@pytest.mark.parametrize("text", ["", "questions: []", "- one", "questions: {a: b}"])
def test_a_file_without_questions_is_refused(tmp_path: Path, text: str) -> None:
    """A check over nothing would be met."""
    file = tmp_path / "questions.yaml"
    file.write_text(text)

    with pytest.raises(InvalidInput):
        read_check_questions(file)
