"""Which sentences are rows of the compliance matrix by their words: as docs/rfp.md has it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rfp_answering.proving.folding import folded
from domain.rfp_answering.proving.quoting import stands_in
from domain.rfp_answering.summaries.grouping import parts_of
from domain.rfp_answering.summaries.information_document import TextChunk
from domain.rfp_answering.summaries.statements import RowKind
from domain.rfp_answering.summaries.word_rows import pieces_of, rows_by_words
from domain.rfp_answering.summaries.wording import days_in, kinds_of

DATE, REQUIREMENT, ELIGIBILITY = RowKind.DATE, RowKind.REQUIREMENT, RowKind.ELIGIBILITY


@pytest.mark.parametrize(
    ("sentence", "kinds"),
    [
        ("The system shall be available.", (REQUIREMENT,)),
        ("Bidders MUST sign every page.", (REQUIREMENT,)),
        ("A certificate is required.", (REQUIREMENT,)),
        ("The use of the portal is mandatory.", (REQUIREMENT,)),
        ("Subcontracting is not permitted.", (REQUIREMENT,)),
        ("Offers have to arrive by 14 March 2026.", (DATE, REQUIREMENT)),
        ("The visit is on 2026-03-02.", (DATE,)),
        ("Bidders that are bankrupt are excluded from the procedure.", (ELIGIBILITY,)),
        ("Tenderers must have an annual turnover of EUR 2 million.", (ELIGIBILITY,)),
        ("Only eligible bidders are invited.", (ELIGIBILITY,)),
        ("A certificate is not required.", ()),
        ("Bidders need not attend.", ()),
        ("No deposit is required.", ()),
        ("Bidders do not have to attend.", ()),
        ("The system should be fast.", ()),
        ("The musty cellar is marshalled.", ()),
        ("The meeting is on 03/04/2026.", ()),
    ],
)
def test_words_make_a_row(sentence: str, kinds: tuple[RowKind, ...]) -> None:
    """`should` is no `shall`, `not required` demands nothing, and a day that may be two is none."""
    assert kinds_of(sentence) == kinds


def test_a_demand_under_a_heading_of_eligibility_is_one() -> None:
    """The heading says what the sentences under it decide."""
    heading = ("Tender", "3. Eligibility criteria")

    assert kinds_of("A bidder must be insured.", heading_path=heading) == (ELIGIBILITY,)
    assert kinds_of("A bidder is somebody.", heading_path=heading) == ()


def test_dates_are_written_one_way_and_each_is_a_row() -> None:
    """They are sorted by it; what leaves the day open says so."""
    assert days_in("From March 2026 to 14.03.2026, or on 14 March 2026") == ("2026-03", "2026-03-14")
    rows = list(rows_by_words(TextChunk(ordinal=0, text="Open from 1 March 2026 to 9 March 2026.")))
    assert [row.date for row in rows] == ["2026-03-01", "2026-03-09"]


def test_lists_tables_and_labels_are_cut_at_their_lines_and_headings_are_no_rows() -> None:
    """A heading that says `Mandatory requirements` demands nothing itself."""
    chunk = TextChunk(
        ordinal=0,
        heading_path=("Tender", "Mandatory requirements"),
        text="## 2. Mandatory requirements\nIt must be safe and\nsound.\n\nQuestions until: 1 March 2026\n"
        "Offers until: 14 March 2026\n\n- It shall be quick\n- It shall be small\n\n| 1 | It must be blue |\n"
        "| 2 | It must be red |",
    )

    assert [folded(piece) for piece in pieces_of(chunk)] == [
        "It must be safe and sound.",
        "Questions until: 1 March 2026",
        "Offers until: 14 March 2026",
        "- It shall be quick",
        "- It shall be small",
        "| 1 | It must be blue |",
        "| 2 | It must be red |",
    ]


sentences = st.sampled_from(
    ["It must work.", "The bus is blue today.", "Send it by 14 March 2026.", "Due: 2 May 2026", "## Head of all", "x"]
)
texts = st.lists(st.tuples(sentences, st.sampled_from([" ", "\n", "\n\n", "\n- "])), max_size=12).map(
    lambda pairs: "".join(sentence + gap for sentence, gap in pairs)
)


@given(text=texts, heading=st.sampled_from([(), ("Head of all",)]))
def test_whatever_is_found_stands_in_the_chunk(text: str, heading: tuple[str, ...]) -> None:
    """A row by words is a quote: it needs no gate, because it can't be anything else."""
    chunk = TextChunk(ordinal=0, text=text, heading_path=heading)

    for row in rows_by_words(chunk):
        assert stands_in(row.quote, text)
    assert {day for row in rows_by_words(chunk) if (day := row.date)} <= {"2026-03-14", "2026-05-02"}


@given(lengths=st.lists(st.integers(min_value=1, max_value=400), max_size=20), most=st.integers(50, 500))
def test_each_chunk_is_in_one_part_and_no_part_is_too_long(lengths: list[int], most: int) -> None:
    """A chunk in no part would be missing without anybody being told."""
    chunks = [TextChunk(ordinal=no, text="abc " * length) for no, length in enumerate(lengths)]

    parts = list(parts_of(chunks, most_tokens=most))

    assert [chunk for part in parts for chunk in part] == chunks
    assert all(len(part) == 1 or sum(lengths[one.ordinal] for one in part) <= most for part in parts)
