"""
A git repository in a folder of this machine, read where it lies.

A repository may say that its objects, its branches or itself are somewhere else (`.git` as a file, `commondir`,
`alternates`, links). Such a place may lie outside of what the operator allows, so none of these is followed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from adapters.sources.git import not_a_repository
from domain.jobs.errors import FailureKind, PermanentFailure, TransientFailure

if TYPE_CHECKING:
    from dulwich.repo import Repo

_PARTS = ("objects", "refs", "HEAD", "objects/pack", "packed-refs")
_ELSEWHERE = ("commondir", "objects/info/alternates", "objects/info/http-alternates", "gitdir")


@frozen(kw_only=True)
class FolderRepository:
    """`Repository` at *root*, a path without links."""

    root: Path

    def refreshed(self) -> Repo:
        """Open it."""
        return self.at_hand()

    def at_hand(self) -> Repo:
        """Open it."""
        from dulwich.errors import NotGitRepository
        from dulwich.repo import Repo

        if not self.root.is_dir():
            raise TransientFailure(f"{self.root}: there is no such folder now", kind=FailureKind.CONNECTION)
        self._check()
        try:
            return Repo(str(self.root))
        except (NotGitRepository, OSError, ValueError) as exc:
            raise not_a_repository(str(self.root)) from exc

    def _check(self) -> None:
        inner = self.root / ".git"
        if inner.is_file() or inner.is_symlink():
            raise _elsewhere(self.root, ".git")
        control = inner if inner.is_dir() else self.root
        for name in _ELSEWHERE:
            if (control / name).exists():
                raise _elsewhere(self.root, name)
        for name in _PARTS:
            if (control / name).is_symlink():
                raise _elsewhere(self.root, name)


def _elsewhere(root: Path, name: str) -> PermanentFailure:
    return PermanentFailure(
        f"{root}: its {name} leads to another place, which is not followed; give the repository itself",
        kind=FailureKind.REFUSED,
    )
