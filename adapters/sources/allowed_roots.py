"""
Which folders of this machine sources may be in.

On a server the operator names them: everybody who may add a source could else read what the workers can. On a machine
of one's own, it is the user's own rights that bound what is read.
"""

from __future__ import annotations

from pathlib import Path

from attrs import field, frozen

from domain.jobs.errors import InvalidInput

SETTING = "ANTIPHON_LIBRARY_ROOTS"


def _resolved(roots: tuple[Path, ...]) -> tuple[Path, ...]:
    return tuple(root.expanduser().resolve() for root in roots)


@frozen(kw_only=True)
class AllowedRoots:
    """*roots* and all below them; with *allows_all*, and no roots, every folder."""

    roots: tuple[Path, ...] = field(default=(), converter=_resolved)
    allows_all: bool = False

    def check(self, text: str) -> Path:
        """
        Return the folder that *text* names, without links.

        Raises:
            InvalidInput: the path is not absolute, or not within what is allowed. Whether it exists is not said: on a
                server nobody is to learn that of other folders.
        """
        path = Path(text).expanduser() if self.allows_all else Path(text)
        if "\0" in text or not path.is_absolute():
            raise InvalidInput(f"location: {text!r} is not the absolute path of a folder; expected one like /srv/docs")
        try:
            found = path.resolve()
        except (OSError, RuntimeError) as exc:  # a circle of links
            raise InvalidInput(f"location: {text!r} can't be followed to a folder") from exc
        if not self._allows(found):
            raise InvalidInput(self._refusal(text))
        return found

    def _allows(self, folder: Path) -> bool:
        if not self.roots:
            return self.allows_all
        return any(folder == root or root in folder.parents for root in self.roots)

    def _refusal(self, text: str) -> str:
        if not self.roots:
            return f"location: {text!r} can't be used: the operator allows no folders ({SETTING} is not set)"
        return f"location: {text!r} is not within the folders that the operator allows ({SETTING})"
