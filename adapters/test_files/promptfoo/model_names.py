"""Which model a provider's id means (`groq:llama-3.3-70b`), at whose address, and with which key."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from domain.language_models.model import Provider


@frozen(kw_only=True)
class ModelName:
    """A model as a provider's id names it; an empty *base_url* is the provider's own, an empty *key* needs none."""

    vendor: str
    provider: Provider
    model: str
    base_url: str = ""
    key: str = ""


_OWN: Mapping[str, tuple[Provider, str, tuple[str, ...]]] = {
    "openai": (Provider.OPENAI, "OPENAI_API_KEY", ("chat",)),
    "azure": (Provider.AZURE, "AZURE_API_KEY", ("chat",)),
    "azureopenai": (Provider.AZURE, "AZURE_API_KEY", ("chat",)),
    "anthropic": (Provider.ANTHROPIC, "ANTHROPIC_API_KEY", ("messages",)),
    "google": (Provider.GOOGLE, "GOOGLE_API_KEY", ()),
    "palm": (Provider.GOOGLE, "GOOGLE_API_KEY", ()),
    "ollama": (Provider.OLLAMA, "", ("chat", "completion")),
}
"""Vendors whose own API is spoken: the key's variable, and the words between vendor and model that mean a chat."""

_COMPATIBLE: Mapping[str, tuple[str, str]] = {
    "openrouter": ("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    "groq": ("https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    "together": ("https://api.together.xyz/v1", "TOGETHER_API_KEY"),
    "togetherai": ("https://api.together.xyz/v1", "TOGETHER_API_KEY"),
    "mistral": ("https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
    "deepseek": ("https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
    "xai": ("https://api.x.ai/v1", "XAI_API_KEY"),
    "perplexity": ("https://api.perplexity.ai", "PERPLEXITY_API_KEY"),
    "fireworks": ("https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
    "cerebras": ("https://api.cerebras.ai/v1", "CEREBRAS_API_KEY"),
    "deepinfra": ("https://api.deepinfra.com/v1/openai", "DEEPINFRA_API_KEY"),
    "hyperbolic": ("https://api.hyperbolic.xyz/v1", "HYPERBOLIC_API_KEY"),
    "github": ("https://models.github.ai/inference", "GITHUB_TOKEN"),
    "alibaba": ("https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "DASHSCOPE_API_KEY"),
    "ai21": ("https://api.ai21.com/studio/v1", "AI21_API_KEY"),
    "localai": ("http://localhost:8080/v1", ""),
    "litellm": ("http://localhost:4000", "LITELLM_API_KEY"),
}
"""Vendors with a copy of OpenAI's API: its address, and the key's variable."""

VENDORS = (*_OWN, *_COMPATIBLE)
_OTHER_APIS = frozenset(
    {
        "assistant",
        "chat",
        "completion",
        "embedding",
        "embeddings",
        "image",
        "live",
        "messages",
        "moderation",
        "realtime",
        "responses",
        "speech",
        "transcription",
        "video",
    }
)


_EMBEDDING = ("embedding", "embeddings")


def embedding_name(provider_id: str) -> ModelName | None:
    """
    Return the embedding model that an id means.

    >>> embedding_name("openai:embedding:text-embedding-3-small").model
    'text-embedding-3-small'
    """
    vendor, _, model = provider_id.partition(":")
    word, colon, rest = model.partition(":")
    return model_name(f"{vendor}:{rest if colon and word in _EMBEDDING else model}")


def model_name(provider_id: str) -> ModelName | None:
    """
    Return the model that an id means, or None where it means none whose chat can be called here.

    >>> model_name("groq:llama-3.3-70b").base_url
    'https://api.groq.com/openai/v1'
    >>> model_name("openai:embedding:text-embedding-3-small") is None
    True
    """
    vendor, _, model = provider_id.partition(":")
    provider, key, words = _OWN.get(vendor, (Provider.OPENAI_COMPATIBLE, "", ("chat",)))
    word, colon, rest = model.partition(":")
    if colon and word in words:
        model = rest
    elif word in _OTHER_APIS:
        return None
    if not model.strip() or vendor not in VENDORS:
        return None
    base_url, key = _COMPATIBLE.get(vendor, ("", key))
    return ModelName(vendor=vendor, provider=provider, model=model, base_url=base_url, key=key)
