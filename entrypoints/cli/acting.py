"""Where a command acts, in which organization, and what its options say in the API's words."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

import click
from pydantic import BaseModel, ValidationError

from domain.jobs.errors import InvalidInput
from entrypoints.cli.console import print_json
from entrypoints.places.opening import open_place

F = TypeVar("F", bound=Callable[..., Any])
M = TypeVar("M", bound=BaseModel)

JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
ORG = click.option(
    "--org",
    metavar="NAME",
    help="Name or id of the organization, beside its database. Default: the one of ANTIPHON_ORGANIZATION.",
)


def at_place(command: F) -> F:
    """Add --org, and hand over the `place` to act at: a server, or this machine's database."""

    @functools.wraps(command)
    def with_place(*args: Any, org: str | None, **rest: Any) -> Any:
        return command(*args, place=open_place(org=org), **rest)

    wrapped: Any = ORG(with_place)
    return wrapped  # type: ignore[no-any-return]  # click's decorators return what they are given


def worded(kind: type[M], /, **said: object) -> M:
    """
    Return what a command's options say, as the API takes it; what they don't say (None) is left out.

    Raises:
        InvalidInput: the API would not take it; each field is named.
    """
    try:
        return kind.model_validate({name: value for name, value in said.items() if value is not None})
    except ValidationError as exc:
        problems = tuple(
            f"{'.'.join(map(str, one['loc'])) or kind.__name__}: {one['msg']}"
            for one in exc.errors(include_input=False, include_url=False, include_context=False)
        )
        raise InvalidInput("; ".join(problems), problems=problems) from None  # its text repeats what was given


def print_document(document: BaseModel) -> None:
    """Print one document, as the API gives it."""
    print_json(document.model_dump(mode="json"))


def print_documents(name: str, documents: Iterable[BaseModel]) -> None:
    """Print a whole list as `{NAME: [...]}`, its documents as the API gives them."""
    print_json({name: [document.model_dump(mode="json") for document in documents]})


def shown_time(moment: datetime | None, *, otherwise: str) -> str:
    """Return the moment as tables have it."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" if moment else otherwise
