"""What requests are made of: every field of every document that a caller can send."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module

import pytest
from pydantic import ValidationError

import entrypoints.api.documents
from entrypoints.api.documents.words import Words

for module in pkgutil.iter_modules(entrypoints.api.documents.__path__):
    import_module(f"entrypoints.api.documents.{module.name}")


def known(words: type[Words]) -> Iterator[type[Words]]:
    """Yield the documents that are made of these words."""
    for one in words.__subclasses__():
        yield one
        yield from known(one)


NUMBERS = sorted(
    (one.__name__, field, one)
    for one in set(known(Words))
    for field, said in one.model_fields.items()
    if any(number in str(said.annotation) for number in ("int", "float")) and "documents" not in str(said.annotation)
)


def test_there_are_numbers_to_ask_for() -> None:
    """A generator that found nothing would prove nothing."""
    assert len(NUMBERS) > 25


@pytest.mark.parametrize("value", [True, False])
@pytest.mark.parametrize(("name", "field", "words"), NUMBERS, ids=[f"{name}.{field}" for name, field, _ in NUMBERS])
def test_true_is_no_number(name: str, field: str, words: type[Words], value: bool) -> None:
    """Whoever writes `"deadline_s": true` means no second, and the API's document says that it is refused."""
    for said in (value, [value]):
        with pytest.raises(ValidationError) as refused:
            words.model_validate({field: said})

        assert field in {error["loc"][0] for error in refused.value.errors()}, name


def test_true_is_what_it_is_where_it_belongs() -> None:
    """Only numbers are looked at."""

    class Switch(Words):
        on: bool | int
        each: list[bool] | None = None

    assert Switch(on=True, each=[False]) == Switch.model_validate({"on": True, "each": [False]})
