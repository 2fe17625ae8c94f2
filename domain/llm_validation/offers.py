"""
Accounts that the usual environment variables speak of, offered for registration: nothing is taken over unasked.

Keys are named, never read: what is stored of OPENAI_API_KEY is its name. An address, a version and the name of a
deployment are taken as they are; they are no secrets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from domain.language_models.model import Provider


@frozen(kw_only=True)
class Offer:
    """An account that could be registered as *name*; *variables* are those that speak of it."""

    name: str
    provider: Provider
    base_url: str = ""
    api_key: str
    models: tuple[str, ...] = ()
    variables: tuple[str, ...]


_KEYED = (
    ("openai", Provider.OPENAI, "OPENAI_API_KEY", ""),
    ("gemini", Provider.GOOGLE, "GEMINI_API_KEY", "GEMINI_MODEL_NAME"),
    ("anthropic", Provider.ANTHROPIC, "ANTHROPIC_API_KEY", ""),
)


def offers_in(environment: Mapping[str, str]) -> list[Offer]:
    """Return the accounts that the environment, or the secrets of an organization, speak of."""
    return [*_keyed(environment), *_azure(environment)]


def _keyed(environment: Mapping[str, str]) -> Iterator[Offer]:
    for name, provider, key, model_name in _KEYED:
        if not environment.get(key, "").strip():
            continue
        model = environment.get(model_name, "").strip() if model_name else ""
        yield Offer(
            name=name,
            provider=provider,
            api_key=f"${{{key}}}",
            models=(model.removeprefix("models/"),) if model else (),
            variables=(key, *((model_name,) if model else ())),
        )


def _azure(environment: Mapping[str, str]) -> Iterator[Offer]:
    names = ("ENDPOINT", "API_KEY", "DEPLOYMENT_NAME", "API_VERSION")
    said = {name: environment.get(f"AZURE_OPENAI_{name}", "").strip() for name in names}
    if not (said["ENDPOINT"] and said["API_KEY"]):
        return
    version = f"?api-version={said['API_VERSION']}" if said["API_VERSION"] else ""
    yield Offer(
        name="azure",
        provider=Provider.AZURE,
        base_url=said["ENDPOINT"].partition("?")[0].rstrip("/") + version,
        api_key="${AZURE_OPENAI_API_KEY}",
        models=(said["DEPLOYMENT_NAME"],) if said["DEPLOYMENT_NAME"] else (),
        variables=tuple(f"AZURE_OPENAI_{name}" for name in names if said[name]),
    )
