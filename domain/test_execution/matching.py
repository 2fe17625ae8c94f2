"""How the tests of two runs fit together."""

from __future__ import annotations

from attrs import frozen

from domain.jobs.errors import InvalidInput


@frozen(kw_only=True)
class Matching:
    """
    How the tests of the two runs fit together.

    Of *base* and *new* tests, some are *only_in_base* or *only_in_new*, some *changed* what they ask; the rest are
    *compared*. *judged* of these have a verdict in both runs; *lost* only in the base, *gained* only in the new run.
    *demands_changed* counts compared tests that are held against other metrics.
    """

    base: int = 0
    new: int = 0
    only_in_base: int = 0
    only_in_new: int = 0
    changed: int = 0
    compared: int = 0
    judged: int = 0
    lost: int = 0
    gained: int = 0
    demands_changed: int = 0

    def check_shared(self) -> None:
        """
        Refuse runs that have nothing to compare.

        Raises:
            InvalidInput: no test is in both that asks the same.
        """
        if not self.compared:
            raise InvalidInput(
                f"the two runs share no test: {self.only_in_base} are only in the base run, {self.only_in_new} only in "
                f"the new one, and {self.changed} ask something else there; compare runs of the same tests, or name "
                "the targets to compare with --targets A B"
            )
