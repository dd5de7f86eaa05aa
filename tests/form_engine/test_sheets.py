"""Files that people upload: read by what they hold, refused in words when they cannot be."""

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from engine.problems import Rejected, TooMany
from form_engine.importing import sheets
from form_engine.importing.guessing import Target, guess, layout_key
from form_engine.importing.sheets import read_book

DATA = Path(__file__).parent.parent / "data"


def xlsx(*rows: list[object]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("线索")
        for index, row in enumerate(rows):
            sheet.write_row(index, 0, row)
    return target.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(Rejected) as error:
        read_book(data)
    problem = error.value.problems[0]
    assert problem.message("zh")
    assert problem.message("en")
    assert problem.hint("zh")
    assert problem.hint("en")
    return problem.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_is_read_in_every_encoding(encoding: str) -> None:
    book = read_book("姓名,手机\n张三,19900046889\n李四,19900046890\n".encode(encoding))
    assert [list(row) for row in book.sheet(None).rows] == [
        ["姓名", "手机"],
        ["张三", "19900046889"],
        ["李四", "19900046890"],
    ]


@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(mark: str) -> None:
    book = read_book(f"姓名{mark}手机\n张三{mark}1\n".encode())
    assert list(book.sheet(None).rows[1]) == ["张三", "1"]


def test_quoted_line_ends_stay_in_their_cell() -> None:
    assert read_book('姓名,备注\n张三,"第一行\n第二行"\n'.encode()).sheet(None).rows[1][1] == "第一行\n第二行"


def test_a_workbook_called_csv_is_still_a_workbook() -> None:
    book = read_book(xlsx(["姓名", "手机"], ["张三", 19900046889]))
    assert book.kind == "sheet"
    assert book.sheet(None).rows[1][0] == "张三"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "import.empty"),
        (b"\xef\xbb\xbf", "import.empty"),
        (b"\n\n \n", "import.empty"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "import.is_html"),
        (b"\n<!DOCTYPE html><html></html>", "import.is_html"),
        ("\ufeff<table><tr><td>姓名</td></tr></table>".encode("utf-16"), "import.is_html"),
        (b"PK\x03\x04nonsense", "import.not_a_sheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1nonsense", "import.not_a_sheet"),
        (b"\x89PNG\r\n\x1a\n\x00\x01\x02\x03", "import.not_a_sheet"),
        (b"a,b\n" + b"x" * 200_000 + b"\n", "import.not_a_sheet"),
    ],
)  # fmt: skip
def test_what_is_no_sheet_is_refused_in_words(data: bytes, code: str) -> None:
    assert refused(data) == code


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("../../etc/passwd", "x")
    assert refused(target.getvalue()) == "import.not_a_sheet"


def test_a_zip_bomb_is_stopped_before_it_unfolds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_UNPACKED_BYTES", 1 << 20)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", b"0" * (4 << 20))
    with pytest.raises(TooMany):
        read_book(target.getvalue())


def test_too_many_rows_and_bytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 10)
    with pytest.raises(TooMany):
        read_book(b"a,b\n" * 11)
    monkeypatch.setattr(sheets, "MOST_BYTES", 100)
    with pytest.raises(TooMany):
        read_book(b"a,b\n" * 100)


LEAD = (
    Target("name", {"zh": "姓名", "en": "Name"}, ("客户姓名", "昵称", "称呼")),
    Target("phone", {"zh": "手机号", "en": "Phone"}, ("电话", "联系方式", "联系电话"), looks="phone"),
    Target("intent_items", {"zh": "意向项目", "en": "Wanted"}, ("咨询项目", "需求")),
    Target("created_at", {"zh": "创建时间", "en": "Created"}, ("留资时间", "日期", "登记日期")),
    Target("stage", {"zh": "状态", "en": "Stage"}, (), "option", frozenset({"新线索", "已联系"})),
)


@pytest.mark.parametrize(
    ("sheet", "fields"),
    [
        (
            "dental",
            {"客户姓名": "name", "手机号": "phone", "意向项目": "intent_items", "留资时间": "created_at"},
        ),
        (
            "acupuncture",
            {"姓名": "name", "联系电话": "phone", "主诉/需求": "intent_items", "登记日期": "created_at"},
        ),
        (
            "aesthetic",
            {"昵称": "name", "联系方式": "phone", "咨询项目": "intent_items", "日期": "created_at"},
        ),
    ],
)
def test_the_messy_sheets_are_understood(sheet: str, fields: dict[str, str]) -> None:
    rows = read_book((DATA / f"sample_leads_{sheet}_messy.csv").read_bytes()).sheet(None).rows
    found = guess(rows, LEAD)
    assert found.header_row == 0
    assert {c.header: c.field for c in found.columns if c.field}.items() >= fields.items()


def test_a_title_above_the_headers_is_not_taken_for_them() -> None:
    rows = [["2026年3月线索汇总表"], [], ["姓名", "电话", "日期"], ["张三", "19900046889", "2026-03-01"]]
    assert guess(rows, LEAD).header_row == 2


def test_columns_without_known_headers_are_guessed_by_content() -> None:
    rows = [
        ["A列", "B列", "C列"],
        ["张三", "19900046889", "新线索"],
        ["李四", "19900046890", "已联系"],
        ["王五", "+86 19900046891", "新线索"],
    ]
    columns = {c.header: (c.field, c.why) for c in guess(rows, LEAD).columns}
    assert columns == {"A列": (None, ""), "B列": ("phone", "content"), "C列": ("stage", "content")}


def test_each_field_is_fed_by_one_column() -> None:
    columns = guess([["手机号", "电话", "联系电话"], ["19900046889", "1", "2"]], LEAD).columns
    assert [c.field for c in columns] == ["phone", None, None]


def test_a_layout_is_known_again_whatever_its_case_and_width() -> None:
    assert (
        layout_key(["姓名", "Phone "]) == layout_key(["姓 名", "ｐｈｏｎｅ"]) != layout_key(["姓名", "手机"])
    )


def test_a_header_is_about_what_stands_at_its_end() -> None:
    branch = Target("branch_id", {"zh": "分院", "en": "Branch"}, ("到院",))
    columns = guess([["到院时间", "客户手机号"], ["2026-03-01", "19900046889"]], (branch, *LEAD)).columns
    assert [c.field for c in columns] == [None, "phone"]
