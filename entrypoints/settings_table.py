"""`python -m entrypoints.settings_table`: the table of docs/settings.md, from the settings themselves."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from entrypoints.settings import PREFIX, Settings


def settings_table() -> str:
    """Return a Markdown table: variable, default, meaning."""
    return "\n".join(("| variable | default | meaning |", "|---|---|---|", *_rows()))


def _rows() -> Iterator[str]:
    for setting in attrs.fields(Settings):
        default = f"{setting.default:g}" if isinstance(setting.default, float) else f"{setting.default}"
        shown = setting.metadata["shown"] or f"`{default}`"
        yield f"| `{PREFIX}{setting.name.upper()}` | {shown} | {setting.metadata['doc']} |"


if __name__ == "__main__":
    print(settings_table())
