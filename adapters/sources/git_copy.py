"""
A git repository behind a URL, of which this machine keeps a shallow copy: the newest commit of one branch.

The copy is a cache: it may be deleted at any time, and each machine with workers has its own. One process at a time
changes it. It is fetched over guarded connections, without redirects; credentials go to the URL's own host only.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attrs import field, frozen
from filelock import FileLock, Timeout
from urllib3 import PoolManager

from adapters.sources.git import not_a_repository
from adapters.sources.guarded_pools import refusal_in
from domain.jobs.errors import AntiphonError, FailureKind, PermanentFailure, TransientFailure

if TYPE_CHECKING:
    from dulwich.client import Urllib3HttpGitClient
    from dulwich.objects import ObjectID
    from dulwich.refs import Ref
    from dulwich.repo import Repo

MOST_PACK_BYTES = 1024 * 1024 * 1024
TURN_S = 300.0


@frozen(kw_only=True, eq=False)
class CopiedRepository:
    """
    `Repository` at *url*, of which *folder* holds a copy.

    *user* and *secret* are as they are sent; *hide* masks them in messages.
    """

    url: str
    branch: str
    folder: Path
    connections: PoolManager = field(repr=False)
    user: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    hide: Callable[[str], str] = field(default=str, repr=False)
    most_bytes: int = MOST_PACK_BYTES

    def refreshed(self) -> Repo:
        """Bring the copy up to date, and open it."""
        with self._changing():
            try:
                return self._fetched()
            except AntiphonError:
                raise
            except KeyError:  # a copy that was damaged, by a full disk say: it is only a copy
                shutil.rmtree(self.folder, ignore_errors=True)
                return self._fetched()

    def at_hand(self) -> Repo:
        """Open the copy; where this machine has none, it is made."""
        if not (self.folder / "HEAD").exists():
            return self.refreshed()
        return self._opened()

    def _fetched(self) -> Repo:
        from dulwich.errors import GitProtocolError, HangupException, NotGitRepository
        from dulwich.refs import Ref
        from urllib3.exceptions import HTTPError

        with ExitStack() as on_failure:
            repo = on_failure.enter_context(self._opened())
            try:
                found = self._client().fetch(
                    urlsplit(self.url).path,
                    repo,
                    determine_wants=self._wanted(repo),
                    depth=1,
                    ref_prefix=self._prefixes(),
                )
            except NotGitRepository as exc:
                raise not_a_repository(self._shown) from exc
            except (GitProtocolError, HangupException, HTTPError, OSError, ValueError, AssertionError) as exc:
                raise self._failure(exc) from exc
            sha = self._head(found.refs)
            assert sha is not None, "the wish was refused before"
            repo.refs[Ref(b"refs/heads/" + self.branch.encode() if self.branch else b"HEAD")] = sha
            on_failure.pop_all()
            return repo

    def _wanted(self, repo: Repo) -> Callable[..., list[ObjectID]]:
        def determine(refs: Mapping[Ref, ObjectID | None], depth: int | None = None) -> list[ObjectID]:
            _ = depth
            sha = self._head(refs)
            if sha is None:
                what = f"no branch {self.branch!r}" if self.branch else "no commit"
                raise PermanentFailure(f"{self._shown}: the repository has {what}", kind=FailureKind.BAD_INPUT)
            return [] if sha in repo.object_store else [sha]

        return determine

    def _head(self, refs: Mapping[Ref, ObjectID | None]) -> ObjectID | None:
        from dulwich.refs import Ref

        return refs.get(Ref(f"refs/heads/{self.branch}".encode() if self.branch else b"HEAD"))

    def _prefixes(self) -> list[bytes]:
        return [f"refs/heads/{self.branch}".encode()] if self.branch else [b"HEAD"]

    def _client(self) -> Urllib3HttpGitClient:
        from dulwich.client import Urllib3HttpGitClient
        from dulwich.config import ConfigDict

        parts = urlsplit(self.url)
        client = Urllib3HttpGitClient(
            f"{parts.scheme}://{parts.netloc}",
            pool_manager=self.connections,
            config=ConfigDict(),  # not the user's own, which may name a proxy
            username=self.user or ("git" if self.secret else None),
            password=self.secret or None,
        )
        fetch_pack = client.fetch_pack

        def bounded(
            path: object, wants: object, walker: object, data: Callable[[bytes], int], **rest: object
        ) -> object:
            return fetch_pack(path, wants, walker, self._counting(data), **rest)  # type: ignore[arg-type]  # as it came

        client.fetch_pack = bounded  # type: ignore[method-assign,assignment]  # dulwich has no hook for it
        return client

    def _counting(self, write: Callable[[bytes], int]) -> Callable[[bytes], int]:
        received = 0

        def counted(data: bytes) -> int:
            nonlocal received
            received += len(data)
            if received > self.most_bytes:
                raise PermanentFailure(
                    f"{self._shown}: the repository's newest commit has more than {self.most_bytes:,} bytes",
                    kind=FailureKind.TOO_LARGE,
                )
            return write(data)

        return counted

    def _opened(self) -> Repo:
        from dulwich.repo import Repo

        if not (self.folder / "HEAD").exists():
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            return Repo.init_bare(str(self.folder))
        return Repo(str(self.folder))

    @contextmanager
    def _changing(self) -> Iterator[None]:
        lock = FileLock(f"{self.folder}.lock", timeout=TURN_S)
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout as exc:
            raise TransientFailure(
                f"{self._shown}: another process has been fetching it for {TURN_S:g} s", kind=FailureKind.CONNECTION
            ) from exc
        except OSError as exc:
            raise TransientFailure(
                f"the folder of copies of repositories can't be written ({exc.strerror})", kind=FailureKind.INTERNAL
            ) from exc
        try:
            yield
        finally:
            lock.release()

    def _failure(self, exc: Exception) -> TransientFailure | PermanentFailure:
        from dulwich.client import HTTPUnauthorized

        if isinstance(exc, HTTPUnauthorized):
            return PermanentFailure(
                f"{self._shown}: it asks for a user and a secret, or refuses those it got",
                kind=FailureKind.AUTHENTICATION,
            )
        refusal = refusal_in(exc)
        if refusal is not None:
            return PermanentFailure(f"{self._shown}: {refusal}", kind=FailureKind.BAD_INPUT)
        said = self.hide(" ".join(str(exc).split())[:300]) or type(exc).__name__
        return TransientFailure(f"{self._shown}: it can't be fetched ({said})", kind=FailureKind.CONNECTION)

    @property
    def _shown(self) -> str:
        return self.url.partition("?")[0]
