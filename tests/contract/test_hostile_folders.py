"""Folders that lay traps: links that lead out, pipes, loops; what lies outside is never read, and no listing hangs."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.http.guard import LOCAL
from adapters.sources.allowed_roots import AllowedRoots
from adapters.sources.opener import StandardSources
from domain.embedding.documentation_source import SourceKind, SourceSettings
from domain.embedding.source_ports import Entry, Fetched, SourceReader
from domain.jobs.errors import FailureKind, InvalidInput, ItemFailure, PermanentFailure, TransientFailure
from tests.contract.documentation_sources import a_source
from tests.contract.opening_sources import no_pace
from tests.services.git_repository import GitRepository

SECRET = "What is outside is nobody's business."


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside what is allowed, with a secret."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "page.md").write_text(SECRET)
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder that is allowed, with one honest document."""
    folder = tmp_path / "allowed" / "handbook"
    (folder / "docs").mkdir(parents=True)
    (folder / "docs" / "page.md").write_text("Refunds are made within fourteen days.")
    return folder


def reader(root: Path, *, kind: SourceKind = SourceKind.FOLDER) -> SourceReader:
    """Open a folder, where the operator allows the one it is in."""
    sources = StandardSources(roots=AllowedRoots(roots=(root.parent,)), copies=root / "nowhere", guard=LOCAL)
    settings = SourceSettings(kind=kind, location=str(root))
    return sources.open(a_source(settings=settings), environment={}, pace=no_pace)


def listed(root: Path) -> list[str]:
    """Return what a listing of the folder has."""
    return [entry.location for entry in reader(root).entries()]


def fetch(root: Path, location: str) -> bytes:
    """Return what is read at a location, as if it had been listed."""
    found = reader(root).fetch(Entry(location=location, version="1-1"), known="", deadline_s=5)
    assert isinstance(found, Fetched)
    return found.content


def a_link_to_a_file(root: Path, outside: Path) -> None:
    """Lay a link to the secret."""
    (root / "docs" / "trap.md").symlink_to(outside / "page.md")


def a_link_over_a_link(root: Path, outside: Path) -> None:
    """Lay a link to a link to the secret."""
    (root / "first.md").symlink_to(outside / "page.md")
    (root / "docs" / "trap.md").symlink_to("../first.md")


def a_relative_link(root: Path, outside: Path) -> None:
    """Lay a link that climbs out."""
    (root / "docs" / "trap.md").symlink_to(Path("../../..") / outside.name / "page.md")


def a_device(root: Path, outside: Path) -> None:
    """Lay a link to what never ends."""
    _ = outside
    (root / "docs" / "trap.md").symlink_to("/dev/zero")


def a_pipe(root: Path, outside: Path) -> None:
    """Lay a pipe that nobody writes to."""
    _ = outside
    os.mkfifo(root / "docs" / "trap.md")


def a_link_to_a_pipe(root: Path, outside: Path) -> None:
    """Lay a link to a pipe inside."""
    _ = outside
    os.mkfifo(root / "docs" / "pipe.md")
    (root / "docs" / "trap.md").symlink_to("pipe.md")


def a_socket(root: Path, outside: Path) -> None:
    """Lay a socket."""
    _ = outside
    with socket.socket(socket.AF_UNIX) as listening:
        at = os.open(root / "docs", os.O_RDONLY)  # its path may be longer than a socket's may be
        try:
            listening.bind(f"/proc/self/fd/{at}/trap.md")
        finally:
            os.close(at)


def a_loop_of_links(root: Path, outside: Path) -> None:
    """Lay two links to each other, and one to itself."""
    _ = outside
    (root / "docs" / "trap.md").symlink_to("other.md")
    (root / "docs" / "other.md").symlink_to("trap.md")
    (root / "docs" / "itself.md").symlink_to("itself.md")


def a_link_to_nothing(root: Path, outside: Path) -> None:
    """Lay a link that leads nowhere."""
    _ = outside
    (root / "docs" / "trap.md").symlink_to("no-such-page.md")


Trap = Callable[[Path, Path], None]
TRAPS: tuple[Trap, ...] = (
    a_link_to_a_file,
    a_link_over_a_link,
    a_relative_link,
    a_device,
    a_pipe,
    a_link_to_a_pipe,
    a_socket,
    a_loop_of_links,
    a_link_to_nothing,
)


@pytest.mark.parametrize("lay", TRAPS)
def test_a_trap_is_not_listed_and_holds_nothing_up(root: Path, outside: Path, lay: Trap) -> None:
    """What is honest beside it is listed as ever: one bad link must not stop a source."""
    lay(root, outside)

    assert listed(root) == ["docs/page.md"]


@pytest.mark.parametrize("lay", TRAPS)
def test_a_trap_that_was_laid_after_the_listing_is_not_read(root: Path, outside: Path, lay: Trap) -> None:
    """Between looking and opening, whoever may write there has all the time in the world."""
    lay(root, outside)

    with pytest.raises(ItemFailure, match=r"docs/trap\.md"):
        fetch(root, "docs/trap.md")


def test_a_link_to_a_folder_is_not_followed(root: Path, outside: Path) -> None:
    """Neither out, nor back to where it is, which would never end."""
    (root / "elsewhere").symlink_to(outside)
    (root / "docs" / "again").symlink_to(root)
    (root / "docs" / "here").symlink_to(".")

    assert listed(root) == ["docs/page.md"]


def test_a_link_to_a_document_inside_is_one(root: Path) -> None:
    """Links within a handbook are how some of them are written."""
    (root / "start.md").symlink_to("docs/page.md")

    assert listed(root) == ["docs/page.md", "start.md"]
    assert fetch(root, "start.md") == fetch(root, "docs/page.md")


def test_a_folder_that_became_a_link_is_not_entered(root: Path, outside: Path) -> None:
    """The listing named a page in a real folder; the same path leads out by now."""
    opened = reader(root)
    [entry] = opened.entries()
    shutil.rmtree(root / "docs")
    (root / "docs").symlink_to(outside)

    with pytest.raises(ItemFailure, match=r"docs/page\.md"):
        opened.fetch(entry, known="", deadline_s=5)


def test_a_source_that_became_a_link_is_not_read(root: Path, outside: Path) -> None:
    """Who opened it had looked whether it is allowed; nothing of it is believed, and nothing deleted for that."""
    opened = reader(root)
    shutil.rmtree(root)
    root.symlink_to(outside)

    with pytest.raises(TransientFailure, match="nothing of it is believed"):
        list(opened.entries())
    with pytest.raises(ItemFailure):
        opened.fetch(Entry(location="page.md", version="1-1"), known="", deadline_s=5)


@pytest.mark.parametrize("location", ["../../outside/page.md", "docs/../../../outside/page.md", "/etc/passwd", ".", ""])
def test_a_path_that_climbs_out_is_not_read(root: Path, outside: Path, location: str) -> None:
    """Plans are rows, and rows can be wrong."""
    assert (outside / "page.md").exists()

    with pytest.raises(ItemFailure):
        fetch(root, location)


def test_folders_without_end_are_refused(root: Path) -> None:
    """A listing that goes on for ever, or ends in a crash, is worse than one that says why it ended."""
    (root / "/".join(["deeper"] * 60)).mkdir(parents=True)

    with pytest.raises(PermanentFailure, match="deep"):
        listed(root)


def a_git_file(repository: Path, other: Path) -> None:
    """Say that the repository is another one."""
    shutil.rmtree(repository / ".git")
    (repository / ".git").write_text(f"gitdir: {other}/.git")


def a_git_link(repository: Path, other: Path) -> None:
    """Link to another repository."""
    shutil.rmtree(repository / ".git")
    (repository / ".git").symlink_to(other / ".git")


def alternates(repository: Path, other: Path) -> None:
    """Say that objects are in another repository."""
    (repository / ".git/objects/info").mkdir(exist_ok=True)
    (repository / ".git/objects/info/alternates").write_text(f"{other}/.git/objects\n")


def a_common_folder(repository: Path, other: Path) -> None:
    """Say that branches and objects are in another repository."""
    (repository / ".git/commondir").write_text(f"{other}/.git")


def linked_objects(repository: Path, other: Path) -> None:
    """Link to the objects of another repository."""
    shutil.rmtree(repository / ".git/objects")
    (repository / ".git/objects").symlink_to(other / ".git/objects")


@pytest.mark.parametrize("lay", [a_git_file, a_git_link, alternates, a_common_folder, linked_objects])
def test_a_repository_that_is_elsewhere_is_not_followed(tmp_path: Path, lay: Trap) -> None:
    """One that is allowed must not be the door to one that is not."""
    other = GitRepository.made(tmp_path / "outside")
    other.write("page.md", SECRET)
    repository = GitRepository.made(tmp_path / "allowed" / "repository")
    repository.write("page.md", "Refunds are made within fourteen days.")
    lay(repository.folder, other.folder)

    with pytest.raises(PermanentFailure, match="leads to another place") as refused:
        list(reader(repository.folder, kind=SourceKind.GIT).entries())

    assert refused.value.kind is FailureKind.REFUSED


def test_a_link_is_no_way_out_of_the_allowed_folders(root: Path, outside: Path) -> None:
    """A source is judged by where its folder is, and not by where somebody has put a link to it."""
    (root.parent / "way-out").symlink_to(outside)
    (root.parent / "circle").symlink_to("circle")
    roots = AllowedRoots(roots=(root.parent,))

    for name in ("way-out", "circle", "handbook/../../outside"):
        with pytest.raises(InvalidInput, match="location"):
            roots.check(f"{root.parent}/{name}")
    assert roots.check(str(root)) == root
