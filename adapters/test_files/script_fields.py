"""Keys of a file that hold a script: code, or an object with the code and the name of a function in it."""

from __future__ import annotations

from adapters.test_files.fields import Fields
from adapters.test_files.nodes import plain
from adapters.test_files.problems import Problems
from domain.jobs.errors import InvalidInput
from domain.test_execution.script import Script


def script_field(fields: Fields, key: str, *, problems: Problems) -> object:
    """Return the script as JSON, checked for its form; None where the key is not there."""
    value = plain(fields.node.entries[key]) if fields.is_filled(key) else None
    if value is None:
        return None
    try:
        Script.from_value(value)
    except InvalidInput as error:
        problems.add_text(fields.node.line_of(key), f"{key}: {error}; mend or remove it")
        return None
    return value
