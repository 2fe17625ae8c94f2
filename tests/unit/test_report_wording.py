"""How numbers and foreign text read in a report."""

from __future__ import annotations

import pytest

from adapters.reports.wording import moment, number, percent, seconds, visible


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (None, "–"),
        (0.0, "0%"),
        (1.0, "100%"),
        (0.877, "87.7%"),
        (0.9, "90.0%"),
        (0.99951, ">99.9%"),
        (0.0001, "<0.1%"),
    ],
)
def test_shares_never_round_to_all_or_nothing(share: float | None, text: str) -> None:
    """One failure in 5,000 is not 100 %."""
    assert percent(share) == text


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (None, "–"),
        (0.0, "0 ms"),
        (0.0421, "42 ms"),
        (0.9999, "1.00 s"),
        (59.99, "59.99 s"),
        (59.999, "1 min 0 s"),
        (83.2, "1 min 23 s"),
        (7_322.0, "2 h 2 min"),
    ],
)
def test_time_spans_read_as_people_say_them(span: float | None, text: str) -> None:
    """No 1000 ms, no 60.00 s."""
    assert seconds(span) == text


def test_numbers_have_thousands_apart() -> None:
    """100000 and 1000000 are hard to tell apart."""
    assert (number(1_000_000), number(0.5), number(None), moment(None)) == ("1,000,000", "0.5", "–", "–")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b", "a␀b"),
        ("\x1b[31m", "␛[31m"),
        ("a\r\nb\rc", "a\nb␍c"),
        ("\ud800 \x85 \uffff", "\ufffd \ufffd \ufffd"),
        ("\u202eevil", "\ufffdevil"),
        ("tab\tline\n é 漢 🎉", "tab\tline\n é 漢 🎉"),
    ],
)
def test_what_a_page_would_hide_is_shown(text: str, shown: str) -> None:
    """A reader must see that an answer holds a NUL or turns its text around; and no page breaks on it."""
    assert visible(text) == shown
    assert visible(text).encode()
