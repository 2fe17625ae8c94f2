"""What a promptfoo configuration uses that Antiphon does not have: each thing once, with how often and where first."""

from __future__ import annotations

import re

from adapters.test_files.problems import Problems

_ENVIRONMENT = re.compile(r"\{\{-?\s*env\b")


class Unsupported:
    """Counts the features; they become problems when everything has been read."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._found: dict[str, tuple[int, int]] = {}

    def note(self, feature: str, *, line: int) -> None:
        """Note one use of a feature."""
        count, first = self._found.get(feature, (0, line))
        self._found[feature] = (count + 1, first)

    def check_text(self, text: str, *, where: str, line: int) -> None:
        """Note what a text asks promptfoo to fetch from outside the file."""
        if "file://" in text:
            self.note(f"file:// in {where}", line=line)
        if _ENVIRONMENT.search(text):
            self.note(f"environment variable in {where}", line=line)

    def report(self) -> None:
        """Turn everything noted into problems."""
        for feature, (count, first) in self._found.items():
            often = "once" if count == 1 else f"{count} times"
            self._problems.add(
                first,
                f"{feature}: {often}, first at line {first}",
                expected="what Antiphon reads of promptfoo (docs/test-sets.md)",
                do="remove or replace it",
            )
