"""What a chat group is told of a report: a few lines a figure, plain, and never longer than the group takes."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from report_engine.exporting.book import Book, Part
from report_engine.exporting.note import note
from report_engine.table import Column, Table, Total

NOW = datetime(2026, 3, 5, 6, 30, tzinfo=UTC)
DAY = Column("date", {"zh": "日期"}, "dimension", "day")
PAID = Column("paid", {"zh": "实收"}, "measure", "money", "up")
CHANGE = Column("paid@previous_period.change", {"zh": "环比"}, "compare", "percent", "up", "paid")
DAYS = [(date(2026, 3, day), Decimal(day), Decimal("0.1")) for day in range(1, 9)]
TOTAL = (Total((), ((None, Decimal(36), Decimal("-0.25")),)),)


def said(part: Part, most: int = 4_000, link: str = "") -> list[str]:
    book = Book("看板", [part], "院长", "zh", "Asia/Shanghai", NOW, told=[("时间", "本月")])
    return note(book, most, link).splitlines()


def part(rows: Any = DAYS, **more: Any) -> Part:
    return Part("paid", "实收", Table((DAY, PAID, CHANGE), tuple(rows), TOTAL, as_of=NOW), **more)


def test_a_number_is_told_as_its_total_with_the_change() -> None:
    assert said(part(chart="kpi")) == [
        "时间：本月",
        "数据截至 2026-03-05 14:30",
        "",
        "**实收**",
        "¥36.00（-25%）",
    ]


def test_of_days_the_last_ones_are_told_after_the_total() -> None:
    lines = said(part())
    assert lines[4] == "¥36.00（-25%）"
    assert lines[5:] == [f"- 2026年3月{day}日：¥{day}.00（+10%）" for day in range(4, 9)] + ["……共 8 行"]


def test_names_neither_mention_nor_link() -> None:
    name = Column("name", {"zh": "姓名"}, "dimension", "text")
    rows = (("<@all> [x](http://a.b) **张三**\n# 头", Decimal(1)),)
    lines = said(Part("names", "名单", Table((name, PAID), rows, as_of=NOW)))
    assert lines[-1] == "- ＜＠all＞ ［x］(http://a.b) ＊＊张三＊＊ ＃ 头：¥1.00"


def test_it_is_never_longer_than_the_group_takes() -> None:
    parts = [part() for _ in range(40)]
    book = Book("看板", parts, "院长", "zh", "Asia/Shanghai", NOW)
    made = note(book, 1_500, "https://clinic.example/dashboards/group")
    assert len(made.encode()) <= 1_500
    assert made.splitlines()[-2:] == ["……其余见看板", "https://clinic.example/dashboards/group"]


def test_an_empty_figure_and_one_that_failed_say_so() -> None:
    assert said(part(rows=()))[-1] == "没有数据"
    assert said(Part("note", "说明", text="目标=1"))[-1] == "目标=1"
