"""Text files as people have them: with a byte order mark, in UTF-16, from Windows; CSV with commas, semicolons or tabs.

What was read can be written again with other values and everything else as it was: a record keeps its own text, and a
file its encoding.
"""

import codecs
import csv
import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import IO

from ulcag.errors import InputError

# The longer mark first: that of UTF-32 begins like that of UTF-16.
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
DELIMITERS = ",;\t|"
# A first line such as `sep=;` tells Excel what stands between cells, and is no row.
_SAID = re.compile(r"sep=([,;\t|])", re.IGNORECASE)
# How much is looked at where the beginning of a file tells what it is, bytes.
_BEGINNING = 65536
# A picture of FER2013 is a cell of 9,000 characters; a quote that is never closed makes one of the rest of the file.
_LONGEST_CELL = 1_000_000


@dataclass(frozen=True)
class Encoding:
    """How a file holds its text: a codec of Python's, and the byte order mark that it begins with, if any."""

    codec: str
    mark: bytes = b""


def encoding_of(path: Path) -> Encoding:
    """The encoding of a text file: what its byte order mark says, UTF-16 without one, UTF-8, or else Windows-1252.

    Windows-1252 gives each byte a letter of its own, so that two names never become one.

    Raises:
        InputError: no such file, a folder, it may not be read, or it is none of these.
    """
    try:
        with open(path, "rb") as file:
            start = file.read(_BEGINNING)
            for mark, codec in _MARKS.items():
                if start.startswith(mark):
                    # Twice, if it was text to the program that turned the file into another encoding.
                    return Encoding(codec, mark * 2 if start.startswith(mark * 2) else mark)
            # Latin letters in UTF-16 have a zero byte each, before or behind; what a copy lacks is zero bytes in a row.
            even, odd = start[:1000:2].count(0), start[1:1000:2].count(0)
            if max(even, odd) > 2 * min(even, odd):
                return Encoding("utf-16-be" if even > odd else "utf-16-le")
            decoder = codecs.getincrementaldecoder("utf-8")()
            while start:
                decoder.decode(start)
                start = file.read(1 << 20)
            decoder.decode(b"", final=True)
            return Encoding("utf-8")
    except UnicodeDecodeError:
        return Encoding("cp1252")
    except FileNotFoundError:
        raise InputError(path, expected="a text file", found="no such file", do="check the path") from None
    except OSError as error:
        raise InputError(path, expected="a text file", found=error.strerror or str(error)) from None


def open_text(path: Path, encoding: Encoding | None = None) -> IO[str]:
    """A text file to read, its byte order mark left out, its line ends as they are; `encoding`, if it is known already.

    Raises:
        InputError: as `encoding_of`.
    """
    encoding = encoding or encoding_of(path)
    file = open(path, encoding=encoding.codec, newline="")  # noqa: SIM115  (the caller closes it)
    file.read(len(encoding.mark.decode(encoding.codec)))
    return file


def create_text(path: Path, encoding: Encoding) -> IO[str]:
    """A new text file to write, in another's encoding and with its byte order mark; line ends are written as given.

    Raises:
        FileExistsError: it is no new one; a link is never written through.
    """
    with open(path, "xb") as file:
        file.write(encoding.mark)
    return open(path, "a", encoding=encoding.codec, newline="")


def read_text(path: Path) -> str:
    """The whole text of a file, with `\\n` for each line end.

    Raises:
        InputError: as `encoding_of`, or bytes that its encoding does not have.
    """
    with open_text(path) as file:
        try:
            return file.read().replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeError as error:
            raise not_text(path, error) from None


def not_text(path: Path, error: UnicodeError) -> InputError:
    """The error for a file with bytes that its encoding does not have."""
    do = "save it again as UTF-8 (a spreadsheet: CSV UTF-8)"
    return InputError(path, expected="text in UTF-8, UTF-16 or Windows-1252", found=str(error), do=do)


@dataclass(frozen=True)
class Record:
    """One record of a CSV file.

    Attributes:
        row: the line that it begins in, the first of the file being 1: where an editor and a spreadsheet show it.
        text: as it stands in the file, line end included.
        cells: without white space around them.
        as_written: the same with it, where a cell is the name of something.
    """

    row: int
    text: str
    cells: list[str]
    as_written: list[str]

    @property
    def is_blank(self) -> bool:
        return not any(self.cells)


@dataclass(frozen=True)
class CsvFile:
    """A CSV file.

    Attributes:
        path: of the file.
        known_delimiter: what stands between its cells; if blank, what stands most often in its first line.
    """

    path: Path
    known_delimiter: str = ""

    @cached_property
    def encoding(self) -> Encoding:
        return encoding_of(self.path)

    @cached_property
    def delimiter(self) -> str:
        if self.known_delimiter:
            return self.known_delimiter
        with open_text(self.path, self.encoding) as file:
            try:
                # Cells may hold anything between quotes.
                first = re.sub(r'"[^"]*"', "", next((line for line in file if line.strip()), ""))
            except UnicodeError as error:
                raise not_text(self.path, error) from None
        if said := _SAID.fullmatch(first.rstrip("\r\n")):
            return said[1]
        counts = Counter(sign for sign in first if sign in DELIMITERS)
        return max(DELIMITERS, key=lambda sign: counts[sign])

    def records(self) -> Iterator[Record]:
        """Every record, blank ones and the header included.

        Raises:
            InputError: the file cannot be read, or is no CSV.
        """
        taken: list[str] = []

        def lines() -> Iterator[str]:
            for line in file:
                taken.append(line)
                yield line
            # One more, blank: it becomes a part of the last record if that is not closed.
            taken.append("")
            yield "\n"

        before = csv.field_size_limit(_LONGEST_CELL)
        row = 1
        try:
            with open_text(self.path, self.encoding) as file:
                reader = csv.reader(lines(), delimiter=self.delimiter, skipinitialspace=True)
                for cells in reader:
                    if taken[-1] == "":
                        if len(taken) > 1:
                            raise csv.Error("no end of a cell in quotation marks")
                        return
                    text = "".join(taken)
                    if row == 1 and _SAID.fullmatch(text.rstrip("\r\n")):
                        cells = []
                    yield Record(row, text, [cell.strip() for cell in cells], cells)
                    row += len(taken)
                    taken.clear()
        except UnicodeError as error:
            raise not_text(self.path, error) from None
        except csv.Error as error:
            do = "look for an unclosed quotation mark"
            raise InputError(f"{self.path}, row {row}", expected="CSV", found=str(error), do=do) from None
        finally:
            csv.field_size_limit(before)

    @cached_property
    def first(self) -> list[str]:
        """The cells of the first record that is not blank, which is no header in some files; none in an empty file."""
        return next((record.cells for record in self.records() if not record.is_blank), [])

    @cached_property
    def header(self) -> list[str]:
        """The names of the columns: the cells of the first record that is not blank; none in an empty file."""
        names = self.first
        while names and not names[-1]:
            names = names[:-1]
        return names

    def rows(self) -> Iterator[Record]:
        """The records below the header that are not blank, each with a cell for every column.

        Cells that are missing at the end are empty. Empty ones beyond the header are left out.

        Raises:
            InputError: as `records`, or a row has more cells than there are columns.
        """
        width = len(self.header)
        records = (record for record in self.records() if not record.is_blank)
        next(records, None)
        for record in records:
            cells = record.cells + [""] * (width - len(record.cells))
            if any(cells[width:]):
                raise self._too_many(record, width)
            yield replace(record, cells=cells[:width])

    def places(self, names: Sequence[str], what: str = "", do: str = "") -> dict[str, int]:
        """In which column each of some names stands, in capitals or not, the first being 0.

        Args:
            names: of the columns that are needed.
            what: the file is, for the message.
            do: what helps if one is missing.

        Raises:
            InputError: a column is missing, or there more than once.
        """
        own = {name: name if name in self.header else self._in_any_case(name) for name in names}
        missing = [name for name in names if own[name] not in self.header]
        if missing:
            expected = f"{what + ' with ' if what else ''}column{'s' * (len(names) > 1)} {', '.join(names)}"
            has = textwrap.shorten(", ".join(self.header), 300, placeholder=" ...") or "an empty file"
            if len(self.header) == 1 and any(sign in has for sign in DELIMITERS):
                do = "import it as CSV into a spreadsheet, and save it again: each line is a single cell here"
            raise InputError(self.path, expected=expected, found=f"no {', '.join(missing)} in: {has}", do=do)
        twice = [name for name in names if self.header.count(own[name]) > 1]
        if twice:
            do = "rename or remove one of them"
            raise InputError(self.path, expected=f"one column '{twice[0]}'", found="several", do=do)
        return {name: self.header.index(own[name]) for name in names}

    def _in_any_case(self, name: str) -> str:
        """The header's own name for a column that it has in other letters; the same if there is none, or several."""
        like = [own for own in self.header if own.lower() == name.lower()]
        return like[0] if len(like) == 1 else name

    def _too_many(self, record: Record, width: int) -> InputError:
        do = "name the first column, if it holds row names written by R"
        if len(record.cells) != width + 1 or self.delimiter == ",":
            do += "; put cells with a comma, such as decimal commas, in quotes, or save with semicolons"
        found = f"{len(record.cells)}: {record.text.strip()[:100]!r}"
        where = f"{self.path}, row {record.row}"
        return InputError(where, expected=f"{width} cells, like the header", found=found, do=do)


def with_cell(text: str, place: int, value: str, delimiter: str) -> str:
    """A record's text with another value in its cell number `place`, from 0; all the rest stays as it is written.

    The value is quoted if the old one was, or if it must be.
    """
    sign = re.escape(delimiter)
    cell = re.compile(rf'[ ]*"(?:[^"]|"")*"[^{sign}\r\n]*|[^{sign}\r\n]*')

    def match(start: int) -> re.Match[str]:
        found = cell.match(text, start)
        assert found is not None  # it matches the empty cell, too
        return found

    start = 0
    for _ in range(place):
        start = match(start).end() + 1
    old = match(start)
    if old.group().lstrip().startswith('"') or any(sign in value for sign in (delimiter, '"', "\r", "\n")):
        value = '"' + value.replace('"', '""') + '"'
    return text[:start] + value + text[old.end() :]
