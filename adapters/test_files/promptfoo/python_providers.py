"""A provider of promptfoo that is a Python file, as a target: only where whoever reads the file allows it."""

from __future__ import annotations

from adapters.test_files.nodes import MapNode, plain
from adapters.test_files.promptfoo.files import name_of
from adapters.test_files.promptfoo.reading import Reading
from domain.test_execution.target import PythonTarget

_FUNCTION = "call_api"


def python_target(provider_id: str, config: MapNode, *, reading: Reading, line: int) -> PythonTarget | None:
    """Return the target that calls `call_api(prompt, options, context)` of the file; None where that is forbidden."""
    name = name_of(provider_id.removeprefix("file://").removeprefix("python:"))
    if not reading.rules.allow_python:
        reading.note(f"provider that is a Python file ({name.path}; see --allow-python)", line=line)
        return None
    if reading.file_text(name, line=line) is None:
        return None
    options = reading.json({"config": plain(config)}, where="a provider's config", line=line)
    return PythonTarget(
        module=str((reading.files.folder / name.path).resolve()),
        function=name.part or _FUNCTION,
        options=options if isinstance(options, dict) else {},
    )
