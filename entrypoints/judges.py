"""Who judges where neither a request nor a file names anybody: whom the settings name."""

from __future__ import annotations

from domain.jobs.errors import InvalidInput
from domain.language_models.model import ModelSpec, model_named
from domain.test_execution.panel import Panel
from entrypoints.settings import Settings


def panel_of(chosen: Panel, *, of_file: Panel, settings: Settings) -> Panel:
    """
    Return who judges: whom somebody chose, else whom the file names, else whom the settings name.

    Raises:
        InvalidInput: a setting names no model.
    """
    return chosen.over(of_file).over(usual_panel(settings))


def usual_panel(settings: Settings) -> Panel:
    """
    Return who judges when nobody else is named.

    Raises:
        InvalidInput: a setting names no model.
    """
    return Panel(
        judges=tuple(_setting(name.strip(), "ANTIPHON_JUDGE") for name in settings.judge.split(",") if name.strip()),
        embedding=_setting(settings.embedding, "ANTIPHON_EMBEDDING") if settings.embedding else None,
    )


def _setting(name: str, variable: str) -> ModelSpec:
    try:
        return model_named(name)
    except InvalidInput as error:
        raise InvalidInput(f"{variable}: {error}") from error
