"""Receiving a file: its bytes are copied into the store, checked and counted in one pass.

What is decided here is whether the bytes are text at all, and in which encoding. What is counted here (lines,
lines that end in a comma) lets the fast reader prove later that it lost nothing. Parquet is not text: its
bytes are only copied, and its own reader says whether they are whole.
"""

from __future__ import annotations

import codecs
import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from gzip import BadGzipFile, GzipFile
from pathlib import Path
from typing import IO, Any

from epact2.load.progress import Progress
from epact2.load.refusals import FileRefused, Refusal
from epact2.store.release import StoredFile

# Small enough to stay in the processor's cache while it is looked at, hashed and copied.
_CHUNK = 1 << 19
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_PARQUET = b"PAR1"
PARQUET = "parquet"  # in the place of an encoding

# A sequence that only UTF-8 makes; in a file that is not UTF-8 it means that two encodings were mixed.
_UTF_8_SEQUENCE = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}")
_NOT_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d\x00-\x08\x0b\x0c\x0e-\x1f]")

WIDE_ENCODINGS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Received:
    """One file, taken in: the bytes as they came, and where its text can be read."""

    path: Path
    name: str
    stored: StoredFile
    content_sha256: str
    copy: Path
    text: Path
    encoding: str
    lines: int
    lines_ending_in_comma: int
    cut_off: bool

    @property
    def is_parquet(self) -> bool:
        """Whether it is a table in Parquet and no text."""
        return self.encoding == PARQUET


def receive(path: Path, folder: Path, progress: Progress, *, copied: bool = True) -> Received:
    """Copy a file into ``folder``, decompress it if need be, and look at every byte. Raises FileRefused.

    A file that the store holds already need not be ``copied``: then it is read where it lies.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as source:
            head = source.read(4)
            source.seek(0)
            progress.begin(path.name, size)
            copy = folder / "received" if copied else path
            target = copy if copied else None
            if head[:2] == _GZIP or head in (_ZIP, _EMPTY_ZIP):
                checksum = _copy(source, target, progress)
                text, look = folder / "text", _Look(path.name)
                with text.open("wb") as unpacked:
                    for chunk in _decompressed(copy, path.name, zipped=head[:2] != _GZIP):
                        look.at(chunk)
                        unpacked.write(chunk)
            else:
                text, look = copy, _Look(path.name)
                checksum = _copy(source, target, progress, look)
    except OSError as error:
        raise FileRefused(
            Refusal(
                path.name,
                f"it cannot be read: {error.strerror or error}.",
                "Check the name of the file and its permissions.",
            )
        ) from error
    progress.end()
    encoding = look.encoding(text)
    stored = StoredFile(f"{checksum}-{safe_name(path.name)}", copy.stat().st_size, checksum)
    return Received(
        path=path,
        name=path.name,
        stored=stored,
        content_sha256=look.checksum.hexdigest(),
        copy=copy,
        text=text,
        encoding=encoding,
        lines=look.lines,
        lines_ending_in_comma=look.lines_ending_in_comma,
        cut_off=look.cut_off,
    )


def safe_name(name: str) -> str:
    """The name of a received file, fit for any file system."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)[-100:]


def _copy(source: IO[bytes], target: Path | None, progress: Progress, look: _Look | None = None) -> str:
    checksum = look.checksum if look else hashlib.sha256()
    with target.open("wb") if target else nullcontext() as copy:
        while chunk := source.read(_CHUNK):
            if look:
                look.at(chunk)
            else:
                checksum.update(chunk)
            if copy:
                copy.write(chunk)
            progress.advance(len(chunk))
    return checksum.hexdigest()


def _decompressed(path: Path, name: str, *, zipped: bool) -> Iterator[bytes]:
    advice = "Fetch the file again: it is damaged or cut off."
    try:
        with ExitStack() as stack:
            stream: IO[bytes] | GzipFile
            if zipped:
                archive = stack.enter_context(zipfile.ZipFile(path))
                members = [member for member in archive.infolist() if not member.is_dir()]
                if len(members) != 1:
                    advice = "Unpack it and load the files one by one."
                    raise zipfile.BadZipFile(f"it holds {len(members)} files and must hold one")
                stream = stack.enter_context(archive.open(members[0]))
            else:
                stream = stack.enter_context(GzipFile(path))
            while chunk := stream.read(_CHUNK):
                yield chunk
    except (
        EOFError,
        BadGzipFile,
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,
        NotImplementedError,
    ) as error:
        kind = "zip" if zipped else "gzip"
        raise FileRefused(
            Refusal(name, f"it cannot be unpacked as a {kind} file: {error}.", advice)
        ) from error


class _Look:
    """Everything that is asked of the bytes of a text, in one pass, chunk by chunk."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.checksum: Any = hashlib.sha256()
        self.lines = 0
        self.lines_ending_in_comma = 0
        self.utf_8 = True
        self.parquet = False
        self._decoder: Any = codecs.getincrementaldecoder("utf-8")("strict")
        self._comma_at_end = b""
        self._last = b""

    def at(self, chunk: bytes) -> None:
        self.checksum.update(chunk)
        if not self._last:
            self.parquet = chunk.startswith(_PARQUET)
            self._refuse_wide(chunk)
        if self.parquet:
            self._last = chunk[-1:]
            return
        if b"\0" in chunk:
            line = self.lines + chunk[: chunk.index(b"\0")].count(b"\n") + 1
            raise FileRefused(
                Refusal(
                    self.name,
                    "it holds a byte of value zero, so it is not plain text.",
                    "Fetch the file again, or save it as UTF-8.",
                    line=line,
                )
            )
        if self.utf_8:
            self._decode(chunk, final=False)
        self.lines += chunk.count(b"\n")
        if not self._last:
            first_line = chunk[: chunk.find(b"\n")]
            self._comma_at_end = b",\r" if first_line.endswith(b"\r") else b",\n"
        across_chunks = self._last + chunk[:1] == self._comma_at_end
        self.lines_ending_in_comma += chunk.count(self._comma_at_end) + across_chunks
        self._last = chunk[-1:]

    def _refuse_wide(self, chunk: bytes) -> None:
        if chunk.startswith(WIDE_ENCODINGS):
            raise FileRefused(
                Refusal(
                    self.name,
                    "it is in UTF-16 or UTF-32 and not in UTF-8.",
                    "Save it again as UTF-8.",
                    line=1,
                )
            )

    def _decode(self, chunk: bytes, *, final: bool) -> None:
        # Plain ASCII needs no decoder, unless a character was begun in the chunk before.
        if chunk.isascii() and not final and self._decoder.getstate()[0] == b"":
            return
        try:
            self._decoder.decode(chunk, final)
        except UnicodeDecodeError:
            self.utf_8 = False

    def encoding(self, text: Path) -> str:
        """The encoding of the whole text, which must end with the end of a line. Raises FileRefused."""
        if not self._last:
            raise FileRefused(Refusal(self.name, "it is empty.", "Fetch the file again."))
        if self.parquet:
            return PARQUET
        if self.utf_8:
            self._decode(b"", final=True)
        return "utf-8" if self.utf_8 else _old_encoding(text, self.name)

    @property
    def cut_off(self) -> bool:
        """Whether the last line has no end."""
        return not self.parquet and self._last not in (b"\n", b"\r")


def _old_encoding(text: Path, name: str) -> str:
    """Windows-1252 (of which Latin-1 text is a part), if every byte can be; else FileRefused."""
    lines = 0
    with text.open("rb") as source:
        while chunk := source.read(_CHUNK):
            if bad := _NOT_IN_CP1252.search(chunk):
                raise FileRefused(
                    Refusal(
                        name,
                        f"its encoding is unknown: the byte {chunk[bad.start()]:#04x} belongs neither to "
                        "UTF-8 nor to Latin-1 (Windows-1252).",
                        "Save it again as UTF-8.",
                        line=lines + chunk[: bad.start()].count(b"\n") + 1,
                    )
                )
            if mixed := _UTF_8_SEQUENCE.search(chunk):
                raise FileRefused(
                    Refusal(
                        name,
                        "some of its lines are in UTF-8 and others in another encoding.",
                        "Save it again as UTF-8.",
                        line=lines + chunk[: mixed.start()].count(b"\n") + 1,
                    )
                )
            lines += chunk.count(b"\n")
    return "cp1252"
