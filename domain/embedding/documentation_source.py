"""
A documentation source: a place whose documents the library keeps in step with, and how it is read.

Credentials are names (`${DOCS_TOKEN}`), never values: the row, the API and every message show only these.
"""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from attrs import field, frozen
from attrs.validators import and_, ge, le, matches_re, max_len

from domain.embedding.library_document import SourceId
from domain.embedding.selection import Selection
from domain.jobs.errors import InvalidInput
from domain.tenancy import OrganizationId, UserId

NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
"""What a source may be called: something that needs no quotes in a shell and no escapes in a path."""

MOST_DOCUMENTS = 200_000
USUAL_DOCUMENTS = 20_000
USUAL_PAGES = 1_000
"""A page a second: a thousand take a quarter of an hour, and more is for somebody to decide."""

LONGEST_LOCATION = 2_000
_REFERENCE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")


class SourceKind(StrEnum):
    """How a source is read."""

    FOLDER = "folder"
    GIT = "git"
    SITEMAP = "sitemap"
    S3 = "s3"


@frozen(kw_only=True)
class SourceSettings:
    """
    Where a source is, and what of it is wanted.

    *location*: a folder or a repository by its path, a repository, a sitemap or a list of pages by its URL, or
    `s3://BUCKET/PREFIX`. *branch* is git's (empty: the repository's own), *endpoint* and *region* are S3's. *user* and
    *secret* are a name and a password or token; without a name a website gets the secret as a bearer token. A listing
    of more than *most_documents* is refused.
    """

    kind: SourceKind
    location: str = field(validator=max_len(LONGEST_LOCATION))
    branch: str = field(default="", validator=max_len(200))
    endpoint: str = field(default="", validator=max_len(LONGEST_LOCATION))
    region: str = field(default="", validator=max_len(100))
    user: str = field(default="", validator=max_len(200))
    secret: str = field(default="", repr=False, validator=max_len(200))
    selection: Selection = field(factory=Selection)
    most_documents: int = field(default=USUAL_DOCUMENTS, validator=and_(ge(1), le(MOST_DOCUMENTS)))


@frozen(kw_only=True)
class DocumentationSource:
    """
    One source of an organization.

    What comes from one that *is_trusted* needs no review. *deletions_at* is the moment that all tombstones of its
    newest deletions bear, by which they can be lifted. *holds_deletions*: they were lifted, so the next deletions wait
    for a person, however few they are. *removed_at*: it was removed, and its name is free again.
    """

    id: SourceId
    organization_id: OrganizationId
    name: str = field(validator=matches_re(NAME_PATTERN))
    settings: SourceSettings
    is_trusted: bool = False
    made_by: UserId
    made_at: datetime
    deletions_at: datetime | None = None
    holds_deletions: bool = False
    removed_at: datetime | None = None


def checked_settings(settings: SourceSettings) -> SourceSettings:
    """
    Return the settings, if they keep to what every kind asks.

    Raises:
        InvalidInput: a field that the kind does not have, or a secret that is written out.
    """
    for name in ("branch", "endpoint", "region", "user", "secret"):
        if getattr(settings, name) and name not in _FIELDS[settings.kind]:
            known = ", ".join(_FIELDS[settings.kind]) or "none"
            raise InvalidInput(f"{name}: a source of the kind {settings.kind} has no {name}; it may have: {known}")
    if not settings.location.strip():
        raise InvalidInput("location: it is empty; expected where the documents are")
    if settings.secret and not _REFERENCE.fullmatch(settings.secret):
        raise InvalidInput(
            "secret: the value (not shown) is not the name of a secret; store it with `antiphon secrets set "
            "DOCS_TOKEN`, and give its name, as '${DOCS_TOKEN}'"
        )
    _refuse_credentials(settings.location, field="location")
    _refuse_credentials(settings.endpoint, field="endpoint")
    return settings


def checked_name(name: str) -> str:
    """
    Return a source's name.

    Raises:
        InvalidInput: it would need quotes somewhere.
    """
    if not re.fullmatch(NAME_PATTERN, name):
        raise InvalidInput(
            f"name: {name[:120]!r} is not a source's name; expected up to 100 letters, digits, '.', '_' and '-', "
            "beginning with a letter or a digit"
        )
    return name


_FIELDS = {
    SourceKind.FOLDER: (),
    SourceKind.GIT: ("branch", "user", "secret"),
    SourceKind.SITEMAP: ("user", "secret"),
    SourceKind.S3: ("endpoint", "region", "user", "secret"),
}


def _refuse_credentials(url: str, *, field: str) -> None:
    """Refuse a user or password inside a URL; it would be stored in clear."""
    try:
        has_user = "@" in urlsplit(url).netloc
    except ValueError:
        return  # whoever opens it says what is wrong with it
    if has_user:
        raise InvalidInput(
            f"{field}: the URL (not shown) holds a user name or a password; take them out, and give user and secret"
        )
