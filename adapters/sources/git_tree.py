"""What a repository holds on one branch: files by path, each with its blob's hash as version."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from typing import TYPE_CHECKING

from domain.embedding.selection import Selection
from domain.embedding.source_ports import Entry
from domain.jobs.errors import FailureKind, PermanentFailure

if TYPE_CHECKING:
    from dulwich.object_store import BaseObjectStore
    from dulwich.objects import ObjectID
    from dulwich.repo import Repo

DEEPEST = 40


def commit_of(repo: Repo, branch: str) -> ObjectID:
    """
    Return the commit that *branch* (empty: what HEAD names) is at.

    Raises:
        PermanentFailure: there is no such branch, or no commit on it.
    """
    from dulwich.refs import Ref

    name = Ref(f"refs/heads/{branch}".encode() if branch else b"HEAD")
    try:
        return repo.refs[name]
    except KeyError as exc:
        what = f"no branch {branch!r}" if branch else "no commit"
        raise PermanentFailure(f"the repository has {what}", kind=FailureKind.BAD_INPUT) from exc


def files_of(store: BaseObjectStore, commit: ObjectID, selection: Selection) -> Iterator[Entry]:
    """
    Yield the files of a commit that are wanted; links and repositories within it are none.

    Raises:
        KeyError: an object is not there; the repository is damaged, or being changed.
    """
    from dulwich.objects import Commit

    found = store[commit]
    if not isinstance(found, Commit):
        raise PermanentFailure("the branch does not name a commit", kind=FailureKind.BAD_INPUT)
    yield from _below(store, found.tree, "", selection, depth=0)


def find(store: BaseObjectStore, commit: ObjectID, location: str) -> Entry | None:
    """Return the file at a path of the commit, if there is one."""
    takes_only = Selection(include=("**",))
    return next((entry for entry in files_of(store, commit, takes_only) if entry.location == location), None)


def blob(store: BaseObjectStore, version: str) -> bytes:
    """
    Return the bytes of a blob.

    Raises:
        KeyError: there is none of this hash.
    """
    from dulwich.objects import Blob, ObjectID

    found = store[ObjectID(version.encode("ascii"))]
    if not isinstance(found, Blob):
        raise KeyError(version)
    return found.as_raw_string()


def _below(store: BaseObjectStore, tree: ObjectID, folder: str, selection: Selection, *, depth: int) -> Iterator[Entry]:
    from dulwich.objects import Tree

    if depth > DEEPEST:
        raise PermanentFailure(f"{folder}: folders are more than {DEEPEST} deep", kind=FailureKind.BAD_INPUT)
    found = store[tree]
    if not isinstance(found, Tree):
        raise KeyError(tree)
    for item in found.iteritems(name_order=True):
        name = item.path.decode("utf-8", "backslashreplace")
        location = f"{folder}/{name}" if folder else name
        if stat.S_ISDIR(item.mode):
            if not name.startswith("."):
                yield from _below(store, item.sha, location, selection, depth=depth + 1)
        elif stat.S_ISREG(item.mode) and selection.takes(location):
            yield Entry(location=location, version=item.sha.decode("ascii"))
