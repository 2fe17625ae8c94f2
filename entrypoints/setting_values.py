"""Values of settings: from the text of an environment variable to what the program works with."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NewType

import attrs

LogLevel = NewType("LogLevel", str)
LOG_LEVELS = tuple(map(LogLevel, ("debug", "info", "warning", "error")))
LogFormat = NewType("LogFormat", str)
LOG_FORMATS = tuple(map(LogFormat, ("logfmt", "json")))


def read_value(
    attribute: attrs.Attribute[Any], *, name: str, text: str, values: dict[str, object], problems: list[str]
) -> None:
    """Add the value that *text* stands for to *values*; or to *problems* what was expected of the variable *name*."""
    convert: Callable[[str], object] = _CONVERTERS.get(str(attribute.type), str)
    try:
        value = convert(text.strip())
        if attribute.validator is not None:
            attribute.validator(None, attribute, value)
    except ValueError:
        expected = _EXPECTED.get(str(attribute.type)) or attribute.metadata["doc"]
        problems.append(f"{name}={text!r}: expected {expected}; correct it or unset it")
    else:
        values[attribute.name] = value


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _folder(text: str) -> Path:
    if "?" in text:  # in SQLAlchemy's addresses a question mark ends the path, and can't be escaped
        raise ValueError(text)
    return Path(text).expanduser().absolute()


def _truth(text: str) -> bool:
    if text.lower() not in _TRUTHS:
        raise ValueError(text)
    return _TRUTHS[text.lower()]


_TRUTHS = {"true": True, "false": False}
_CONVERTERS: dict[str, Callable[[str], object]] = {
    "int": int,
    "float": _finite,
    "bool": _truth,
    "Path": _folder,
    "LogLevel": str.lower,
    "LogFormat": str.lower,
}
_EXPECTED = {
    "int": "a whole number above 0",
    "float": "a number above 0",
    "bool": "true or false",
    "LogLevel": f"one of {', '.join(LOG_LEVELS)}",
    "LogFormat": f"one of {', '.join(LOG_FORMATS)}",
    "Path": "the path of a folder, without '?'",
}


def unknown(name: str, *, known: list[str]) -> str:
    """Return what to say of a variable that is no setting: the nearest one, if any is near."""
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
    return f"{name}: no such setting; {hint}"
