"""How a script ended: a value, or what it threw."""

from __future__ import annotations

import json
from typing import cast

from attrs import frozen

from domain.jobs.errors import FailureKind, PermanentFailure

_MISSING = ("undefined", "function", "symbol", "bigint")


@frozen(kw_only=True)
class Result:
    """
    *value* is JSON, where *is_json*; *found* says in words what else came. *threw* is the name of the exception that
    the script ended with (`TypeError`), empty where it returned.
    """

    value: object = None
    is_json: bool = False
    found: str = ""
    threw: str = ""
    message: str = ""


def read_outcome(text: str) -> Result:
    """
    Read what the prelude put in the box.

    Raises:
        PermanentFailure: evaluation_error: the script ran out of memory, or used what is not there.
    """
    outcome = json.loads(text)
    if "\\u" in text:
        outcome = cast("dict[str, object]", storable(outcome))
    if "threw" in outcome:
        return _thrown(str(outcome["threw"]), str(outcome["message"]))
    kind = str(outcome["type"])
    if kind in _MISSING or kind in ("too large", "not JSON"):
        return Result(found=f"{kind} {outcome.get('why', '')}".strip())
    return Result(value=outcome.get("value"), is_json=True, found=kind)


def storable(value: object) -> object:
    """
    Return JSON without lone surrogates and NUL: JavaScript's texts have them, and databases refuse them.

    >>> storable({"a": ["\\ud83d", "b\\0", 1]}) == {"a": ["\\ufffd", "b\\ufffd", 1]}
    True
    """
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {str(storable(name)): storable(content) for name, content in value.items()}
    return [storable(content) for content in value] if isinstance(value, list) else value


def _thrown(name: str, message: str) -> Result:
    # Neither says anything about the answer: the script is broken, or too much for the sandbox.
    if name == "ReferenceError":
        raise PermanentFailure(
            f"the script uses what is not there: {message} (no files, no network, no require, no process)",
            kind=FailureKind.EVALUATION_ERROR,
        )
    if name == "InternalError":
        raise PermanentFailure(f"the script could not be run: {message}", kind=FailureKind.EVALUATION_ERROR)
    return Result(threw=name, message=message)
