"""`antiphon library sources`: where documents come from."""

from __future__ import annotations

import click

from domain.embedding.documentation_source import SourceKind
from entrypoints.api.documents.documentation_sources import NewSource, SourceChange, SourceDocument
from entrypoints.cli.acting import JSON, at_place, print_document, print_documents, shown_time, worded
from entrypoints.cli.console import print_json, say, show
from entrypoints.cli.sync_tables import sync_line
from entrypoints.places.place import Place

_SOURCE = click.argument("source", metavar="NAME")
_KINDS = click.Choice([kind.value for kind in SourceKind])


@click.group()
def sources() -> None:
    """
    Name the places that documents come from; `antiphon library sync` keeps the library in step with them.

    \b
    folder    files below a folder of the machine that syncs
    git       files of a branch: a repository's path, or its https URL
    sitemap   pages of a website: the URL of its sitemap, or of a text file with a URL a line
    s3        objects of a bucket: s3://BUCKET/PREFIX, of AWS or of the service at --endpoint
    """


@sources.command("add")
@click.argument("kind", type=_KINDS)
@click.argument("location")
@click.option("--name", required=True, metavar="NAME", help="How it is called from now on.")
@click.option("--trusted", is_flag=True, help="What it brings is approved at once, and needs no review.")
@click.option("--include", multiple=True, metavar="GLOB",
              help="Only what fits: '*.md' anywhere, 'docs/**/*.pdf' in one. Default: what can be read.")  # fmt: skip
@click.option("--exclude", multiple=True, metavar="GLOB", help="Not what fits, though it is included.")
@click.option("--branch", metavar="NAME", help="Of a git repository. Default: the repository's own.")
@click.option("--endpoint", metavar="URL", help="Of an S3 service. Default: AWS.")
@click.option("--region", metavar="NAME", help="Of the bucket. Default: us-east-1.")
@click.option("--user", metavar="NAME", help="User name, or S3's access key; '${NAME}' for a stored secret.")
@click.option("--secret", metavar="'${NAME}'",
              help="NAME of the stored secret: password, token, or S3's secret key. Never the value.")  # fmt: skip
@click.option("--most-documents", type=click.IntRange(1), metavar="N",
              help="Refuse a listing of more. Default: 20,000; of a website 1,000.")  # fmt: skip
@at_place
@JSON
def add_source(
    *,
    place: Place,
    kind: str,
    location: str,
    name: str,
    trusted: bool,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    branch: str | None,
    endpoint: str | None,
    region: str | None,
    user: str | None,
    secret: str | None,
    most_documents: int | None,
    as_json: bool,
) -> None:
    """
    Add a source; nothing of it is read before its first sync.

    \b
    antiphon library sources add folder /srv/handbook --name handbook --include '*.md'
    antiphon library sources add git https://git.example.org/docs.git --name docs --secret '${GIT_TOKEN}'
    antiphon library sources add sitemap https://docs.example.org/sitemap.xml --name site
    antiphon library sources add s3 s3://docs/public --name bucket --user '${S3_KEY}' --secret '${S3_SECRET}'
    """
    words = worded(
        NewSource,
        name=name,
        kind=kind,
        location=_located(kind, location),
        trusted=trusted,
        include=list(include),
        exclude=list(exclude),
        branch=branch,
        endpoint=endpoint,
        region=region,
        user=user,
        secret=secret,
        most_documents=most_documents,
    )
    added = place.sources.add(words)
    if as_json:
        print_document(added)
    else:
        say(f"added     {added.name}; `antiphon library sync {added.name}` takes in what it has")


@sources.command("list")
@at_place
@JSON
def list_sources(*, place: Place, as_json: bool) -> None:
    """List the sources, and how their newest syncs ended."""
    found = list(place.sources.all())
    if as_json:
        print_documents("sources", found)
    elif not found:
        say("no sources yet; `antiphon library sources add folder PATH --name NAME` adds one")
    else:
        from entrypoints.cli.plain_tables import print_rows

        print_rows(("name", "kind", "location", "trusted", "last sync (UTC)", "documents"), map(_row, found))


@sources.command("show")
@_SOURCE
@at_place
@JSON
def show_source(*, place: Place, source: str, as_json: bool) -> None:
    """Show a source, and its newest sync."""
    found = place.sources.get(source)
    if as_json:
        print_document(found)
    else:
        _tell(found)


@sources.command("change")
@_SOURCE
@click.option("--trusted/--untrusted", default=None, help="Whether what it brings needs no review.")
@click.option("--include", multiple=True, metavar="GLOB", help="Only what fits from now on; '**' is everything.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Not what fits from now on.")
@click.option("--branch", metavar="NAME", help="Of a git repository; '' is its own default.")
@click.option("--user", metavar="NAME", help="User name, or S3's access key; '' sends none.")
@click.option("--secret", metavar="'${NAME}'", help="NAME of the stored secret; '' sends none.")
@click.option("--most-documents", type=click.IntRange(1), metavar="N", help="Refuse a listing of more.")
@at_place
@JSON
def change_source(
    *,
    place: Place,
    source: str,
    trusted: bool | None,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    branch: str | None,
    user: str | None,
    secret: str | None,
    most_documents: int | None,
    as_json: bool,
) -> None:
    """Change how a source is read; what it brought already is looked at by the next sync."""
    words = worded(
        SourceChange,
        trusted=trusted,
        include=list(include) or None,
        exclude=list(exclude) or None,
        branch=branch,
        user=user,
        secret=secret,
        most_documents=most_documents,
    )
    changed = place.sources.change(source, words)
    if as_json:
        print_document(changed)
    else:
        say(f"changed   {changed.name}")


@sources.command("remove")
@_SOURCE
@at_place
@JSON
def remove_source(*, place: Place, source: str, as_json: bool) -> None:
    """Forget a source, and take its documents out of the library. Added again, it costs no embedding."""
    place.sources.remove(source)
    if as_json:
        print_json({"removed": source})
    else:
        say(f"removed   {source}")


def _located(kind: str, location: str) -> str:
    """Return where a source is; a path of this machine is written out, as the sync may run in another folder."""
    if "://" in location or kind not in (SourceKind.FOLDER, SourceKind.GIT):
        return location
    from pathlib import Path

    return str(Path(location).expanduser().absolute())


def _row(source: SourceDocument) -> tuple[str, ...]:
    last = source.last_sync
    return (
        source.name,
        source.kind.value,
        source.location,
        "yes" if source.trusted else "",
        f"{last.status.value} {shown_time(last.ended_at or last.created_at, otherwise='')}" if last else "never",
        sync_line(last) if last else "",
    )


def _tell(source: SourceDocument) -> None:
    last = source.last_sync
    lines = {
        "name": source.name,
        "id": source.id,
        "kind": source.kind.value,
        "location": source.location,
        "branch": source.branch,
        "endpoint": source.endpoint,
        "user": source.user,
        "secret": source.secret,
        "include": ", ".join(source.include),
        "exclude": ", ".join(source.exclude),
        "at most": f"{source.most_documents:,} documents",
        "trusted": "yes" if source.trusted else "no",
        "deleted": f"{shown_time(source.deletions_at, otherwise='')} UTC; --undo-deletions brings these back"
        if source.deletions_at
        else "",
        "last sync": f"{last.status.value}, job {last.job_id}" if last else "never",
        "documents": sync_line(last) if last else "",
        "failure": (last.failure or "") if last else "",
    }
    for name, value in lines.items():
        if value:
            show(f"{name:<10}{value}")
