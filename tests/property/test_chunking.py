"""Chunks of any document: they cover it, keep its order, obey the limit, and stay where nothing was edited."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from domain.embedding.chunk import Chunk
from domain.embedding.chunking import LEAST_UNITS, Units, chunks_of, embedded_text
from domain.embedding.parsed import Heading, ParsedDocument
from domain.jobs.errors import InvalidInput

Section = tuple[int, str, str]
"""Level, heading and body."""

words = st.sampled_from(["a", "Refund", "within", "14 days.", "Ja?", "\n\n", "\n", "  ", "ß" * 40, "\N{SNOWMAN}", "。"])
bodies = st.lists(words, max_size=60).map(" ".join)
titles = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=200).map(str.strip)
sections = st.lists(st.tuples(st.integers(1, 4), titles.filter(bool), bodies), max_size=6)
limits = st.integers(200, 600)


def document(title: str, sections: list[Section], *, preface: str = "") -> ParsedDocument:
    """Return the document of these sections, as a parser would."""
    text, headings = preface, []
    for level, heading, body in sections:
        text += "\n\n"
        headings.append(Heading(level=level, text=heading, start=len(text), end=len(text) + len(heading)))
        text += f"{heading}\n{body}"
    return ParsedDocument(title=title, text=text, headings=tuple(headings))


documents = st.builds(document, titles, sections, preface=bodies)


def bytes_of(text: str) -> int:
    """Count bytes: the most tokens a tokenizer makes."""
    return len(text.encode())


def words_of(text: str) -> int:
    """Count words, which do not add up to those of a whole where one is cut."""
    return len(text.split())


units = st.sampled_from([len, bytes_of, words_of])


@given(documents, limits, units)
def test_chunks_quote_the_text_in_its_order_and_leave_only_space(
    parsed: ParsedDocument, most: int, units: Units
) -> None:
    """What is left out can't be found; what is there twice is found twice; offsets are what a quote is shown by."""
    chunks = chunks_of(parsed, most_units=most, units=units)

    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    assert all(parsed.text[chunk.start : chunk.end] == chunk.text == chunk.text.strip() != "" for chunk in chunks)
    assert all(one.end <= other.start for one, other in pairwise(chunks))
    ends = [0, *(chunk.end for chunk in chunks)]
    starts = [*(chunk.start for chunk in chunks), len(parsed.text)]
    assert all(not parsed.text[end:start].strip() for end, start in zip(ends, starts, strict=True))


@given(documents, limits, units)
def test_what_is_embedded_obeys_the_limit_as_a_whole(parsed: ParsedDocument, most: int, units: Units) -> None:
    """A model cuts off what is too long without a word, and what it cut off is never found."""
    for chunk in chunks_of(parsed, most_units=most, units=units):
        assert units(embedded_text(parsed.title, chunk)) <= most


@given(titles, sections.filter(bool), limits, st.data())
def test_an_edit_changes_no_chunk_of_another_section(
    title: str, sections: list[Section], most: int, data: st.DataObject
) -> None:
    """Else each edit would cost the embedding of everything behind it."""
    edited = data.draw(st.integers(0, len(sections) - 1))
    sections = [(level, heading, f"x{body}") for level, heading, body in sections]  # none is empty
    level, heading, _ = sections[edited]
    changed = [*sections[:edited], (level, heading, f"y{data.draw(bodies)}"), *sections[edited + 1 :]]

    before, after = (_by_section(title, given, most=most) for given in (sections, changed))

    assert [one for no, one in enumerate(before) if no != edited] == [
        one for no, one in enumerate(after) if no != edited
    ]


def _by_section(title: str, sections: list[Section], *, most: int) -> list[list[tuple[tuple[str, ...], str]]]:
    parsed = document(title, sections)
    borders = [heading.start for heading in parsed.headings]
    found: list[list[tuple[tuple[str, ...], str]]] = [[] for _ in sections]
    for chunk in chunks_of(parsed, most_units=most, units=len):
        section = sum(border <= chunk.start for border in borders) - 1
        found[section].append((chunk.heading_path, chunk.text))
    return found


@pytest.mark.parametrize("gap", ["\n\n", "\n", " ", ""], ids=["paragraphs", "lines", "sentences", "characters"])
def test_an_edit_in_a_text_without_headings_moves_few_cuts(gap: str) -> None:
    """Plain text has no sections; its cuts are chosen by its words, and not by how far they are from its beginning."""
    dice = random.Random(1)
    sentences = ["".join(dice.choices("abcdefgh", k=dice.randint(20, 60))) + "." for _ in range(400)]
    whole, edited = gap.join(sentences), gap.join(["Something new.", *sentences])

    before, after = ({one.text for one in _plain(text)} for text in (whole, edited))

    assert len(before) > 40
    assert len(before - after) <= 6


def _plain(text: str) -> tuple[Chunk, ...]:
    return chunks_of(ParsedDocument(title="t", text=text), most_units=400, units=len)


def test_cuts_prefer_paragraphs_then_lines_then_sentences_then_words() -> None:
    """A chunk should end where its author stopped."""
    paragraph = "One. Two is longer.\nThree"
    text = "\n\n".join([paragraph] * 40)
    for most, ending in ((200, "Three"), (45, "Three")):
        assert {
            chunk.text[-5:] for chunk in chunks_of(ParsedDocument(title="", text=text), most_units=most, units=len)
        } == {ending}
    by_sentence = chunks_of(
        ParsedDocument(title="", text="Thirty characters in a sentence. " * 9), most_units=40, units=len
    )
    by_word = chunks_of(ParsedDocument(title="", text="word " * 99), most_units=40, units=len)
    assert {chunk.text for chunk in by_sentence} == {"Thirty characters in a sentence."}
    assert {chunk.text.replace("word", "").strip() for chunk in by_word} == {""}


def test_headings_lead_what_is_below_them() -> None:
    """A heading alone answers nothing; and a chunk far below it would not say what it is about."""
    parsed = document("Handbook", [(1, "Orders", ""), (2, "Refunds", "Within 14 days. " * 30), (1, "Staff", "Ada")])

    chunks = chunks_of(parsed, most_units=200, units=len)

    assert chunks[0].text.startswith("Orders\n\n\nRefunds\nWithin")
    assert {chunk.heading_path for chunk in chunks[:-1]} == {("Orders", "Refunds")}
    assert embedded_text("Handbook", chunks[0]).startswith("Handbook\n\nOrders")
    assert embedded_text("Handbook", chunks[1]).startswith("Handbook > Orders > Refunds\n\nWithin")
    assert embedded_text("Handbook", chunks[-1]) == "Handbook\n\nStaff\nAda"


def test_headings_that_take_too_much_are_left_out_from_the_top() -> None:
    """A path of long headings would leave no room for what is said under them."""
    parsed = document("t", [(1, "x" * 90, "one"), (2, "y" * 50, "word " * 50)])

    assert {chunk.heading_path for chunk in chunks_of(parsed, most_units=200, units=len)[1:]} == {("y" * 50,)}


@pytest.mark.parametrize("character", ["a", ".", ".)", "\N{GRINNING FACE}", "\u0301", "a ", "\n"])
def test_a_wall_of_text_is_cut_in_its_length(character: str) -> None:
    """A million characters without a break take a second, not a day: nothing is asked about all that is left."""
    parsed = ParsedDocument(title="wall", text=character * 300_000)

    chunks = chunks_of(parsed, most_units=500, units=len)

    assert sum(len(chunk.text) for chunk in chunks) >= len("".join(parsed.text.split()))
    assert len(chunks) < 2 * len(parsed.text) / 400 + 1


def test_a_model_that_reads_unknown_words_as_one_bounds_no_chunk() -> None:
    """Tokenizers make one token of a word they do not know, whatever its length."""
    chunks = chunks_of(ParsedDocument(title="", text="x" * 100_000), most_units=100, units=words_of)

    assert max(len(chunk.text) for chunk in chunks) <= 6400


def test_a_limit_that_holds_nothing_is_refused() -> None:
    """Better than thousands of chunks of a character each."""
    parsed = ParsedDocument(title="t" * 100, text="word")

    for most in (LEAST_UNITS - 1, LEAST_UNITS):
        with pytest.raises(InvalidInput, match="input limit"):
            chunks_of(parsed, most_units=most, units=len)


def test_a_document_of_nothing_has_no_chunks() -> None:
    """Space is nothing that can be found."""
    assert chunks_of(ParsedDocument(title="t", text=" \n\n "), most_units=100, units=len) == ()
    assert chunks_of(evolve(document("t", [(1, "Only", "")])), most_units=100, units=len)[0].text == "Only"
