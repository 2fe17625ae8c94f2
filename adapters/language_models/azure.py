"""OpenAI's models at Azure: OpenAI's API behind other addresses and another header."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from adapters.language_models.dialect import under
from adapters.language_models.openai_compatible import OpenAiDialect
from domain.language_models.model import ModelSpec


class AzureDialect(OpenAiDialect):
    """
    The resource's address as base URL, and the deployment's name as the model.

    Bare (`https://NAME.openai.azure.com`), the v1 API is called (`/openai/v1`, the model in the body); with a query
    (`?api-version=2024-10-21`), the older one, where the deployment stands in the path. An address with a path is
    used as it is. For Microsoft Entra ID, give the `Authorization` header instead of a key.
    """

    def chat_url(self, spec: ModelSpec) -> str:
        """Return the URL in the API that the address means."""
        return under(_api(spec), "chat/completions")

    def embedding_url(self, spec: ModelSpec) -> str:
        """Return the URL in the API that the address means."""
        return under(_api(spec), "embeddings")

    def headers(self, key: str) -> Mapping[str, str]:
        """Return the key, in Azure's own header."""
        return {"api-key": key} if key else {}


def _api(spec: ModelSpec) -> str:
    base, mark, _query = spec.address.partition("?")
    if urlsplit(base).path.strip("/"):
        return spec.address
    return under(spec.address, f"openai/deployments/{quote(spec.model, safe='')}" if mark else "openai/v1")
