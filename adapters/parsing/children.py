"""`Parsers` in child processes: a file that kills, hangs or fills its reader costs one child and nothing else."""

from __future__ import annotations

from adapters.child_processes.pool import FILES_EACH, ChildProcesses
from adapters.parsing.kinds import is_read_by_python_alone
from adapters.parsing.limits import USUAL, ParsingLimits
from adapters.parsing.reading import check_size
from adapters.parsing.served import from_json
from domain.embedding.parsed import ParsedDocument

_SERVED = "adapters.parsing.served"
_BYTES_PER_CHARACTER = 12  # as JSON writes what is beyond ASCII
_OTHER_BYTES = 50_000_000


class ChildParsers:
    """Reads up to *processes* files at a time; `close` it at the end."""

    def __init__(self, limits: ParsingLimits = USUAL, *, processes: int = 2, files_each: int = FILES_EACH) -> None:
        self._limits = limits
        most_bytes = limits.characters * _BYTES_PER_CHARACTER + _OTHER_BYTES
        self._children = ChildProcesses(
            _SERVED, limits, most_bytes=most_bytes, processes=processes, files_each=files_each
        )

    def parse(self, content: bytes, *, name: str, media_type: str = "") -> ParsedDocument:
        check_size(content, limits=self._limits)
        return self._children.ask(
            {"name": name, "media_type": media_type},
            content,
            read=from_json,
            serves_again=is_read_by_python_alone(content, name=name, media_type=media_type),
        )

    def close(self) -> None:
        """End the children that wait; those at work end with what they do."""
        self._children.close()
