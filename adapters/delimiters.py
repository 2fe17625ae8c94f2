"""What cuts the rows of a CSV or TSV file into cells."""

from __future__ import annotations

import csv

DELIMITERS = (",", ";", "\t")


def delimiter_of(header: str) -> str:
    """
    Return which of comma, semicolon and tab cuts the header into most columns; it may go on over lines inside quotes.

    The header, and not `csv.Sniffer`: a sniffer that sees rows takes "It's late, isn't it; or" for structure.
    """
    lines = header.strip(" \r\n").splitlines(keepends=True)  # tabs at the end are empty columns
    return max(DELIMITERS, key=lambda mark: len(next(csv.reader(lines, delimiter=mark), [])))
