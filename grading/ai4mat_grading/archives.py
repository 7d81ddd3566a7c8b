"""Archives of unknown people, read safely: nothing is unpacked, and all that is read is bounded."""

import io
import os
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

MIB = 1 << 20
# One file, what is read in all, and how many entries an archive may have.
LARGEST_FILE = 100 * MIB
LARGEST_TOTAL = 16384 * MIB
MOST_ENTRIES = 100_000
# What is no hand-in, whoever packed the archive.
JUNK = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
ENCRYPTED = 1
UTF8 = 1 << 11


class UnreadableError(Exception):
    """Why an entry cannot be read."""


@dataclass
class Budget:
    """Bytes that may still be read."""

    left: int = LARGEST_TOTAL

    def take(self, size: int) -> None:
        """Count what is about to be read."""
        if size > LARGEST_FILE:
            raise UnreadableError(f"larger than {LARGEST_FILE // MIB} MiB")
        if size > self.left:
            raise UnreadableError(f"the archive holds more than {LARGEST_TOTAL // MIB} MiB")
        self.left -= size


@dataclass(frozen=True)
class Entry:
    """A file in an archive.

    Attributes
    ----------
    path : str
        Its path there, with slashes, relative and without "..".
    read : callable
        Returns its bytes, or raises `UnreadableError`.
    """

    path: str
    read: Callable[[], bytes]

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]


@dataclass
class Archive:
    """What an archive holds.

    Attributes
    ----------
    entries : list of Entry
        Its files.
    refused : list of str
        Entries that are no files to be read, each with the reason.
    """

    entries: list[Entry] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open a zip file or a folder.

    Raises
    ------
    ValueError
        If it is neither, is damaged, is encrypted, or has too many entries.
    """
    if Path(path).is_dir():
        yield _folder(Path(path), Budget())
        return
    try:
        file = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError) as error:
        message = f"archive must be a zip file or a folder, got {path}: {error}"
        raise ValueError(message) from error
    with file:
        yield _zip(file, str(path), Budget())


def unpacked(entry: Entry, budget: Budget) -> Archive:
    """Read the zip file that an entry is; its entries' paths begin with the entry's own."""
    try:
        file = zipfile.ZipFile(io.BytesIO(entry.read()))
        inner = _zip(file, entry.path, budget)
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError, ValueError) as error:
        raise UnreadableError(f"not a zip file that can be read: {error}") from error
    entries = [Entry(f"{entry.path}/{each.path}", each.read) for each in inner.entries]
    return Archive(entries, [f"{entry.path}/{each}" for each in inner.refused])


def _zip(file: zipfile.ZipFile, name: str, budget: Budget) -> Archive:
    infos = [info for info in file.infolist() if not info.is_dir()]
    if len(infos) > MOST_ENTRIES:
        raise ValueError(f"archive must have at most {MOST_ENTRIES} entries, got {len(infos)}")
    if infos and all(info.flag_bits & ENCRYPTED for info in infos):
        raise ValueError(f"archive must not be encrypted, got {name}")
    found, archive = {}, Archive()
    for info in infos:
        path = _name(info)
        if reason := _wrong(path, info):
            archive.refused.append(f"{path}: {reason}")
            continue
        path = _tidy(path)
        if path in found:
            archive.refused.append(f"{path}: there twice, the later one counts")
        if not set(JUNK).intersection(path.split("/")):
            found[path] = Entry(path, lambda info=info: _read(file, info, budget))
    archive.entries = list(found.values())
    return archive


def _name(info: zipfile.ZipInfo) -> str:
    """An entry's name; programs that write UTF-8 often don't say so."""
    if info.flag_bits & UTF8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _wrong(path: str, info: zipfile.ZipInfo) -> str | None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return "a link or a device, not a file"
    parts = path.replace("\\", "/").split("/")
    if not parts[0] or parts[0].endswith(":") or ".." in parts:
        return "its path leads out of the archive"
    return None


def _tidy(path: str) -> str:
    parts = unicodedata.normalize("NFC", path.replace("\\", "/")).split("/")
    return "/".join(part for part in parts if part not in ("", "."))


def _read(file: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> bytes:
    # zipfile never yields more than the size that an entry declares
    budget.take(info.file_size)
    if info.flag_bits & ENCRYPTED:
        raise UnreadableError("encrypted")
    damage = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
    try:
        return file.read(info)
    except (*damage, NotImplementedError) as error:
        raise UnreadableError(f"damaged: {error}") from error


def _folder(root: Path, budget: Budget) -> Archive:
    archive = Archive()
    for folder, folders, names in os.walk(root):
        folders.sort()
        links = [each for each in folders if (Path(folder) / each).is_symlink()]
        for name in sorted(names) + links:
            path = Path(folder) / name
            relative = _tidy(path.relative_to(root).as_posix())
            if not stat.S_ISREG(path.lstat().st_mode):
                archive.refused.append(f"{relative}: a link or a device, not a file")
            elif not set(JUNK).intersection(relative.split("/")):
                archive.entries.append(Entry(relative, lambda p=path: _read_file(p, budget)))
    if len(archive.entries) > MOST_ENTRIES:
        raise ValueError(f"archive must have at most {MOST_ENTRIES} entries, got {root}")
    return archive


def _read_file(path: Path, budget: Budget) -> bytes:
    try:
        budget.take(path.stat().st_size)
        return path.read_bytes()
    except OSError as error:
        raise UnreadableError(str(error)) from error
