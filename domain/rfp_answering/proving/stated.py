"""What a text states that can be compared, each kind looked for when it is asked for: most answers state few kinds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property, lru_cache

from attrs import frozen

from domain.rfp_answering.proving.addresses import addresses_in
from domain.rfp_answering.proving.dates import Date, dates_in
from domain.rfp_answering.proving.designations import Designation, Name, codes_in, designations_in, names_in
from domain.rfp_answering.proving.quantities import Quantity, quantities_in
from domain.rfp_answering.proving.rates import rates_in
from domain.rfp_answering.proving.spelling import respelled


@frozen(kw_only=True)
class Stated:
    """What a folded *text* states; a number that belongs to a date or a standard is none by itself."""

    text: str

    @cached_property
    def designations(self) -> tuple[Designation, ...]:
        """Standards and abbreviations."""
        return tuple(designations_in(self.text))

    @cached_property
    def dates(self) -> tuple[Date, ...]:
        """Days and months."""
        return tuple(dates_in(self._rest))

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """Numbers with their units."""
        return tuple(quantities_in(_without(self._rest, self.dates)))

    @cached_property
    def rates(self) -> tuple[Quantity, ...]:
        """How often, and how long without a number."""
        return tuple(rates_in(self._rest))

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """Capitalised words."""
        return tuple(names_in(self._rest))

    @cached_property
    def codes(self) -> frozenset[str]:
        """Words of letters and digits."""
        return frozenset(codes_in(self._rest))

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Links, hosts, mail, telephone."""
        return frozenset(addresses_in(self.text))

    @cached_property
    def _rest(self) -> str:
        return _without(self.text, self.designations)

    def states(self, quantity: Quantity) -> bool:
        """Return whether the number is stated; one without a unit may be the year of a date."""
        is_year = not quantity.unit and any(quantity.value == date.year for date in self.dates)
        likely = (other for value in quantity.values for other in self._by_value.get(value, ()))
        return is_year or any(map(quantity.is_stated_by, likely))

    def naming(self, designation: Designation) -> Iterator[Designation]:
        """Yield the designations that state one."""
        likely = self._by_part.get(designation.parts[-1], ())
        return filter(designation.is_stated_by, likely)

    @cached_property
    def _by_part(self) -> Mapping[str, Sequence[Designation]]:
        found: dict[str, list[Designation]] = {}
        for one in self.designations:
            for part in set(one.parts):
                found.setdefault(part, []).append(one)
        return found

    @cached_property
    def _by_value(self) -> Mapping[Decimal, Sequence[Quantity]]:
        """Its quantities by the values that may be theirs: thousands of numbers are not compared each with each."""
        found: dict[Decimal, list[Quantity]] = {}
        for one in (*self.quantities, *self.rates):
            for value in one.values:
                found.setdefault(value, []).append(one)
        return found


@lru_cache(maxsize=512)
def respelled_stated(text: str) -> Stated:
    """Return what a folded text states, respelled; a draft is looked at again after its repair, and by its reviewer."""
    return Stated(text=respelled(text))


def _without(text: str, taken: Iterable[Designation | Date]) -> str:
    """Return the text with other characters, as many, where something was taken from."""
    for one in taken:
        text = text[: one.start] + "\x00" * (one.end - one.start) + text[one.end :]
    return text
