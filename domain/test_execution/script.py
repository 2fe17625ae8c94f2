"""A script that a test file brings: JavaScript or Python, written in place or in a file of its own."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen
from attrs.validators import min_len

from domain.jobs.errors import InvalidInput

_KEYS = ("source", "file", "function")


@frozen(kw_only=True)
class Script:
    """
    *source* is the code. In a file (*file* is its name, for messages) it is a module that hands out functions, of which
    *function* is meant; empty: the one that stands for the module. Without a file it is an expression or the body of a
    function.
    """

    source: str = field(validator=min_len(1))
    file: str = ""
    function: str = ""

    @classmethod
    def from_value(cls, value: object) -> Script:
        """
        Read a script: a text, or an object with the keys source, file and function.

        Raises:
            InvalidInput: it is neither.
        """
        if isinstance(value, str) and value.strip():
            return cls(source=value)
        if isinstance(value, Mapping) and _is_written_right(value):
            return cls(**value)
        raise InvalidInput(
            f"value: found {str(value)[:80]!r}; expected code, or an object with the texts source, file and function"
        )


def _is_written_right(value: Mapping[str, object]) -> bool:
    return (
        set(value) <= set(_KEYS)
        and all(isinstance(each, str) for each in value.values())
        and bool(str(value.get("source", "")).strip())
    )
