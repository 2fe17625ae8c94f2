"""What the suites of documentation sources build on."""

from __future__ import annotations

from typing import Any

from domain.embedding.documentation_source import DocumentationSource, SourceKind, SourceSettings
from domain.embedding.library_document import SourceId
from domain.tenancy import TenantContext
from tests.contract.building import US, after


def a_source(number: int = 1, *, tenant: TenantContext = US, **more: Any) -> DocumentationSource:
    """Return a source as it is added."""
    given: dict[str, Any] = {
        "id": SourceId(f"5000000{number}-0000-4000-8000-00000000000{number}"),
        "organization_id": tenant.organization_id,
        "name": f"source-{number}",
        "settings": SourceSettings(kind=SourceKind.FOLDER, location=f"/srv/docs-{number}"),
        "made_by": tenant.user_id,
        "made_at": after(number),
    }
    return DocumentationSource(**{**given, **more})
