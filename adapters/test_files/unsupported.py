"""What a file of another tool uses that Antiphon does not have: each thing once, with how often and where first."""

from __future__ import annotations

from adapters.test_files.problems import Problems


class Unsupported:
    """Counts the features; they become problems, or warnings where they may be left out, when everything was read."""

    def __init__(self, problems: Problems, *, expected: str) -> None:
        self._problems = problems
        self._expected = expected
        self._found: dict[str, tuple[int, int]] = {}

    def note(self, feature: str, *, line: int) -> None:
        """Note one use of a feature."""
        count, first = self._found.get(feature, (0, line))
        self._found[feature] = (count + 1, first)

    def settled(self, *, allowed: bool) -> tuple[str, ...]:
        """Return everything noted as warnings where it may be left out; otherwise turn it into problems."""
        if allowed:
            return tuple(f"left out: {self._counted(feature)}" for feature in self._found)
        self._report()
        return ()

    def _report(self) -> None:
        for feature, (_, first) in self._found.items():
            do = "remove or replace it, or leave it out with --allow-unsupported"
            self._problems.add(first, self._counted(feature), expected=self._expected, do=do)

    def _counted(self, feature: str) -> str:
        count, first = self._found[feature]
        return f"{feature}: {'once' if count == 1 else f'{count} times'}, first at line {first}"
