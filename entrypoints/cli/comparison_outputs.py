"""The forms a comparison is asked for in, and writing its files."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from domain.test_execution.comparison_document import comparison_document
from entrypoints.cli.console import print_json, say
from entrypoints.comparisons import Compared
from entrypoints.container import Antiphon
from entrypoints.pair_rows import PairIndex


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

    def write(self, antiphon: Antiphon, compared: Compared, index: PairIndex) -> None:
        """
        Write the files, then print; *index* finds each test's rows again.

        Raises:
            InvalidInput, ServiceUnavailable: a file can't be written.
        """
        self._write_files(antiphon, compared, index)
        self._print(compared)
        for word, path in (("summary  ", self.markdown), ("page     ", self.html)):
            if path is not None:
                say(f"{word} {path}")

    def _write_files(self, antiphon: Antiphon, compared: Compared, index: PairIndex) -> None:
        from adapters.reports.comparison_markdown import write_comparison_markdown
        from adapters.reports.comparison_page import write_comparison_html

        comparison, names, gates = compared.comparison, compared.names, compared.gates
        if self.markdown is not None:
            write_comparison_markdown(self.markdown, comparison, names=names, gates=gates)
        if self.html is not None:
            base, new = compared.base.view.job, compared.new.view.job
            with_target = compared.new.target is None
            pairs = index.rows(antiphon.store, antiphon.tenant, (base.id, new.id), with_target=with_target)
            write_comparison_html(self.html, comparison, jobs=(base, new), names=names, gates=gates, pairs=pairs)

    def _print(self, compared: Compared) -> None:
        from entrypoints.cli.comparison_tables import print_comparison

        comparison, names, gates = compared.comparison, compared.names, compared.gates
        if not self.as_json:
            print_comparison(comparison, gates=gates, names=names)
            return
        base, new = compared.base.view.job, compared.new.view.job
        print_json(comparison_document(comparison, base=base, new=new, gates=gates, names=names))
