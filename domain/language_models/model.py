"""
Which model to call, and how: the providers there are, and what a specification says.

Specifications carry no secrets: `api_key`, headers and base_url may hold `${NAME}`, which the adapter replaces by the
environment variable of that name when the model is opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from attrs import field, frozen
from attrs.validators import gt, min_len, optional

from domain.jobs.errors import InvalidInput
from domain.jobs.item import Document
from domain.language_models.price import Price
from domain.limits.limit import CallLimits

DEFAULT_MAX_ANSWER_BYTES = 1_000_000


class Provider(StrEnum):
    """Whose API is spoken. `openai-compatible` is OpenAI's at another address: vLLM, OpenRouter, LM Studio ..."""

    OPENAI = "openai"
    AZURE = "azure"
    ANTHROPIC = "anthropic"
    GOOGLE = "google"
    OLLAMA = "ollama"
    OPENAI_COMPATIBLE = "openai-compatible"
    SCRIPTED = "scripted"
    REGISTERED = "llm"
    """None of them: a model of the registry, named `llm:API/MODEL`; it is looked up before anything is called."""


BASE_URLS: Mapping[Provider, str] = {
    Provider.OPENAI: "https://api.openai.com/v1",
    Provider.ANTHROPIC: "https://api.anthropic.com/v1",
    Provider.GOOGLE: "https://generativelanguage.googleapis.com/v1beta",
    Provider.OLLAMA: "http://127.0.0.1:11434",
    Provider.SCRIPTED: "",
    Provider.REGISTERED: "",
}
"""Where a provider is, when a specification doesn't say; the two that are missing can be anywhere."""

CALLABLE = tuple(provider for provider in Provider if provider is not Provider.REGISTERED)
"""Those that have an API."""

API_KEYS: Mapping[Provider, str] = {
    Provider.OPENAI: "${OPENAI_API_KEY}",
    Provider.AZURE: "${AZURE_OPENAI_API_KEY}",
    Provider.ANTHROPIC: "${ANTHROPIC_API_KEY}",
    Provider.GOOGLE: "${GEMINI_API_KEY}",
}
"""The key of a model that is named on a command line, where there is no place for one."""

_APIS = {
    Provider.OPENAI: ("chat:",),
    Provider.AZURE: ("chat:",),
    Provider.ANTHROPIC: ("messages:",),
}
FORMS = (
    "PROVIDER:MODEL, such as openai:gpt-5-mini, anthropic:claude-haiku-4-5, google:gemini-2.5-flash or "
    "ollama:llama3.2, or a registered one: llm:API/MODEL, llm:default"
)
DEFAULT_WORD = "default"
"""What stands for the default model of a use, in place of API/MODEL."""


@frozen(kw_only=True)
class Account:
    """
    The registered account that a model is called with; all of its models keep to its *limits* together.

    *key* is the name that they are counted under.
    """

    key: str = field(validator=min_len(1))
    limits: CallLimits


@frozen(kw_only=True)
class ModelSpec:
    """
    A model at a provider.

    An empty *base_url* is the provider's own address; `azure` and `openai-compatible` need one. An empty *api_key*
    sends none. *parameters* are sent as they are, in the provider's own words (`temperature`, `tools` ...).
    *timeout_s* bounds one request; None leaves it to the deadline of the call. *price* replaces the price table's.
    *limits* are those of a judge, an embedding model or a simulated user; a target's stand beside it. *account* is
    said by the registry, never by a file.
    """

    provider: Provider = field(converter=Provider)
    model: str = field(validator=min_len(1))
    base_url: str = ""
    api_key: str = ""
    parameters: Document = field(factory=dict)
    headers: Mapping[str, str] = field(factory=dict)
    timeout_s: float | None = field(default=None, validator=optional(gt(0)))
    max_answer_bytes: int = field(default=DEFAULT_MAX_ANSWER_BYTES, validator=gt(0))
    price: Price | None = None
    limits: CallLimits = field(factory=CallLimits)
    account: Account | None = None

    @property
    def name(self) -> str:
        """The model as people write it: `openai:gpt-5-mini`."""
        return f"{self.provider.value}:{self.model}"

    @property
    def is_reference(self) -> bool:
        """Whether it only names a model of the registry: it must be looked up before it is called."""
        return self.provider is Provider.REGISTERED

    @property
    def is_at_home(self) -> bool:
        """Whether the model is called at its provider's own address."""
        return self.provider in BASE_URLS and self.base_url.strip().rstrip("/") in ("", BASE_URLS[self.provider])

    @property
    def takes_schemas(self) -> bool:
        """Whether it is known to hold to a JSON schema; servers that only speak a provider's language may not."""
        return self.provider is not Provider.OPENAI_COMPATIBLE and not self.base_url

    @property
    def address(self) -> str:
        """
        Where the provider is called.

        Raises:
            InvalidInput: the provider has no address of its own, and none is given.
        """
        address = self.base_url.strip() or BASE_URLS.get(self.provider)
        if address is None:
            raise InvalidInput(
                f"{self.name}: no base_url; expected the address of the API, such as https://HOST/v1; a registered API "
                "(`antiphon llm add --base-url ...`) has it, and its models are named llm:API/MODEL"
            )
        return address


def model_named(name: str, *, base_url: str = "") -> ModelSpec:
    """
    Return the model that *name* (`openai:gpt-5-mini`) means, with the provider's usual variable as its key.

    `llm:API/MODEL` and `llm:default` are references to the registry.

    Raises:
        InvalidInput: not of the form, or no such provider.
    """
    word, _, model = name.partition(":")
    if word not in list(Provider) or not model:
        raise InvalidInput(f"{name!r} is no model; expected {FORMS}")
    provider = Provider(word)
    for api in _APIS.get(provider, ()):
        model = model.removeprefix(api)
    if provider is Provider.REGISTERED and model != DEFAULT_WORD and not all(model.partition("/")):
        raise InvalidInput(f"{name!r} names no registered model; expected llm:API/MODEL or llm:default")
    return ModelSpec(provider=provider, model=model, base_url=base_url, api_key=API_KEYS.get(provider, ""))
