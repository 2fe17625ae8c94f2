"""Report files are replaced whole or not at all, and every way they can fail is said clearly."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from adapters.reports.files import check_report_path, replacing
from domain.jobs.errors import InvalidInput, ServiceUnavailable


def write(path: Path, text: str) -> None:
    """Write a report that is just *text*."""
    with replacing(path) as report:
        report.write(text)


@contextmanager
def files_no_larger_than(size_bytes: int) -> Iterator[None]:
    """Let the system refuse to write beyond a size: a real error of a real file, as a full disk gives one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_report_replaces_the_one_before(tmp_path: Path) -> None:
    """A second run writes to the same name; nothing of the first or of the writing stays."""
    path = tmp_path / "report.html"
    write(path, "a long first report")
    write(path, "second")

    assert path.read_text(encoding="utf-8") == "second"
    assert list(tmp_path.iterdir()) == [path]


def test_whoever_reads_the_old_report_reads_it_to_its_end(tmp_path: Path) -> None:
    """The name moves from one whole file to another; no file that somebody reads changes under them."""
    path = tmp_path / "report.html"
    write(path, "a first report")

    with path.open(encoding="utf-8") as reader:
        write(path, "second")
        assert reader.read() == "a first report"


def test_an_interrupted_report_leaves_the_old_one(tmp_path: Path) -> None:
    """A reader, or a build that keeps artefacts, must never get half a file."""
    path = tmp_path / "report.html"
    write(path, "first")

    with suppress(KeyboardInterrupt), replacing(path) as report:
        report.write("half of the sec")
        raise KeyboardInterrupt

    assert path.read_text(encoding="utf-8") == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_the_start_can_be_rewritten(tmp_path: Path) -> None:
    """A header with counts is known last and stands first."""
    with replacing(tmp_path / "out") as report:
        report.write("0000 rows")
        report.rewrite_start("0012")
        report.write("!")

    assert (tmp_path / "out").read_text(encoding="utf-8") == "0012 rows!"


def test_a_full_disk_is_said_and_keeps_the_old_report(tmp_path: Path) -> None:
    """The run is safe in its rows: its user needs to hear that, and what to do."""
    path = tmp_path / "report.html"
    write(path, "first")

    with files_no_larger_than(50_000), pytest.raises(ServiceUnavailable, match="the disk is full; free some space"):
        write(path, "x" * 100_000)

    assert path.read_text(encoding="utf-8") == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_fills_up_with_the_last_bytes_is_noticed(tmp_path: Path) -> None:
    """Small reports sit in a buffer until the end; their failure must not pass for success."""
    with files_no_larger_than(10), pytest.raises(ServiceUnavailable, match="the disk is full"):
        write(tmp_path / "report.html", "x" * 100)

    assert list(tmp_path.iterdir()) == []


def test_an_error_of_the_rows_is_not_blamed_on_the_disk(tmp_path: Path) -> None:
    """A database that breaks off half-way has its own message."""
    with pytest.raises(ConnectionResetError), replacing(tmp_path / "report.html"):
        raise ConnectionResetError(errno.ECONNRESET, "the database went away")


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("missing/report.html", "its folder does not exist; create the folder"),
        ("a-file/report.html", "a part of its path is a file"),
        ("a-folder", "it is a folder; name a file"),
        ("a-pipe", "it is no ordinary file"),
        ("x" * 300, "its name is too long"),
    ],
)
def test_a_path_that_cannot_work_is_refused_with_the_reason(tmp_path: Path, name: str, complaint: str) -> None:
    """Both when it is checked before the run and when the report is written; the message names the path."""
    (tmp_path / "a-file").touch()
    (tmp_path / "a-folder").mkdir()
    os.mkfifo(tmp_path / "a-pipe")

    for attempt in (check_report_path, lambda path: write(path, "text")):
        with pytest.raises(InvalidInput, match=complaint) as refusal:
            attempt(tmp_path / name)
        assert name in str(refusal.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to_is_refused(tmp_path: Path) -> None:
    """Better before a run of an hour than after it."""
    tmp_path.chmod(0o500)

    with pytest.raises(InvalidInput, match="its folder may not be written to"):
        check_report_path(tmp_path / "report.html")


@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="needs a file system that refuses new files even to root")
def test_a_file_system_that_takes_no_files_is_refused() -> None:
    """What the check can't foresee, the writing finds, in the same words."""
    with pytest.raises(InvalidInput, match=r"may not be written to|read-only"):
        write(Path("/sys/kernel/report.html"), "text")


def test_a_report_may_be_read_by_whom_the_umask_allows(tmp_path: Path) -> None:
    """A build server collects reports as another user; a temporary file would be for its owner only."""
    before = os.umask(0o022)
    try:
        write(tmp_path / "report.html", "text")
    finally:
        os.umask(before)

    assert (tmp_path / "report.html").stat().st_mode & 0o777 == 0o644


def test_a_report_that_is_a_link_stays_one(tmp_path: Path) -> None:
    """A link such as latest.html points to where somebody wants the report."""
    (tmp_path / "latest.html").symlink_to("real.html")
    write(tmp_path / "latest.html", "text")

    assert (tmp_path / "latest.html").is_symlink()
    assert (tmp_path / "real.html").read_text(encoding="utf-8") == "text"
