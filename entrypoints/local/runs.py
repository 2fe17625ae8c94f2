"""The stored test runs of an organization, read beside its database."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from domain.jobs.errors import InvalidInput
from domain.jobs.job import Job
from domain.test_execution.run import RunSpec
from domain.test_execution.summary import RunSummary, summarise
from entrypoints.api.documents.comparisons import ComparisonWords
from entrypoints.comparisons import Side, compared, side_of
from entrypoints.container import Antiphon
from entrypoints.pair_rows import PairIndex
from entrypoints.stored_runs import find_run, items_of


@frozen(kw_only=True)
class LocalRuns:
    """`Runs` of this machine's database."""

    antiphon: Antiphon

    def export(self, job_id: str, form: str, file: Path) -> None:
        from adapters.reports.html import write_html
        from adapters.reports.junit import write_junit
        from adapters.reports.promptfoo_output import write_promptfoo
        from adapters.reports.table_files import write_csv, write_jsonl

        job = find_run(self.antiphon, self.antiphon.tenant, job_id).job
        rows = functools.partial(items_of, self.antiphon.store, self.antiphon.tenant, job.id)
        title = RunSpec.from_document(job.spec).test_set_name
        match form:
            case "jsonl":
                write_jsonl(file, job=job, items=rows)
            case "csv":
                write_csv(file, job=job, items=rows)
            case "promptfoo.json":
                write_promptfoo(file, job=job, items=rows, summary=self._summary(job), title=title)
            case "junit.xml":
                write_junit(file, job=job, items=rows, summary=self._summary(job), title=title)
            case "html":
                write_html(file, job=job, items=rows, summary=self._summary(job), title=title)
            case _:
                raise InvalidInput(f"form {form!r}: expected jsonl, csv, promptfoo.json, junit.xml or html")

    def compare(self, words: ComparisonWords) -> Mapping[str, object]:
        return compared(*self._sides(words), words).document()

    def export_comparison(self, words: ComparisonWords, file: Path) -> None:
        from adapters.reports.files import replacing

        index = PairIndex()
        found = compared(*self._sides(words), words, on_pair=index.add)
        with replacing(file) as written:
            for piece in found.page(index, self.antiphon.store, self.antiphon.tenant):
                written.write(piece)

    def _sides(self, words: ComparisonWords) -> tuple[Side, Side]:
        antiphon, tenant = self.antiphon, self.antiphon.tenant
        return (
            side_of(antiphon, tenant, str(words.base), target=words.base_target),
            side_of(antiphon, tenant, str(words.new), target=words.new_target),
        )

    def _summary(self, job: Job) -> RunSummary:
        rows = items_of(self.antiphon.store, self.antiphon.tenant, job.id)
        return summarise(job, items=rows, gates=RunSpec.from_document(job.spec).gates)
