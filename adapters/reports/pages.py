"""
What every page has: a template that escapes foreign text, one style sheet, one script, a policy that allows no more.

A page loads nothing and sends nothing: its content security policy allows the style sheet and the script it holds, by
their hashes. Whatever a model answered stays text.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from adapters.reports import comparison_wording, wording
from domain.jobs.usage import dollars

SHARED_SCRIPT = "tests.js"


def page_pieces(template: str, *, script: str, **values: object) -> Iterator[str]:
    """Yield the page in pieces: *template* filled with *values*, and with *script* behind the one all pages share."""
    style, code = _style_and(script)
    return (
        _environment()
        .get_template(template)
        .generate(
            **values,
            style=Markup(style),  # safe: a file of this package
            script=Markup(code),  # safe: files of this package
            policy=page_policy(script),
        )
    )


def page_policy(script: str) -> str:
    """Return what the page with *script* may do: show its own style sheet and run its own script, and nothing else."""
    style, code = map(_csp_hash, _style_and(script))
    return f"default-src 'none'; style-src '{style}'; script-src '{code}'; base-uri 'none'; form-action 'none'"


def _style_and(script: str) -> tuple[str, str]:
    return _resource("page.css"), _resource(SHARED_SCRIPT) + _resource(script)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("adapters", "reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: (
            wording.visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
        ),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "percent": wording.percent,
        "number": wording.number,
        "seconds": wording.seconds,
        "dollars": dollars,
        "moment": wording.moment,
    }
    environment.globals["words"] = comparison_wording
    return environment


def _resource(name: str) -> str:
    return files("adapters.reports").joinpath(name).read_text(encoding="utf-8")


def _csp_hash(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode()).digest()).decode()}"
