"""What leaves the house: real cells in sheets, honest text, pages with Chinese; nothing that runs, nothing that breaks."""

import csv
import io
import tracemalloc
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from PIL import Image

from engine.problems import Rejected
from report_engine.chart import CHARTS
from report_engine.exporting import pages
from report_engine.exporting.book import Book, Part
from report_engine.exporting.formats import FORMATS
from report_engine.exporting.kinds.xlsx import sheet_names
from report_engine.problems import EMPTY
from report_engine.table import Column, Table, Total
from tests.reports.charts.making import (
    CASES,
    CHANNEL,
    COUNT,
    FIVE,
    MONTH,
    PAID,
    RATE,
    dimension,
    flag,
    measure,
    table,
)

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
GRAND = Total((), ((None, Decimal("444757.28"), 88, Decimal("0.3")),))
CHANNELS = table([CHANNEL, PAID, COUNT, RATE], *[(r[0], r[6], r[7], r[8]) for r in FIVE], totals=[GRAND])
MONTHS = table([MONTH, PAID], *[(r[2], r[6]) for r in FIVE])


def book(*parts: Part, lang: str = "zh", name: str = "看板") -> Book:
    return Book(name, parts, "张院长", lang, "Asia/Shanghai", AT, "示例口腔", [("时间", "本月")])


def part(made: Table, name: str = "渠道实收", chart: str = "table", **more: Any) -> Part:
    return Part("one", name, made, chart, **more)


def written(kind: str, given: Book) -> bytes:
    target = io.BytesIO()
    FORMATS.get(kind).write(given, target, None)
    return target.getvalue()


def sheet(given: Book, name: str | None = None) -> Any:
    made = load_workbook(io.BytesIO(written("xlsx", given)))
    return made[name] if name else made.worksheets[0]


def lines(page: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in page.iter_rows()]


def test_a_sheet_holds_numbers_with_their_formats_and_says_what_was_asked() -> None:
    page = sheet(book(part(CHANNELS, told=[("筛选", "只看有效线索")])))
    shown = lines(page)
    assert shown[0][0] == "渠道实收"
    assert shown[1][0] == "筛选: 只看有效线索"
    assert shown[2][0] == "数据截至: 2026-11-22 16:00"
    head = next(at for at, row in enumerate(shown) if row[:2] == ["渠道", "实收"])
    assert shown[head + 1] == ["抖音", 123456.78, 12, 0.31]
    assert page.cell(head + 2, 2).number_format == "#,##0.00"
    assert page.cell(head + 2, 4).number_format == "0.0%"
    assert shown[-1] == ["合计", 444757.28, 88, 0.3]
    assert page.freeze_panes == f"A{head + 2}"


def test_days_months_and_instants_are_dates_in_the_readers_zone() -> None:
    moment = dimension("at", "时刻", "datetime")
    made = table([MONTH, moment, PAID], [date(2026, 1, 1), datetime(2026, 1, 31, 17, tzinfo=UTC), Decimal(1)])
    page = sheet(book(part(made)))
    last = lines(page)[-1]
    assert last[:2] == [datetime(2026, 1, 1), datetime(2026, 2, 1, 1)]
    assert page.cell(page.max_row, 1).number_format == "yyyy-mm"


def test_subtotals_stand_below_the_whole() -> None:
    of_month = Total(("month",), ((date(2026, 1, 1), None, Decimal(5)),))
    made = table(
        [MONTH, CHANNEL, PAID], [date(2026, 1, 1), "douyin", Decimal(5)],
        totals=[Total((), ((None, None, Decimal(5)),)), of_month],
    )  # fmt: skip
    shown = [[cell for cell in row if cell is not None] for row in lines(sheet(book(part(made))))]
    assert shown[-4:] == [["合计", 5], [], ["小计"], [datetime(2026, 1, 1), 5]]


def test_a_dashboard_has_a_sheet_a_figure_and_a_page_of_contents() -> None:
    given = book(
        part(CHANNELS), part(MONTHS, "月度"), Part("bad", "坏的", problems=[EMPTY.at("")]), Part("n", "说明", text="目标 100 万")
    )  # fmt: skip
    made = load_workbook(io.BytesIO(written("xlsx", given)))
    assert made.sheetnames == ["目录", "渠道实收", "月度", "坏的", "说明"]
    contents = lines(made["目录"])
    assert contents[0][0] == "看板"
    assert ["坏的", EMPTY.at("").message("zh")] in [row[:2] for row in contents]
    assert EMPTY.at("").message("zh") in lines(made["坏的"])[4][0]


@pytest.mark.parametrize(
    "evil", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "＝1+1", "http://x", "{=1}"]
)
def test_what_looks_like_a_formula_stays_a_text(evil: str) -> None:
    made = table([CHANNEL, PAID], [evil, Decimal(1)])
    given = book(part(made, evil, told=[(evil, evil)]), name=evil)
    page = sheet(given)
    assert all(cell.data_type != "f" for row in page.iter_rows() for cell in row)
    row = list(csv.reader(io.StringIO(written("csv", given).decode("utf-8-sig"))))[1]
    assert row[0] in (evil, f"'{evil}")
    assert not row[0].lstrip("\t ").startswith(("=", "+", "@", "＝"))


def test_a_csv_keeps_numbers_to_the_last_digit_and_its_mark() -> None:
    exact = Decimal("12345678901234567.89")
    made = table([CHANNEL, PAID], ["=x", exact], [None, Decimal("-5.00")])
    data = written("csv", book(part(made)))
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[1:] == [["'=x", "12345678901234567.89"], ["未填写", "-5.00"]]


def test_a_dashboard_as_csv_is_a_zip_with_a_file_a_figure() -> None:
    given = book(part(CHANNELS), part(MONTHS, "渠道实收"), Part("n", "../../说明", text="=1"))
    assert FORMATS.get("csv").suffix(given) == "zip"
    with zipfile.ZipFile(io.BytesIO(written("csv", given))) as packed:
        assert packed.namelist() == ["渠道实收.csv", "渠道实收 (2).csv", ".. .. 说明.csv"]
        assert packed.read(".. .. 说明.csv").decode("utf-8-sig") == "'=1\r\n"


def test_names_of_sheets_fit_excel_whatever_figures_are_called() -> None:
    found = sheet_names(["a" * 40, "A" * 40, "x/y:z", "", "History", "'q'", "目录"], {"目录"})
    assert all(0 < len(one) <= 31 for one in found)
    assert len({one.casefold() for one in found}) == len(found)
    assert found[2] == "x y z"
    assert "history" not in {one.casefold() for one in found}
    assert found[6] == "目录 (2)"


def test_flags_that_never_fly_take_no_column() -> None:
    small, rank = flag("small"), flag("rank")
    made = table([CHANNEL, PAID, small, rank], ["a", Decimal(1), False, 1], ["b", Decimal(2), None, 2])
    assert "small" not in str(lines(sheet(book(part(made)))))
    assert lines(sheet(book(part(made))))[-1] == ["b", 2, 2]


@pytest.mark.parametrize("case", sorted(CASES))
@pytest.mark.parametrize("kind", sorted(CHARTS.all()))
def test_every_chart_of_every_table_can_be_written(kind: str, case: str) -> None:
    given = book(part(CASES[case](kind), "图 #x *y* $z$ \x00<&", kind), part(CASES[case](kind), "二", kind))
    for form in ("xlsx", "csv", "pdf"):
        assert written(form, given)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_carry_chinese_and_the_dashboard(lang: str) -> None:
    given = book(part(CHANNELS, chart="bar"), part(MONTHS, "月度", "line"), Part("bad", "坏的", problems=[EMPTY.at("")]), lang=lang)  # fmt: skip
    assert written("pdf", given).startswith(b"%PDF-")
    picture = Image.open(io.BytesIO(written("png", given)))
    assert picture.width > 1200
    colours = {colour for _, colour in picture.convert("RGB").getcolors(picture.width * picture.height) or ()}
    assert (15, 133, 130) in colours


def test_what_people_wrote_is_set_as_it_stands_not_run() -> None:
    evil = '#panic("x") #read("/etc/passwd") $a$ *b* @ref \\ " ] {'
    laid = pages.layout(book(part(CHANNELS, evil, told=[(evil, evil)]), name=evil))
    assert laid["name"] == evil
    assert written("pdf", book(part(CHANNELS, evil, told=[(evil, evil)]), name=evil))


def test_long_tables_are_cut_on_paper_and_say_so() -> None:
    made = table([CHANNEL, PAID], *[(f"渠道{n}", Decimal(n)) for n in range(1500)])
    [line] = pages.layout(book(part(made)))["lines"]
    assert len(line["parts"][0]["rows"]["body"]) == 1000
    assert "1500" in line["parts"][0]["notes"][0]


def test_cards_stand_four_together_and_narrow_figures_in_pairs() -> None:
    card = table([PAID], [Decimal(1)])
    cards = [part(card, f"k{n}", "kpi", at=(n * 6, 0, 6, 3)) for n in range(3)]
    pair = [part(CHANNELS, "a", "bar", at=(0, 3, 12, 8)), part(MONTHS, "b", "line", at=(12, 3, 12, 8))]
    laid = pages.layout(book(*pair, *cards, part(CHANNELS, "t", "table", at=(0, 12, 12, 8))))
    assert [(len(line["parts"]), line["rest"]) for line in laid["lines"]] == [(3, 1), (2, 0), (1, 0)]


def test_no_half_of_a_line_is_left_empty_while_a_narrow_figure_follows() -> None:
    figures = [
        part(CHANNELS, "a", "bar", at=(0, 0, 12, 8)),
        part(CHANNELS, "t", "table", at=(12, 0, 12, 8)),
        part(MONTHS, "b", "line", at=(0, 8, 12, 8)),
    ]
    laid = pages.layout(book(*figures))
    assert [[one["name"] for one in line["parts"]] for line in laid["lines"]] == [["a", "b"], ["t"]]


def test_a_dashboard_lies_across_the_page_and_says_once_what_most_of_it_is_about() -> None:
    usual, other = [("", "时间：本月")], [("", "时间：今天")]
    parts = [part(CHANNELS, name, told=usual) for name in ("a", "b")]
    given = Book("看板", [*parts, part(CHANNELS, "c", told=other)], "张院长", "zh", "Asia/Shanghai", AT)
    laid = pages.layout(given)
    assert laid["paper"]["width"] > laid["paper"]["height"]
    assert laid["said"][:2] == [["", "时间：本月"], ["", "另有注明的除外"]]
    assert [line["parts"][0]["said"] for line in laid["lines"]] == [[], [], [["", "时间：今天"]]]


def test_lists_do_not_show_what_only_the_machine_calls_a_record() -> None:
    key = Column("id", {"zh": "记录", "en": "Record"}, "dimension", "text", form="customer")
    made = table([key, CHANNEL], ["01a1", "抖音"])
    assert "记录" not in str(lines(sheet(book(part(made)))))
    assert "记录" not in str(pages.layout(book(part(made))))


def test_without_a_chinese_font_the_reader_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    fonts, _ = pages.fonts_of(None)
    monkeypatch.setattr(pages, "fonts_of", lambda _folder: (fonts, None))
    with pytest.raises(Rejected) as refused:
        written("pdf", book(part(CHANNELS)))
    assert refused.value.problems[0].code == "export.no_font"
    english = Part("one", "Leads", table([measure("n", "", "integer")], [1]))
    assert written("pdf", Book("Leads", [english], "Ann", "en", "UTC", AT))


def test_writing_a_long_sheet_takes_little_memory_beside_the_table(tmp_path: Path) -> None:
    columns = [dimension("d", "名称"), MONTH, PAID, COUNT, RATE, *(measure(f"m{n}", "值") for n in range(5))]
    one: Sequence[Any] = (
        "渠道",
        date(2026, 1, 1),
        Decimal("12.34"),
        5,
        Decimal("0.5"),
        *[Decimal("1.50")] * 5,
    )

    def most(rows: int) -> int:
        made = book(part(table(columns, *([one] * rows))))
        tracemalloc.start()
        with (tmp_path / f"{rows}.xlsx").open("wb") as out:
            FORMATS.get("xlsx").write(made, out, None)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    most(10)
    assert most(5_000) - most(500) < 1_000_000
    with zipfile.ZipFile(tmp_path / "5000.xlsx") as packed:
        assert b'ref="A1:J500' in packed.open("xl/worksheets/sheet1.xml").read(400)


def test_a_card_without_a_number_is_a_dash_not_a_squeezed_table() -> None:
    blank = part(table([PAID, COUNT], [None, None]), "到诊成本", "kpi")
    line = pages.layout(book(blank, part(CHANNELS)))["lines"][0]["parts"][0]
    assert (line["text"], line["rows"], line["drawing"]) == ("–", None, None) or line["drawing"]


@pytest.mark.parametrize("is_alone", [True, False])
def test_below_a_forecast_on_paper_stands_its_error_and_that_the_past_is_short(is_alone: bool) -> None:
    rows = [(day, Decimal(n + 5), n > 3) for n, day in enumerate(r[2] for r in FIVE)]
    notes = {"smape": 8.24, "is_sure": False, "grain": "month", "tried": 12, "wanted": 24}
    made = replace(table([MONTH, PAID, flag("forecast")], *rows), notes=notes)
    given = book(*[part(made, "预测", "line")] * (1 if is_alone else 2))
    said = pages.layout(given)["lines"][0]["parts"][0]["notes"]
    assert said == ["回测误差 8.2%（近 12 个月）", "历史不足 24 个月，仅供参考"]
    assert written("pdf", given).startswith(b"%PDF")
