"""`antiphon library sync` and `sync-all`: bringing the library in step with its sources."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import click

from domain.jobs.errors import AlreadyRunning
from domain.jobs.job import JobId
from domain.jobs.service import JobView
from entrypoints.api.documents.documentation_sources import SyncDocument, SyncWords
from entrypoints.cli.acting import JSON, print_document, worded
from entrypoints.cli.console import print_json, say, show
from entrypoints.cli.following import follow
from entrypoints.cli.host import Host
from entrypoints.cli.hosts import open_host
from entrypoints.cli.outputs import Outputs
from entrypoints.cli.sync_tables import dry_run_lines, sync_lines
from entrypoints.exit_codes import ExitCode, exit_code_of
from entrypoints.places.opening import open_place
from entrypoints.places.place import Place


@click.command()
@click.argument("source", metavar="NAME")
@click.option("--dry-run", is_flag=True, help="Say what would change, and what embedding would cost; write nothing.")
@click.option("--confirm-deletions", is_flag=True, help="Delete what has vanished, however much it is.")
@click.option("--undo-deletions", is_flag=True, help="Bring back what the newest deletions took away; sync nothing.")
@JSON
def sync(*, source: str, dry_run: bool, confirm_deletions: bool, undo_deletions: bool, as_json: bool) -> int:
    """
    Bring the library in step with the source NAME: take in what is new or changed, remove what has vanished.

    What is unchanged by its version is not fetched, and what has the same content is not embedded. Vanished documents
    are removed once everything else is done and nothing went wrong; more than 20, and more than a fifth of the source,
    only with --confirm-deletions. Exits with 3 when something failed, or waits for that word.

    \b
    antiphon library sync handbook --dry-run
    antiphon library sync handbook
    """
    if dry_run + confirm_deletions + undo_deletions > 1:
        raise click.UsageError("--dry-run, --confirm-deletions and --undo-deletions are three different things")
    place = open_place(org=None)
    if dry_run:
        return _look_ahead(place, source, as_json=as_json)
    if undo_deletions:
        return _undo(place, source, as_json=as_json)
    host = open_host()
    _finish_what_was_interrupted(place, host, source, as_json=as_json)
    started = place.sources.sync(source, worded(SyncWords, confirm_deletions=confirm_deletions))
    return _followed(place, host, source, JobId(started.id), as_json=as_json)


@click.command("sync-all")
@JSON
def sync_all(*, as_json: bool) -> int:
    """Sync every source that is not being synced; exits with the code of the one that ended worst."""
    place, host = open_place(org=None), open_host()
    for name in [found.name for found in place.sources.all()]:
        _finish_what_was_interrupted(place, host, name, as_json=True)
    queued = place.sources.sync_all()
    if not queued.queued and not queued.skipped and not as_json:
        say("no sources yet; `antiphon library sources add folder PATH --name NAME` adds one")
    codes = [ExitCode.DONE, *_all_followed(place, host, queued.queued, as_json=as_json)]
    if as_json:
        print_json(queued.model_dump(mode="json"))
    elif queued.skipped:
        say(f"skipped   {', '.join(queued.skipped)}: being synced already")
    return max(codes)


def _all_followed(place: Place, host: Host, queued: dict[str, str], *, as_json: bool) -> Iterator[int]:
    for name, job_id in queued.items():
        if not as_json:
            say(f"{name}")
        yield follow(host, JobId(job_id), Outputs(as_json=as_json), show=functools.partial(_told, place, name, as_json))


def _told(place: Place, name: str, is_quiet: bool, view: JobView, outputs: Outputs) -> int:
    _ = outputs
    if not is_quiet:
        _print(name, _last(place, name))
    return exit_code_of(view.job.status, gates_met=True)


def _followed(place: Place, host: Host, name: str, job_id: JobId, *, as_json: bool) -> int:
    def shown(view: JobView, outputs: Outputs) -> int:
        last = _last(place, name)
        print_document(last) if outputs.as_json else _print(name, last)
        return exit_code_of(view.job.status, gates_met=True)

    return follow(host, job_id, Outputs(as_json=as_json), show=shown)


def _finish_what_was_interrupted(place: Place, host: Host, source: str, *, as_json: bool) -> None:
    """Bring a sync to its end whose command died: it would be in the way for ever, and nothing of it is lost."""
    last = place.sources.get(source).last_sync
    if last is None or last.status.is_end:
        return
    view = host.view(JobId(last.job_id))
    if host.standing(view) != "interrupted":
        raise AlreadyRunning(f"source {source} is being synced; `antiphon jobs watch {last.job_id}` looks on")
    if not as_json:
        say(f"first     job {last.job_id}, which was interrupted, is brought to its end")
    host.resume(view.job.id)
    host.bring_to_end(view.job.id, lambda _: None)


def _look_ahead(place: Place, source: str, *, as_json: bool) -> int:
    found = place.sources.dry_run(source)
    if as_json:
        print_document(found)
    else:
        for line in dry_run_lines(found):
            show(line)
    return ExitCode.DONE


def _undo(place: Place, source: str, *, as_json: bool) -> int:
    restored = place.sources.undo_deletions(source)
    if as_json:
        print_document(restored)
    else:
        say(f"restored  {restored.restored:,} documents; they are found again")
    return ExitCode.DONE


def _last(place: Place, name: str) -> SyncDocument:
    last = place.sources.get(name).last_sync
    assert last is not None, "a sync has just ended"
    return last


def _print(name: str, sync: SyncDocument) -> None:
    for line in sync_lines(name, sync):
        show(line)
