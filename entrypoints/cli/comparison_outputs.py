"""The forms a comparison is asked for in, and writing its files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from domain.test_execution.comparison_reading import comparison_from, gates_from, names_from
from entrypoints.api.documents.comparisons import ComparisonWords
from entrypoints.cli.console import print_json, say
from entrypoints.places.runs import Runs


@frozen(kw_only=True)
class ComparisonOutputs:
    """Where a comparison goes: JSON on standard output instead of tables; Markdown and HTML files."""

    as_json: bool
    markdown: Path | None
    html: Path | None

    def check(self) -> None:
        """
        Find out before the work that a file can't be written.

        Raises:
            InvalidInput: no such folder, or not one that can be written to.
        """
        from adapters.reports.files import check_report_path

        for path in (self.markdown, self.html):
            if path is not None:
                check_report_path(path)

    def write(self, runs: Runs, words: ComparisonWords, found: Mapping[str, object]) -> None:
        """
        Write the files, then print what was *found*.

        Raises:
            InvalidInput, ServiceUnavailable: a file can't be written.
        """
        if self.markdown is not None:
            from adapters.reports.comparison_markdown import write_comparison_markdown

            comparison, names, gates = comparison_from(found), names_from(found), gates_from(found)
            write_comparison_markdown(self.markdown, comparison, names=names, gates=gates)
        if self.html is not None:
            runs.export_comparison(words, self.html)
        self._print(found)
        for word, path in (("summary  ", self.markdown), ("page     ", self.html)):
            if path is not None:
                say(f"{word} {path}")

    def _print(self, found: Mapping[str, object]) -> None:
        if self.as_json:
            print_json(found)
            return
        from entrypoints.cli.comparison_tables import print_comparison

        print_comparison(comparison_from(found), gates=gates_from(found), names=names_from(found))
