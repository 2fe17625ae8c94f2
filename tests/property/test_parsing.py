"""Parsers over any text: what they return can be stored, and headings stand where they say; or it is a refusal."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.database.types import storable_text
from adapters.parsing.limits import USUAL
from adapters.parsing.reading import read
from adapters.parsing.text_builder import clean
from domain.embedding.chunking import chunks_of
from domain.embedding.parsed import ParsedDocument
from domain.jobs.errors import PermanentFailure

pieces = st.sampled_from(
    [
        "# ", "## x", "\n", "\r\n", "\n\n", "---", "===", "```", "~~~", "title: T", "1.2 Scope", "LOUD WORDS", "word ",
        ",", ";", '"', "\t", "<h1>", "</h1>", "<p>", "<div hidden>", "</div>", "<li>", "<td>", "<pre>", "&amp;", "<!--",
        "-->", "<br>", "a|b", "\x00", "\ufeff", "\u202e", "\x85", "\u2028", "\N{GRINNING FACE}", "\u0301", " ", "<h2>",
        "</h2>", "<script>", "</script>", "<title>", "</title>",
    ]
)  # fmt: skip
texts = st.lists(st.one_of(pieces, st.text(max_size=5)), max_size=40).map("".join)
endings = st.sampled_from(["md", "txt", "html", "csv", "tsv", "xyz"])


@given(st.one_of(texts.map(lambda text: text.encode(errors="replace")), st.binary(max_size=300)), endings)
def test_any_bytes_are_a_document_or_a_refusal(content: bytes, ending: str) -> None:
    """No other error, and nothing in the text that a database would change under the offsets."""
    try:
        parsed = read(content, name=f"file.{ending}", media_type="", limits=USUAL)
    except PermanentFailure:
        return

    assert storable_text(parsed.text) == parsed.text == clean(parsed.text)
    assert parsed.text.strip()
    assert parsed.title == " ".join(parsed.title.split()) != ""
    _check_headings(parsed)
    chunks = chunks_of(parsed, most_units=200, units=lambda text: len(text.encode()) // 4 + 1)
    assert "".join("".join(one.text.split()) for one in chunks) == "".join(parsed.text.split())


def _check_headings(parsed: ParsedDocument) -> None:
    for heading in parsed.headings:
        assert 0 <= heading.start < heading.end <= len(parsed.text)
        assert heading.text
        assert 1 <= heading.level <= 9
    assert all(one.end <= other.start for one, other in pairwise(parsed.headings))


@given(texts)
def test_cleaning_again_changes_nothing(text: str) -> None:
    """Else a text that was read back would have other offsets than when it was cut."""
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize("text", ["# One\nTwo\n===\n", "One\n---\n---\n", "# A\n---\n", "A\n===\n===\n"])
def test_underlines_of_underlines_are_none(text: str) -> None:
    """A line is the heading of one thing."""
    _check_headings(read(text.encode(), name="x.md", media_type="", limits=USUAL))
