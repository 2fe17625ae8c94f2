"""Streams are the same however the network cuts them, and no bytes break what reads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.language_models.stream_lines import EventLines, JsonLines, StreamLines

DATA = st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), min_size=1)
ENDS = st.sampled_from(["\n", "\r\n"])


def read(lines: StreamLines, pieces: Sequence[bytes]) -> list[bytes]:
    """Return all texts in the pieces."""
    return [*(text for piece in pieces for text in lines.take(piece)), *lines.rest()]


def cut(body: bytes, places: set[int]) -> list[bytes]:
    """Return the body in pieces."""
    edges = [0, *sorted(place for place in places if place < len(body)), len(body)]
    return [body[start:end] for start, end in pairwise(edges)]


@given(st.lists(DATA), ENDS, st.sets(st.integers(1, 200)))
def test_events_are_read_however_they_are_cut(data: list[str], end: str, places: set[int]) -> None:
    """Comments and names around them say nothing."""
    body = "".join(f": hm{end}event: x{end}data: {each}{end}{end}" for each in data).encode()

    assert read(EventLines(), cut(body, places)) == [each.encode() for each in data]


@given(st.lists(DATA.filter(lambda text: text.encode().strip() != b"")), ENDS, st.sets(st.integers(1, 200)))
def test_lines_are_read_however_they_are_cut(data: list[str], end: str, places: set[int]) -> None:
    """The last one needs no end."""
    body = end.join(data).encode()

    assert read(JsonLines(), cut(body, places)) == [each.encode() for each in data]


@pytest.mark.parametrize("made", [EventLines, JsonLines])
@given(body=st.binary(), places=st.sets(st.integers(1, 50)))
def test_cuts_change_nothing_whatever_the_bytes_are(
    made: Callable[[], StreamLines], body: bytes, places: set[int]
) -> None:
    """A hostile server sends what it likes."""
    assert read(made(), cut(body, places)) == read(made(), [body])


def test_lines_of_one_event_are_one_text() -> None:
    """As the standard has it: JSON may be written over several lines."""
    assert read(EventLines(), [b'\xef\xbb\xbfdata: {\ndata:"a": 1}\n\n', b"data: [DONE]\n"]) == [
        b'{\n"a": 1}',
        b"[DONE]",
    ]
