"""
Texts of others in the cells of spreadsheets.

A spreadsheet runs a cell that begins like a formula, so such texts get an apostrophe in front, which spreadsheets hide
(OWASP, "CSV Injection").
"""

from __future__ import annotations

from re import compile as pattern

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_NOT_UTF_8 = pattern("[\ud800-\udfff]")


def inert(text: str) -> str:
    """Return *text* as a cell that no spreadsheet runs, without what UTF-8 can't hold."""
    written = _NOT_UTF_8.sub("\ufffd", text).replace("\x00", "\u2400")
    return f"'{written}" if written.startswith(_FORMULA_STARTS) else written
