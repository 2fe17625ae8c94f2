"""
Paths into JSON, such as `choices[0].message['odd key']`: where in a response the answer stands.

Names go after dots, positions in brackets (negative ones count from the end), and any other key in brackets and
quotes, where a backslash keeps the next character.
"""

from __future__ import annotations

import re
from typing import Self

from attrs import frozen

from domain.jobs.errors import InvalidInput

_STEP = re.compile(
    r"""\.?(?P<name>[^.\[\]'"\s\\]+)
      | \[\s*(?P<position>-?[0-9]{1,9})\s*\]
      | \[\s*'(?P<single>(?:[^'\\]|\\.)*)'\s*\]
      | \[\s*"(?P<double>(?:[^"\\]|\\.)*)"\s*\]""",
    re.VERBOSE | re.DOTALL,
)
_SHOWN_KEYS = 20


class PathNotFound(LookupError):
    """The data does not have what the path leads to; the message says up to where it does."""


@frozen
class ResponsePath:
    """A path, parsed."""

    steps: tuple[str | int, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read a path; an empty one leads to the whole.

        Raises:
            InvalidInput: it can't be read from some character on.
        """
        steps: list[str | int] = []
        at = 0
        while at < len(text):
            match = _STEP.match(text, at)
            # A name needs its dot, except at the very start, where it must not have one.
            if not match or (match["name"] is not None and (text[at] == ".") != bool(steps)):
                raise InvalidInput(
                    f"response_path: {text!r} can't be read from character {at + 1} on ({text[at : at + 20]!r}); "
                    "expected a path such as choices[0].message.content or ['odd key'].text"
                )
            steps.append(_step(match))
            at = match.end()
        return cls(tuple(steps))

    def pick(self, data: object) -> object:
        """
        Return what the path leads to in *data*.

        Raises:
            PathNotFound: a step has nothing to step to.
        """
        for done, step in enumerate(self.steps):
            try:
                data = _taken(data, step=step)
            except LookupError:
                missing, place = _written(self.steps[: done + 1]), _place(self.steps[:done])
                raise PathNotFound(f"{missing!r} is not there: {place} is {_what(data)}") from None
        return data

    def __str__(self) -> str:
        return _written(self.steps)


def _taken(data: object, *, step: str | int) -> object:
    if isinstance(step, str) and isinstance(data, dict):
        return data[step]
    if isinstance(step, int) and isinstance(data, list):
        return data[step]
    raise LookupError


def _step(match: re.Match[str]) -> str | int:
    if match["position"] is not None:
        return int(match["position"])
    if match["name"] is not None:
        return match["name"]
    quoted = match["single"] if match["single"] is not None else match["double"]
    return re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)


def _written(steps: tuple[str | int, ...]) -> str:
    written = ""
    for step in steps:
        if isinstance(step, int):
            written += f"[{step}]"
        elif re.fullmatch(r"[^.\[\]'\"\s\\]+", step):
            written += f".{step}" if written else step
        else:
            escaped = step.replace("\\", "\\\\").replace("'", "\\'")
            written += f"['{escaped}']"
    return written


def _place(steps: tuple[str | int, ...]) -> str:
    return repr(_written(steps)) if steps else "the response"


def _what(data: object) -> str:
    if isinstance(data, dict):
        keys = ", ".join(str(key) for key in list(data)[:_SHOWN_KEYS])
        return f"an object with the keys: {keys}" if data else "an empty object"
    if isinstance(data, list):
        return f"a list of {len(data)}"
    names = {str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(data), "null")
