"""JavaScript, and where it is allowed Python, that a configuration brings in place or in a file."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from adapters.test_files.nodes import Node, ScalarNode, kind_of
from adapters.test_files.promptfoo.files import FileName, file_name, name_of
from adapters.test_files.promptfoo.reading import Reading

JAVASCRIPT = frozenset({".js", ".cjs", ".mjs"})
PYTHON = frozenset({".py"})
_OTHER_PROGRAMS = frozenset({".ts", ".mts", ".cts", ".rb", ".sh"})


def is_program(name: FileName) -> bool:
    """Tell whether a file is code, in whichever language."""
    return name.ending in JAVASCRIPT | PYTHON | _OTHER_PROGRAMS


@frozen(kw_only=True)
class ScriptReader:
    """Reads the scripts of one configuration; what is in a file is copied, so that a run never changes with it."""

    reading: Reading

    def transform(self, node: Node, *, where: str) -> object:
        """Return a transform, or None where it can't be one, which is noted: only JavaScript reshapes values."""
        if not isinstance(node, ScalarNode) or not isinstance(node.value, str):
            if not (isinstance(node, ScalarNode) and node.value is None):
                self.reading.note(f"{where} that is {kind_of(node)}", line=node.line)
            return None
        if name := file_name(node.value.strip()):
            return self.of_file(name, endings=JAVASCRIPT, where=where, line=node.line)
        return self.reading.text(node.value, where=where, line=node.line) or None

    def of_file(self, name: FileName, *, endings: frozenset[str], where: str, line: int) -> object:
        """Return the script that a file holds, or None where it is in another language than the *endings* say."""
        if name.ending not in endings:
            self.reading.note(f"{where} in a {name.ending or 'nameless'} file ({name.path})", line=line)
            return None
        source = self.reading.file_text(name, line=line)
        if source is None:
            return None
        function = {"function": name.part} if name.part else {}
        return {"source": source, "file": Path(name.path).name, **function}


def script_file(text: str) -> FileName | None:
    """Return the file that a script's value names, with `file://` or, as cells of CSV files do, without."""
    found = file_name(text.strip())
    if found or "\n" in text or " " in text.strip():
        return found
    name = name_of(text.strip())
    return name if is_program(name) and "(" not in text else None
