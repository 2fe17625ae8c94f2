"""The fields of a JSON object that somebody else made: each read as what it should be, or as nothing."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from domain.jobs.item import Document


@frozen
class DocumentFields:
    """A JSON object; a field that is missing, or of another kind, says nothing."""

    content: Document

    def part(self, name: str) -> DocumentFields:
        """Return the object of that name."""
        found = self.content.get(name)
        return DocumentFields(found if isinstance(found, Mapping) else {})

    def parts(self, name: str) -> list[DocumentFields]:
        """Return the objects of the list of that name."""
        return [DocumentFields(each) for each in self._list(name) if isinstance(each, Mapping)]

    def text(self, name: str) -> str:
        """Return the text of that name."""
        found = self.content.get(name)
        return found if isinstance(found, str) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the texts of the list of that name."""
        return tuple(each for each in self._list(name) if isinstance(each, str))

    def whole(self, name: str) -> int:
        """Return the whole number of that name."""
        found = self.content.get(name)
        return found if isinstance(found, int) else 0

    def number(self, name: str) -> float | None:
        """Return the number of that name."""
        found = self.content.get(name)
        return found if isinstance(found, int | float) else None

    def truth(self, name: str) -> bool:
        """Return whether it is true."""
        return self.content.get(name) is True

    def _list(self, name: str) -> list[object]:
        found = self.content.get(name)
        return found if isinstance(found, list) else []
