"""The forms a comparison is asked for in, and writing its files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from attrs import frozen

from domain.jobs.item import Item
from domain.jobs.service import JobView
from domain.test_execution.comparison import Comparison
from domain.test_execution.comparison_document import comparison_document
from domain.test_execution.run import RunSpec
from domain.test_execution.summary import GateResult
from entrypoints.cli.console import print_json, say
from entrypoints.cli.pair_rows import PairIndex
from entrypoints.container import Antiphon


@frozen(kw_only=True)
class Side:
    """One of the two runs: its rows, and the one target of it that is compared (None: each with its namesake)."""

    view: JobView
    target: str | None
    rows: Callable[[], Iterator[Item]]

    @property
    def name(self) -> str:
        """What people call it."""
        of_run = f"{RunSpec.from_document(self.view.job.spec).test_set_name} {self.view.job.id[:8]}"
        return f"{of_run} {self.target}" if self.target else of_run


@frozen(kw_only=True)
class Compared:
    """Two runs and what came of comparing them; *index* finds each test's rows again."""

    base: Side
    new: Side
    comparison: Comparison
    gates: tuple[GateResult, ...]
    index: PairIndex

    @property
    def names(self) -> tuple[str, str]:
        """What people call the two."""
        return self.base.name, self.new.name


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

    def write(self, antiphon: Antiphon, compared: Compared) -> None:
        """
        Write the files, then print.

        Raises:
            InvalidInput, ServiceUnavailable: a file can't be written.
        """
        self._write_files(antiphon, compared)
        self._print(compared)
        for word, path in (("summary  ", self.markdown), ("page     ", self.html)):
            if path is not None:
                say(f"{word} {path}")

    def _write_files(self, antiphon: Antiphon, compared: Compared) -> None:
        from adapters.reports.comparison_markdown import write_comparison_markdown
        from adapters.reports.comparison_page import write_comparison_html

        comparison, names, gates = compared.comparison, compared.names, compared.gates
        if self.markdown is not None:
            write_comparison_markdown(self.markdown, comparison, names=names, gates=gates)
        if self.html is not None:
            base, new = compared.base.view.job, compared.new.view.job
            pairs = compared.index.rows(antiphon, base.id, new.id, with_target=compared.new.target is None)
            write_comparison_html(self.html, comparison, jobs=(base, new), names=names, gates=gates, pairs=pairs)

    def _print(self, compared: Compared) -> None:
        from entrypoints.cli.comparison_tables import print_comparison

        comparison, names, gates = compared.comparison, compared.names, compared.gates
        if not self.as_json:
            print_comparison(comparison, gates=gates, names=names)
            return
        base, new = compared.base.view.job, compared.new.view.job
        print_json(comparison_document(comparison, base=base, new=new, gates=gates, names=names))
