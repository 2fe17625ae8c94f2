"""A real git repository for tests, made by dulwich, and a server that others fetch it from over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from attrs import define
from dulwich import porcelain
from dulwich.repo import Repo
from dulwich.server import BackendRepo, DictBackend
from dulwich.web import make_wsgi_chain

AUTHOR = b"Ada <ada@example.org>"


@define(eq=False)
class GitRepository:
    """A repository with a work tree at *folder*."""

    folder: Path

    @classmethod
    def made(cls, folder: Path) -> GitRepository:
        """Make an empty one."""
        folder.mkdir(parents=True, exist_ok=True)
        porcelain.init(str(folder)).close()
        return cls(folder)

    def write(self, location: str, text: str) -> None:
        """Commit a file."""
        path = self.folder / location
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        porcelain.add(str(self.folder), [str(path)])
        self._commit(f"write {location}")

    def remove(self, location: str) -> None:
        """Commit that a file is gone."""
        porcelain.remove(str(self.folder), [str(self.folder / location)])
        self._commit(f"remove {location}")

    def _commit(self, message: str) -> None:
        porcelain.commit(str(self.folder), message=message.encode(), author=AUTHOR, committer=AUTHOR)


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(repository: GitRepository) -> Iterator[str]:
    """Yield the URL that the repository is fetched from."""
    repo = Repo(str(repository.folder))
    repositories: dict[str, BackendRepo] = {"/docs": repo}
    chain = make_wsgi_chain(DictBackend(repositories))
    server = make_server("127.0.0.1", 0, chain, server_class=WSGIServer, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/docs"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        repo.close()
