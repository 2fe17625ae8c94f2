"""Secrets as they are shown: never with their values."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field, SecretStr

from domain.secrets.secret import MAX_VALUE_CHARACTERS, Secret


class SecretValue(BaseModel):
    """What is to be stored."""

    value: SecretStr = Field(
        min_length=1,
        max_length=MAX_VALUE_CHARACTERS,
        description="The secret itself. It is encrypted, and no request gives it back.",
    )


class SecretDocument(BaseModel):
    """What is known of a secret."""

    name: str = Field(description="Targets and models name it as `${NAME}`.", examples=["OPENAI_API_KEY"])
    last_four: str = Field(description="How the value ends; empty where it has fewer than 16 characters.")
    created_at: datetime = Field(description="When the name was first set.")
    updated_at: datetime = Field(description="When the value was last set.")
    updated_by: str = Field(description="Who set it.")


def secret_document(secret: Secret) -> SecretDocument:
    """Return the document of a secret."""
    return SecretDocument(
        name=secret.name,
        last_four=secret.last_four,
        created_at=secret.created_at,
        updated_at=secret.updated_at,
        updated_by=secret.updated_by,
    )
