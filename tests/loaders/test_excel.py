import datetime as dt
import re
import subprocess
import sys
import zipfile

import pytest
from openpyxl import Workbook

from custservice.errors import InputError
from custservice.loaders import load_visits, read_reviews, read_visits
from custservice.loaders.excel import read_excel
from custservice.tables import NO_TEXT

HEADER = ["Client No", "Date", "Comment", "Stars"]
DAY = dt.datetime(2024, 3, 4, 18, 30)
ROW = [42, DAY, "They were kind.", 5]


def workbook(path, *rows, title="Reviews", **others):
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    for name, lines in others.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    book.save(path)
    return path


def rewrite(path, change, part="xl/worksheets/sheet1.xml"):
    """Change one part of a workbook, as programs other than ours write it."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    before = parts[part].decode()
    parts[part] = change(before).encode()
    assert parts[part].decode() != before
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return path


def test_types_of_values(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        [*HEADER, "Member since", "Regular"],
        [42, DAY, "They were kind.", 5, 2019, True],
        [7.0, dt.date(2024, 3, 5), "They were kind.", "4.5", None, False],
        ["007", "2024-03-06", "They were kind.", 3.5, 2020, None],
        [900719925474099, DAY, 5, None, 2021, None],
    )
    loaded = read_reviews(path)
    assert loaded.table["customer_id"].tolist() == ["42", "7", "007", "900719925474099"]
    assert loaded.table["reviewed_at"].dt.strftime("%m-%d %H:%M").tolist() == [
        "03-04 18:30",
        "03-05 00:00",
        "03-06 00:00",
        "03-04 18:30",
    ]
    assert loaded.table["rating"].tolist()[:3] == [5, 4.5, 3.5]
    assert loaded.table["text"].tolist()[3] == "5"
    assert loaded.table["Member since"].dropna().tolist() == [2019, 2020, 2021]
    assert loaded.quarantine.empty


def test_a_number_shown_with_zeros_keeps_them(tmp_path):
    book = Workbook()
    book.active.append(["client", "date", "total"])
    book.active.append([42, DAY, 3])
    book.active["A2"].number_format = "00000"
    book.active["C2"].number_format = "0.00"
    book.save(tmp_path / "a.xlsx")
    visits = load_visits(tmp_path / "a.xlsx")
    assert visits[["customer_id", "spend"]].values.tolist() == [["00042", 3.0]]


def test_empty_rows_are_passed_over_and_the_others_bear_their_number(tmp_path):
    nobody = [None, DAY, "They were kind.", 5]
    path = workbook(tmp_path / "a.xlsx", [], HEADER, [], ROW, ["", "  "], [None] * 4, nobody, [42, "soon", "Kind."])
    loaded = read_reviews(path)
    assert loaded.table["review_id"].tolist() == ["r00000004"]
    assert loaded.quarantine[["row", "reason"]].values.tolist() == [[7, "no customer"], [8, "unreadable date"]]
    assert loaded.rows_in == 3


def test_rows_that_break_the_schema_are_set_aside(tmp_path):
    late = dt.datetime(2999, 1, 1)
    path = workbook(tmp_path / "a.xlsx", HEADER, ROW, [1, DAY, "N/A"], [2, late, "Kind."], [3, None, "Kind."])
    assert read_reviews(path).reasons == {NO_TEXT: 1, "date in the future": 1, "no date": 1}


def test_days_and_months_are_not_guessed(tmp_path):
    path = workbook(tmp_path / "a.xlsx", HEADER, [1, "03/04/2024", "Kind."])
    with pytest.raises(InputError, match="could be day first or month first"):
        read_reviews(path)
    loaded = read_reviews(path, columns={"reviewed_at": {"column": "Date", "format": "dayfirst"}})
    assert loaded.table["reviewed_at"].dt.month.tolist() == [4]


def test_which_sheet_is_read(tmp_path):
    visits = [["client", "date"], ["ann", DAY], ["bob", DAY]]
    path = workbook(tmp_path / "a.xlsx", HEADER, ROW, Visits=visits)
    loaded = read_reviews(path)
    assert len(loaded.table) == 1
    assert any("sheet 'Reviews' of a.xlsx was read; the others (Visits)" in note for note in loaded.notes)
    loaded = read_visits(path, sheet="visits")
    assert loaded.table["customer_id"].tolist() == ["ann", "bob"]
    assert not any("was read" in note for note in loaded.notes)
    with pytest.raises(InputError, match=r"no sheet 'Visit' \(did you mean 'Visits'"):
        read_visits(path, sheet="Visit")


def test_a_hidden_sheet_is_not_the_first(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ["secret"], ["x"], title="Lists", Reviews=[HEADER, ROW])
    rewrite(path, lambda xml: xml.replace('state="visible"', 'state="hidden"', 1), "xl/workbook.xml")
    assert read_reviews(path).table["customer_id"].tolist() == ["42"]


def test_a_sheet_of_no_workbook_is_an_error(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("client,date\nann,2024-01-01\n")
    with pytest.raises(InputError, match=r"'sheet' is a setting of the format 'excel', and the files are in .* 'csv'"):
        read_visits(path, sheet="June")
    with pytest.raises(InputError, match=r"No format has a setting 'shet' \(did you mean 'sheet'"):
        read_visits(path, shet="June")


def test_a_sheet_is_asked_of_workbooks_alone(tmp_path):
    (tmp_path / "a.csv").write_text("client,date\nann,2024-01-01\n")
    path = workbook(tmp_path / "b.xlsx", ["nothing"], Visits=[["client", "date"], ["bob", DAY]])
    assert read_visits([tmp_path / "a.csv", path], sheet="Visits").table["customer_id"].tolist() == ["ann", "bob"]


def test_formulas_count_with_their_stored_results(tmp_path):
    path = workbook(tmp_path / "a.xlsx", HEADER, ["=40+2", DAY, '="They"&" smiled."', 5], [1, DAY, "Kind.", "=5"])
    silent = read_reviews(path)
    assert silent.reasons == {"no customer; no text": 1}
    assert any("3 formulas of" in note and "(A2, C2, D3)" in note for note in silent.notes)

    def calculated(xml):
        xml = re.sub(r"(<f>40\+2</f>)<v ?/?>(</v>)?", r"\1<v>42</v>", xml)
        xml = re.sub(r'(<c r="C2")[^>]*>(<f>[^<]*</f>)<v ?/?>(</v>)?', r'\1 t="str">\2<v>They smiled.</v>', xml)
        return re.sub(r'(<c r="D3")[^>]*>(<f>[^<]*</f>)<v ?/?>(</v>)?', r'\1 t="str">\2<v></v>', xml)

    loaded = read_reviews(rewrite(path, calculated))
    assert loaded.table[["customer_id", "text"]].values.tolist() == [["42", "They smiled."], ["1", "Kind."]]
    assert not any("formulas" in note for note in loaded.notes)


def test_errors_of_excel_are_no_values(tmp_path):
    book = workbook(tmp_path / "a.xlsx", HEADER, ["#N/A", DAY, "Kind.", 5], ROW)
    loaded = read_reviews(book)
    assert loaded.reasons == {"no customer": 1}
    assert any("1 cells of sheet 'Reviews' of a.xlsx hold an Excel error" in note for note in loaded.notes)
    assert any("(#N/A in A2)" in note for note in loaded.notes)


@pytest.mark.parametrize(
    "above", [["Report of June"], ["Report", None, None, "June"], [None, "Report"], ["Report of June", "2024"]]
)
def test_a_title_above_the_header_is_an_error(tmp_path, above):
    path = workbook(tmp_path / "a.xlsx", above, [], [*HEADER, "Branch"], [*ROW, "West"])
    with pytest.raises(InputError, match=r"Row 1 of sheet 'Reviews' of a\.xlsx, the first that is filled, names"):
        read_reviews(path)


@pytest.mark.parametrize("cells", ["A1:D1", "A1:B1", "C1:C2"])
def test_merged_cells_in_the_header_are_an_error(tmp_path, cells):
    book = Workbook()
    for row in (["Who", "What", "When", "Why"], HEADER, ROW):
        book.active.append(row)
    book.active.merge_cells(cells)
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match=rf"Row 1 .* has merged cells \({cells}\): give every column its name"):
        read_reviews(tmp_path / "a.xlsx")


def test_merged_cells_below_are_said(tmp_path):
    book = Workbook()
    for row in ([*HEADER, "Branch"], [*ROW, "West"], [*ROW, None]):
        book.active.append(row)
    book.active.merge_cells("E2:E3")
    book.save(tmp_path / "a.xlsx")
    loaded = read_reviews(tmp_path / "a.xlsx")
    assert loaded.table["location_id"].tolist() == ["West", "unknown"]
    assert any("merged (E2:E3): only the first cell of each" in note for note in loaded.notes)


def test_columns_without_a_name_are_kept(tmp_path):
    rows = [[0, *ROW, "x"], [1, *ROW, "y"]]
    loaded = read_reviews(workbook(tmp_path / "a.xlsx", [None, *HEADER, None, None, "Date"], *rows))
    assert loaded.table["column 1"].tolist() == [0, 1]
    assert loaded.table["column 6"].tolist() == ["x", "y"]
    assert "column 7" not in loaded.table


def test_a_wrong_size_of_the_sheet_loses_no_row(tmp_path):
    path = workbook(tmp_path / "a.xlsx", HEADER, ROW, [1, DAY, "Kind.", 5])
    rewrite(path, lambda xml: re.sub(r'<dimension ref="[^"]*"', '<dimension ref="A1"', xml))
    assert len(read_reviews(path).table) == 2


def test_what_cells_hold_is_only_text(tmp_path):
    book = Workbook()
    book.active.append(HEADER)
    texts = ["=cmd|' /C calc'!A0", "<script>alert(1)</script> kind", "word" * 8000, "zero _x0000_ and line_x000D_\nend"]
    for number, text in enumerate(texts, start=2):
        book.active.append([number, DAY, text, 5])
        book.active.cell(number, 3).data_type = "s"
    book.save(tmp_path / "a.xlsx")
    path = rewrite(tmp_path / "a.xlsx", lambda xml: xml.replace("word" * 8000, "word" * 40_000))
    found = read_reviews(path).table["text"].tolist()
    assert found == [*texts[:2], "word" * 40_000, "zero \x00 and line\r\nend"]


def test_several_workbooks_are_one_table(tmp_path):
    for month in ("01", "02"):
        workbook(tmp_path / f"m{month}.xlsx", HEADER, ROW)
    loaded = read_reviews(str(tmp_path / "m*.xlsx"))
    assert loaded.table["review_id"].tolist() == ["r00000002", "r00000004"]


def broken(path, kind):
    whole = workbook(path, HEADER, ROW).read_bytes()
    if kind == "cut":
        path.write_bytes(whole[:2000])
    elif kind == "no sheet":
        rewrite(path, lambda xml: xml[: len(xml) // 2])
    elif kind == "far row":
        rewrite(path, lambda xml: xml.replace('<row r="2"', '<row r="99999999"'))
    elif kind == "binary":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("xl/workbook.bin", "x")
    elif kind == "text":
        path.write_text("client,date\n")
    return path


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("cut", "is not an Excel workbook"),
        ("no sheet", "is a damaged Excel workbook"),
        ("far row", r"is a damaged Excel workbook \(more than 1,048,576 rows\)"),
        ("binary", r"\.xlsb"),
        ("text", "is not an Excel workbook"),
    ],
)
def test_what_is_no_workbook_is_one_sentence(tmp_path, kind, message):
    with pytest.raises(InputError, match=message) as caught:
        read_excel([broken(tmp_path / "a.xlsx", kind)])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("rows", [[], [HEADER]])
def test_a_sheet_without_rows_is_an_error(tmp_path, rows):
    with pytest.raises(InputError, match='no header with rows under it: name another with sheet = "More"'):
        read_excel([workbook(tmp_path / "a.xlsx", *rows, More=[HEADER])])


def test_openpyxl_is_imported_for_workbooks_alone(tmp_path):
    (tmp_path / "a.csv").write_text("client,date\nann,2024-01-01\n")
    code = "import sys, custservice as cs; cs.load_visits('a.csv'); sys.exit('openpyxl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False).returncode == 0


def test_without_openpyxl_one_sentence_says_what_to_do(tmp_path, monkeypatch):
    path = workbook(tmp_path / "a.xlsx", HEADER, ROW)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(InputError, match=r"openpyxl that reads them is not installed: install it .* or save .* CSV"):
        read_reviews(path)
