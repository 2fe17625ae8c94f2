"""What `antiphon runs compare` and `export` ask of where they act."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from entrypoints.api.documents.comparisons import ComparisonWords


class Runs(Protocol):
    """The stored test runs of one organization."""

    def export(self, job_id: str, form: str, file: Path) -> None:
        """
        Write a run to *file*: `jsonl`, `csv`, `promptfoo.json`, `junit.xml` or `html`.

        Raises:
            NotFound: there is no such run.
            InvalidInput, ServiceUnavailable: the file can't be written.
        """

    def compare(self, words: ComparisonWords) -> Mapping[str, object]:
        """
        Return what changed between two ended runs, as docs/json-output.md describes it.

        Raises:
            NotFound: there is no such run.
            InvalidInput: they share no test, or a target is named that there is not.
            Conflict: one has not ended.
        """

    def export_comparison(self, words: ComparisonWords, file: Path) -> None:
        """Write the same to *file* as a page, every test side by side."""
