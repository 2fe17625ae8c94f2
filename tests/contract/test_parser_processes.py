"""The processes that read files: they die, hang and eat instead of their parent, and keep nothing for the next file."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from adapters.parsing.children import ChildParsers
from adapters.parsing.limits import ParsingLimits
from domain.jobs.errors import Deferred, FailureKind, PermanentFailure, TransientFailure
from tests.contract.library_files import a_pdf, a_word_file
from tests.pipelines.looking import look_until

LARGE = FailureKind.TOO_LARGE


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, ParsingLimits], ChildParsers]:
    """Return a maker of parsers whose children do something of their own in place of reading a file named `bad`."""
    made: list[ChildParsers] = []

    def make(deed: str, limits: ParsingLimits) -> ChildParsers:
        code = (
            "import sys; sys.path.append(sys.argv[1])\n"
            "from adapters.parsing import served\n"
            "read = served.read\n"
            "def other(content, *, name, media_type, limits):\n"
            f"    if name == 'bad': {deed}\n"
            "    return read(content, name=name, media_type=media_type, limits=limits)\n"
            "served.read = other\n"
            "from adapters.child_processes.serving import main\n"
            "main(sys.argv[2:])\n"
        )
        monkeypatch.setattr("adapters.child_processes.process._COMMAND", code)
        made.append(ChildParsers(limits, processes=1))
        return made[-1]

    return make


@pytest.mark.parametrize(
    ("deed", "reason", "kind"),
    [
        ("import time; time.sleep(60)", "more than 5 s", LARGE),
        ("exec('while True: pass')", "more than 5 s", LARGE),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", r"died \(signal 11\)", FailureKind.BAD_INPUT),
        ("import os; os._exit(7)", r"died \(exit code 7\)", FailureKind.BAD_INPUT),
        ("x = bytearray(10**10)", "more than 1,500 MB of memory", LARGE),
        ("f = lambda f: f(f); f(f)", "nested too deep", FailureKind.BAD_INPUT),
        ("raise KeyError('/srv')", r"can't be read \(KeyError\);", FailureKind.BAD_INPUT),
        (
            "import tempfile; tempfile.TemporaryFile(buffering=0).write(b'x')",
            "FileNotFound|OSError",
            FailureKind.BAD_INPUT,
        ),
        ("import sys; sys.exit()", r"died \(exit code 0\)", FailureKind.BAD_INPUT),
        ("print('noise' * 10**5); raise KeyError", "KeyError", FailureKind.BAD_INPUT),
    ],
    ids=["sleeps", "spins", "crashes", "leaves", "fills memory", "recurses", "raises", "writes", "exits", "prints"],
)
def test_a_reader_that_dies_hangs_or_eats_is_one_refusal(
    hanging: Callable[[str, ParsingLimits], ChildParsers], deed: str, reason: str, kind: FailureKind
) -> None:
    """Whatever a file does to its reader, the worker goes on; also where the reader had read others before."""
    parsers = hanging(deed, ParsingLimits(timeout_s=5))
    try:
        assert parsers.parse(b"before", name="x").text == "before"
        with pytest.raises(PermanentFailure, match=reason) as caught:
            parsers.parse(b"any", name="bad")
        assert parsers.parse(b"after", name="x").text == "after"
    finally:
        parsers.close()

    assert caught.value.kind is kind


def test_a_reader_that_dies_of_an_earlier_file_is_not_held_against_the_next(
    hanging: Callable[[str, ParsingLimits], ChildParsers],
) -> None:
    """A file is judged by a fresh process before anybody is told that it is hostile."""
    import os
    import signal

    parsers = hanging("pass", ParsingLimits())
    try:
        parsers.parse(b"before", name="x")
        child = parsers._children._idle.get_nowait()
        parsers._children._idle.put(child)
        os.kill(child._process.pid, signal.SIGKILL)

        assert parsers.parse(b"after", name="x").text == "after"
    finally:
        parsers.close()


def test_a_reader_that_does_not_start_blames_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without memory for a process, thousands of good documents would be called broken."""
    monkeypatch.setattr("adapters.child_processes.process._COMMAND", "raise SystemExit(1)")
    parsers = ChildParsers()

    with pytest.raises(TransientFailure, match="did not start"):
        parsers.parse(b"fine", name="x")


def test_no_secret_is_found_in_the_environment_of_a_reader(
    hanging: Callable[[str, ParsingLimits], ChildParsers], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that takes over its reader must find nothing to send away."""
    monkeypatch.setenv("ANTIPHON_SECRET_KEY", "hidden")
    parsers = hanging("import os; content = ' '.join(os.environ).encode()", ParsingLimits())

    found = parsers.parse(b"any", name="bad").text
    parsers.close()

    assert "ANTIPHON" not in found
    assert "OMP_NUM_THREADS" in found


@pytest.mark.parametrize(
    "answer",
    [
        b"[]",
        b"not JSON",
        b'{"said": {"title": 1}, "size": 0}',
        b'{"said": {"title": "", "text": "", "headings": [["one"]]}, "size": 0}',
        b'{"said": {"title": "", "text": "", "headings": []}}',
        b'{"said": {"title": "", "text": "", "headings": []}, "size": -1}',
        b'{"said": 1, "size": 0}',
        b'{"refused": 1, "size": 0}',
        b'{"invalid": 1, "size": 0}',
    ],
)
def test_answers_that_are_none_are_believed_by_nobody(
    hanging: Callable[[str, ParsingLimits], ChildParsers], answer: bytes
) -> None:
    """What took over a reader may answer anything; it is data, and data of the wrong form."""
    frame = len(answer).to_bytes(8, "big") + answer
    parsers = hanging(f"import os; os.write(3, {frame!r})", ParsingLimits())

    with pytest.raises(PermanentFailure, match="died"):
        parsers.parse(b"any", name="bad")
    parsers.close()


def test_an_answer_without_end_is_not_waited_for(hanging: Callable[[str, ParsingLimits], ChildParsers]) -> None:
    """A reader that was taken over must not fill the memory of its parent."""
    parsers = hanging(f"import os; os.write(3, {(1 << 40).to_bytes(8, 'big')!r})", ParsingLimits())

    with pytest.raises(PermanentFailure, match="died"):
        parsers.parse(b"any", name="bad")
    parsers.close()


def test_files_wait_for_a_place_and_all_are_read() -> None:
    """However many workers ask, no more children than places are there."""
    parsers = ChildParsers(processes=2, files_each=2)
    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda no: parsers.parse(f"file {no}".encode(), name="x").text, range(20)))
    waiting = parsers._children._idle.qsize()
    parsers.close()

    assert texts == [f"file {no}" for no in range(20)]
    assert waiting <= 2


@pytest.mark.parametrize(
    ("name", "content", "serves_again"),
    [
        ("a.md", b"words", True),
        ("a.csv", b"a,b\n1,2", True),
        ("a.html", b"words", False),
        ("a.md", b"<!doctype html>words", False),
        ("a.txt", a_pdf("words"), False),
        ("a.md", a_word_file(), False),
    ],
)
def test_a_process_that_c_has_read_a_file_in_reads_no_other(name: str, content: bytes, serves_again: bool) -> None:
    """A file that took it over would wait there for those of other organizations, whatever the file was called."""
    parsers = ChildParsers()
    parsers.parse(content, name=name)
    waiting = parsers._children._idle.qsize()
    parsers.close()

    assert waiting == serves_again


def test_a_file_that_others_hold_up_is_put_off(hanging: Callable[[str, ParsingLimits], ChildParsers]) -> None:
    """Waiting behind slow files must not use up the time of a quick one."""
    parsers = hanging("import time; time.sleep(60)", ParsingLimits(timeout_s=8, wait_s=0.2))
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(parsers.parse, b"any", name="bad")
        look_until(lambda: not parsers._children._places._value, what="the slow one at work")

        with pytest.raises(Deferred, match="busy"):
            parsers.parse(b"quick", name="x")
        assert isinstance(slow.exception(), PermanentFailure)
    assert parsers.parse(b"quick", name="x").text == "quick"
    parsers.close()
