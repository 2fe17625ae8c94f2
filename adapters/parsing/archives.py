"""Office files are zip archives of XML: what they would unpack to is judged before anything is unpacked."""

from __future__ import annotations

import io
import zipfile

from adapters.child_processes.limits import MEGABYTE
from adapters.child_processes.refusals import too_large, unreadable
from adapters.parsing.limits import ParsingLimits

_SMALL_BYTES = MEGABYTE
_DECLARATIONS = tuple(
    mark.encode(encoding) for mark in ("<!DOCTYPE", "<!ENTITY") for encoding in ("ascii", "utf-16-le", "utf-16-be")
)
_BLOCK_BYTES = 1 << 16


def check_archive(content: bytes, *, limits: ParsingLimits) -> None:
    """
    Refuse an Office file that is a bomb, is encrypted, or whose XML declares entities.

    Sizes are those that the archive states: a reader of it gets no byte more of a member than is stated.

    Raises:
        PermanentFailure: what is wrong.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        _check_sizes(members, packed=len(content), limits=limits)
        for member in members:
            _check_member(archive, member)


def _check_sizes(members: list[zipfile.ZipInfo], *, packed: int, limits: ParsingLimits) -> None:
    """Compare with the file itself: what members state of their packed size may overlap."""
    if len(members) > limits.archive_members:
        raise too_large(f"its archive has {len(members):,} parts; expected at most {limits.archive_members:,}")
    names = {member.filename for member in members}
    if len(names) < len(members):
        raise unreadable("its archive has two parts of one name, of which every program reads another; save it anew")
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.unzipped_bytes:
        raise too_large(
            f"its archive unpacks to {unpacked // MEGABYTE:,} MB; expected at most "
            f"{limits.unzipped_bytes // MEGABYTE:,} MB"
        )
    if unpacked > _SMALL_BYTES and unpacked > limits.unzip_ratio * packed:
        raise too_large(
            f"its archive unpacks to {unpacked // packed:,} times its size, as a zip bomb does; expected at "
            f"most {limits.unzip_ratio:,} times"
        )


def _check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    if member.flag_bits & 1:
        raise unreadable("it is encrypted; take the password away and hand it in again")
    if member.filename.lower().endswith((".xml", ".rels")):
        _refuse_declarations(archive, member)


def _refuse_declarations(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Refuse entities: no Office program writes any, and a few lines of them unfold to gigabytes."""
    end = b""
    with archive.open(member) as part:
        while block := part.read(_BLOCK_BYTES):
            if any(mark in end + block for mark in _DECLARATIONS):
                raise unreadable(f"its part {member.filename[:80]!r} declares entities, which no Office file does")
            end = block[-20:]
