"""A home that can't be used, and a disk that fills up in the middle of a run."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator

import attrs
import pytest

from tests.e2e.command_line import CommandLine, lines_asking
from tests.e2e.mock_target import MockTarget

SMALL = "1200k"
LARGE = "100m"


def test_a_run_on_a_full_disk_ends_with_5_and_is_resumed_with_space(
    cli: CommandLine, target: MockTarget, tight_disk: tuple[CommandLine, Callable[[], None]]
) -> None:
    """What was committed is kept, the rest is asked again, and nobody waits for a disk that does not empty itself."""
    on_tight_disk, make_space = tight_disk
    tests = cli.write("tests.jsonl", lines_asking(800))

    run = on_tight_disk.run("run", tests, "--target", target.url)
    make_space()
    [job] = cli.jobs()
    resumed = cli.run("jobs", "resume", "last", "--json")

    assert run.code == 5
    assert f"The SQLite database {cli.home / 'antiphon.db'}: " in run.stderr
    assert "disk" in run.stderr
    assert f"job {job['id']} is kept as it is: `antiphon jobs resume {job['id']}` goes on with it" in run.stderr
    assert "Traceback" not in run.stderr
    assert resumed.code == 0, resumed.stderr
    assert resumed.document["job"]["succeeded"] == 800
    assert len(target.asked) == 800


def test_a_home_that_is_a_file_is_refused(cli: CommandLine) -> None:
    """A path that was mistyped; the message names it, and the setting."""
    cli.home.write_text("")

    listed = cli.run("jobs", "list")

    assert listed.code == 5
    assert f"the home folder {cli.home} can't be made (File exists); set ANTIPHON_HOME" in listed.stderr


def test_a_home_that_may_not_be_written_is_refused(cli: CommandLine, powerless: tuple[str, ...]) -> None:
    """A container with a read-only root, a folder of somebody else's."""
    cli.home.mkdir(mode=0o500)

    listed = attrs.evolve(cli, prefix=powerless).run("jobs", "list")

    assert listed.code == 5
    assert f"The SQLite database {cli.home / 'antiphon.db'}: " in listed.stderr
    assert "may write there" in listed.stderr


def test_a_file_that_is_no_database_is_left_alone(cli: CommandLine) -> None:
    """Somebody's own file of that name must be neither read wrongly nor written over."""
    cli.home.mkdir()
    database = cli.home / "antiphon.db"
    database.write_text("Dear diary, " * 100)

    listed = cli.run("jobs", "list")

    assert listed.code == 5
    assert "the file is no SQLite database; name another file, or move this one away" in listed.stderr
    assert database.read_text() == "Dear diary, " * 100


@pytest.fixture
def tight_disk(cli: CommandLine) -> Iterator[tuple[CommandLine, Callable[[], None]]]:
    """A command line whose home has little space, and how to make more: a small disk where that may be mounted."""
    cli.home.mkdir()
    if not _mount("-t", "tmpfs", "-o", f"size={SMALL}", "antiphon-test", str(cli.home)):
        limited = ("sh", "-c", 'ulimit -f 2200; exec "$@"', "sh")  # no file grows beyond that many half kilobytes
        yield attrs.evolve(cli, prefix=limited), lambda: None
        return
    try:
        yield cli, lambda: _enlarge(cli)
    finally:
        subprocess.run(["umount", str(cli.home)], check=True)


def _enlarge(cli: CommandLine) -> None:
    assert _mount("-o", f"remount,size={LARGE}", str(cli.home))


def _mount(*words: str) -> bool:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    return subprocess.run(["mount", *words], capture_output=True).returncode == 0


@pytest.fixture
def powerless() -> tuple[str, ...]:
    """Words in front of a command that make it keep to a folder's rights, which root need not."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("as root, rights are kept to only under setpriv, which is not here")
    return ("setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--")
