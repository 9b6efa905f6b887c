"""Text files as people have them."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ulcag.errors import InputError
from ulcag.text import CsvFile, create_text, encoding_of, read_text, with_cell

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_any_encoding_is_read_and_written_again(encoding: str, tmp_path: Path) -> None:
    path, copy = tmp_path / "t.csv", tmp_path / "copy.csv"
    path.write_bytes("image;label\r\nmüller.jpg;glücklich\r\n".encode(encoding))
    table = CsvFile(path)
    assert table.header == ["image", "label"]
    assert [(record.row, record.cells) for record in table.rows()] == [(2, ["müller.jpg", "glücklich"])]
    with create_text(copy, table.encoding) as file:
        file.writelines(record.text for record in table.records())
    assert copy.read_bytes() == path.read_bytes()
    assert read_text(path) == "image;label\nmüller.jpg;glücklich\n"


def test_what_is_no_text_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    with pytest.raises(InputError, match="no such file"):
        encoding_of(path)
    path.write_bytes(b"a,b\n\x81\x8d,1\n")  # bytes that Windows-1252 does not have
    with pytest.raises(InputError, match="save it again as UTF-8"):
        read_text(path)
    with pytest.raises(InputError, match="save it again as UTF-8"):
        list(CsvFile(path).rows())


def test_zero_bytes_at_the_end_of_a_copy_are_no_utf_16(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"image,label\na.jpg,sad\n" + bytes(40))
    assert [record.cells for record in CsvFile(path).records()][:2] == [["image", "label"], ["a.jpg", "sad"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    lines = [["\ufeff image ", '"the, label"', "x"], ["a b.jpg", ' " happy" ', ""], [" ", "", ""], ["c.jpg", "sad"]]
    path.write_text("\n".join(delimiter.join(line) for line in lines))
    table = CsvFile(path)
    assert (table.delimiter, table.header) == (delimiter, ["image", "the, label", "x"])
    rows = [(record.row, record.cells) for record in table.rows()]
    assert rows == [(2, ["a b.jpg", "happy", ""]), (4, ["c.jpg", "sad", ""])]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_mark_that_is_there_twice_is_no_part_of_the_text(codec: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("\ufeffimage,label\n".encode(codec))
    assert CsvFile(path).header == ["image", "label"] and read_text(path) == "image,label\n"
    with create_text(tmp_path / "again", encoding_of(path)) as file:
        file.write(read_text(path))
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_a_row_longer_than_the_header_is_an_error_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text('"image","label"\n"1","0.jpg","happy"\n')
    with pytest.raises(InputError, match=r"row 2\n.*2 cells, like the header\n.*3: .*\n.*row names written by R"):
        list(CsvFile(path).rows())


def test_empty_cells_beyond_the_header_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b,,\n1,2,,\n")
    assert [record.cells for record in CsvFile(path).rows()] == [["1", "2"]]


@pytest.mark.parametrize("rows", [0, 1, 400_000])
def test_a_quote_that_is_not_closed_is_an_error(rows: int, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('a,b\n1,"2\n' + "3,4\n" * rows)
    with pytest.raises(InputError, match=r"row 2\n(?s:.*)unclosed quotation mark"):
        list(CsvFile(path).rows())


def test_columns_are_found_by_name(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("b, a ,c,c\n")
    assert CsvFile(path).places(["a", "b"]) == {"a": 1, "b": 0}
    with pytest.raises(InputError, match=r"columns a, d\n.*no d in: b, a, c, c"):
        CsvFile(path).places(["a", "d"])
    with pytest.raises(InputError, match=r"one column 'c'\n.*several"):
        CsvFile(path).places(["c"])
    path.write_text("Image,LABEL,label,x,X\n")
    assert CsvFile(path).places(["image", "label"]) == {"image": 0, "label": 2}
    with pytest.raises(InputError, match=r"no lAbel in: Image"):
        CsvFile(path).places(["lAbel"])


@given(
    cells=st.lists(st.text(alphabet="ab ,;\"'", max_size=5).map(str.strip), min_size=2, max_size=5),
    delimiter=st.sampled_from(",;\t|"),
    place=st.integers(0, 1),
    value=st.text(alphabet='xy ,;"', min_size=1, max_size=4).map(str.strip),
)
def test_a_cell_is_replaced_and_no_other(
    cells: list[str], delimiter: str, place: int, value: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("text") / "t.csv"
    header = delimiter.join(f"c{number}" for number in range(len(cells)))
    text = delimiter.join('"' + cell.replace('"', '""') + '"' for cell in cells)
    path.write_text(f"{header}\n{with_cell(text, place, value, delimiter)}\n")
    expected = [value if number == place else cell for number, cell in enumerate(cells)]
    assert [record.cells for record in CsvFile(path).rows()] == ([expected] if any(expected) else [])


FIELDS = st.lists(st.text(st.sampled_from('ab ,"\n\rü'), max_size=5), min_size=2, max_size=4)


@given(table=st.lists(FIELDS, min_size=1, max_size=3), quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_records_keep_their_text_and_are_counted_in_lines(
    table: list[list[str]], quoting: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("text") / "t.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=quoting).writerows([["head"], *table])  # type: ignore[arg-type]
    records = list(CsvFile(path).records())
    text = "".join(record.text for record in records)
    assert text.encode() == path.read_bytes()
    assert [record.cells for record in records[1:]] == [[cell.strip() for cell in fields] for fields in table]
    lines = [1 + len("".join(r.text for r in records[:n]).splitlines()) for n in range(len(records))]
    assert [record.row for record in records] == lines


def test_a_new_text_is_never_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "original")
    with pytest.raises(FileExistsError):
        create_text(tmp_path / "link", encoding_of(Path(__file__)))


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_first_line_for_excel_is_no_row(delimiter: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("sep=;\r\na;b,c,d\r\n1;2\r\n".replace(";", delimiter).encode())
    table = CsvFile(path)
    assert (table.delimiter, table.header) == (delimiter, ["a", "b,c,d"])
    assert [(record.row, record.cells) for record in table.rows()] == [(3, ["1", "2"])]
    assert "".join(record.text for record in table.records()).encode() == path.read_bytes()
