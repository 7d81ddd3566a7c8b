"""Cells of CSV files: read as they stand, written so that no spreadsheet sees a formula in them."""

import os
import re
import uuid
from dataclasses import dataclass
from pathlib import Path

# Byte order marks that platforms write, and the encoding that each tells.
MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
SEPARATORS = ",;\t"
# What Excel and LibreOffice pass over before they look for a formula, or might.
_PADDING = '\\s\\x00-\\x1f\\xa0\\u200b-\\u200f\\ufeff"'
# The wide forms are there because East Asian versions of Excel take them for the narrow ones.
_FORMULA = re.compile(f"[{_PADDING}]*[=+\\-@\uff1d\uff0b\uff0d\uff20]")
_HARMLESS = re.compile(r"\s*(?:[-+]?\d[\d.,]*(?:[eE][-+]?\d+)?\s*%?|-+)\s*")


@dataclass
class Sheet:
    """A CSV file, cell by cell.

    Attributes
    ----------
    rows : list of list of str
        Cells as they stand in the file, with their quotes; the first row is the header.
    ends : list of str
        How each row ends: CR LF, LF, or nothing.
    separator, mark, encoding : str, bytes, str
        What stands between cells, the file's byte order mark, and Python's name of its encoding.
    """

    rows: list[list[str]]
    ends: list[str]
    separator: str
    mark: bytes
    encoding: str

    @property
    def header(self) -> list[str]:
        """Names of the columns."""
        return [value(cell).strip() for cell in self.rows[0]]

    def get(self, row: int, column: int | None) -> str:
        """What a cell says; nothing where the row is too short."""
        cells = self.rows[row]
        return value(cells[column]) if column is not None and column < len(cells) else ""

    def set(self, row: int, column: int, text: str) -> None:
        """Put a text into a cell, quoted as the cell was or as it must be."""
        cells = self.rows[row]
        cells.extend([""] * (column + 1 - len(cells)))
        cells[column] = _raw(text, self.separator, quoted=cells[column].startswith('"'))

    def dump(self) -> bytes:
        """The file again: where nothing was set, byte for byte."""
        lines = (self.separator.join(cells) + end for cells, end in zip(self.rows, self.ends))
        return self.mark + "".join(lines).encode(self.encoding)


def load(data: bytes) -> Sheet:
    """Read a CSV file in the dialect and encoding that it happens to have.

    Raises
    ------
    ValueError
        If it is a workbook of Excel, or empty.
    """
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise ValueError("file must be a CSV file, got an Excel workbook: save it as CSV UTF-8")
    text, mark, encoding = _decode(data)
    if not text.strip():
        raise ValueError("file must be a CSV file with a header, got an empty file")
    separator = max(SEPARATORS, key=lambda each: len(_split(text, each, limit=1)[0][0]))
    rows, ends = _split(text, separator)
    return Sheet(rows, ends, separator, mark, encoding)


def _decode(data: bytes) -> tuple[str, bytes, str]:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding), mark, encoding
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding), b"", encoding
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), b"", "latin-1"


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(f"file must be {encoding} as its first bytes say: {error}") from error


def _split(
    text: str, separator: str, limit: int | None = None
) -> tuple[list[list[str]], list[str]]:
    """Rows of cells, quotes and all, and what each row ends with."""
    plain = f"[^{separator}\r\n]*"
    token = re.compile(f'("[^"]*(?:""[^"]*)*"{plain}|{plain})({separator}|\r\n|\r|\n|\\Z)')
    rows, ends, cells, position = [], [], [], 0
    while position < len(text) or cells:
        match = token.match(text, position)
        position = match.end()
        cells.append(match[1])
        if match[2] != separator:
            rows.append(cells)
            ends.append(match[2])
            cells = []
        if limit and len(rows) == limit:
            break
    return rows, ends


def value(cell: str) -> str:
    """What a cell says, without its quotes."""
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"')
    return cell


def _raw(text: str, separator: str, quoted: bool = False) -> str:
    if quoted or any(character in text for character in f'{separator}"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def safe(text: str, separator: str = ",") -> str:
    """Guard a text against being taken for a formula, with apostrophes before what begins one.

    A spreadsheet may split a line at another separator than the file's own, so what follows a
    comma, semicolon, tab or new line within the cell is guarded as well. A number stays one.

    Parameters
    ----------
    text : str
        What the cell shall say.
    separator : str
        The file's own, at which nothing within a quoted cell is split.
    """
    if _HARMLESS.fullmatch(text):
        return text
    breaks = SEPARATORS.replace(separator, "") + "\r\n"
    parts = re.split(f"([{breaks}])", text)
    parts[::2] = ["'" + part if _FORMULA.match(part) else part for part in parts[::2]]
    guarded = "".join(parts)
    return "'" + guarded if guarded.startswith(("\t", "\r", "\n")) else guarded


def unguarded(text: str) -> str:
    """The text that `safe` made this of."""
    return text[1:] if text.startswith("'") and safe(text[1:]) == text else text


def write_table(path: Path, header: list[str], rows: list[list[str]]) -> None:
    """Write a CSV file as a whole or not at all, with no formula in it.

    It is UTF-8 with a byte order mark, without which Excel shows no umlauts.
    """
    lines = [",".join(_raw(safe(str(cell)), ",") for cell in row) for row in [header, *rows]]
    replace_file(path, MARKS[0][0] + "".join(line + "\r\n" for line in lines).encode())


def replace_file(path: Path, data: bytes) -> None:
    """Write a file under another name and rename it when it is complete."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
