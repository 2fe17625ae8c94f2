"""Sources that make the trouble a test wants: while they are listed, or before a document is fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from attrs import define, frozen

from domain.embedding.documentation_source import DocumentationSource, SourceSettings
from domain.embedding.source_ports import Entry, Fetched, Pace, SourceReader, Sources, Unchanged


@define(eq=False)
class Trouble:
    """What is called *before* a document is fetched, and with the number of each that is *listed*; it may raise."""

    before: Callable[[Entry], object] = bool
    listed: Callable[[int], object] = bool


@frozen(kw_only=True)
class TroubledSources:
    """`Sources` in trouble."""

    inner: Sources
    trouble: Trouble

    def check(self, settings: SourceSettings) -> None:
        """Let it be checked."""
        self.inner.check(settings)

    def open(self, source: DocumentationSource, *, environment: Mapping[str, str], pace: Pace) -> SourceReader:
        """Open it, with trouble."""
        return _TroubledReader(reader=self.inner.open(source, environment=environment, pace=pace), trouble=self.trouble)


@frozen(kw_only=True)
class _TroubledReader:
    reader: SourceReader
    trouble: Trouble

    def entries(self) -> Iterator[Entry]:
        for no, entry in enumerate(self.reader.entries()):
            self.trouble.listed(no)
            yield entry

    def fetch(self, entry: Entry, *, known: str, deadline_s: float) -> Fetched | Unchanged:
        self.trouble.before(entry)
        return self.reader.fetch(entry, known=known, deadline_s=deadline_s)

    def close(self) -> None:
        self.reader.close()
