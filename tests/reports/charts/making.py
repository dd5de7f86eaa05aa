"""Tables that every chart must bear: five rows, one, none, blanks, fifty groups, hostile words."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from report_engine.table import Cell, Column, Table, Total


def dimension(key: str, zh: str, form: str = "text", **more: Any) -> Column:
    return Column(key, {"zh": zh, "en": key}, "dimension", form, **more)


def measure(key: str, zh: str, form: str = "money", **more: Any) -> Column:
    return Column(key, {"zh": zh, "en": key}, "measure", form, **more)


CHANNEL = dimension("channel", "渠道", labels={"douyin": {"zh": "抖音", "en": "Douyin"}})
DOCTOR = dimension("doctor", "医生", form="text")
MONTH = dimension("month", "月份", "month")
DAY = dimension("day", "日期", "day")
WEEKDAY = dimension("weekday", "星期", "weekday")
HOUR = dimension("hour", "时段", "hour_of_day")
PAID = measure("paid", "实收", good="up")
COUNT = measure("count", "单数", "integer")
RATE = measure("rate", "成交率", "percent", adds_up=False, good="up")
CHANGE = Column("paid@previous_year.change", {"zh": "同比", "en": "YoY"}, "compare", "percent", of="paid")
BEFORE = Column("paid@previous_year", {"zh": "去年同期", "en": "Last year"}, "compare", "money", of="paid")
GOAL = Column("paid@goal", {"zh": "目标", "en": "Goal"}, "compare", "money", of="paid")


def flag(name: str, of: str = "paid") -> Column:
    return Column(
        f"{of}@{name}",
        {"zh": name, "en": name},
        "mark",
        "number" if name in ("low", "high") else "text",
        of=of,
    )


def table(columns: Sequence[Column], *rows: Sequence[Cell], totals: Sequence[Total] = ()) -> Table:
    at = datetime(2026, 11, 22, 8, tzinfo=UTC)
    return Table(tuple(columns), tuple(tuple(row) for row in rows), tuple(totals), as_of=at)


def months(count: int) -> list[date]:
    return [date(2025 + n // 12, n % 12 + 1, 1) for n in range(count)]


FIVE = [
    ("douyin", "王医生", date(2026, 1, 1), date(2026, 3, 2), 1, 9, Decimal("123456.78"), 12, Decimal("0.31")),
    ("wechat", "李医生", date(2026, 2, 1), date(2026, 3, 3), 2, 10, Decimal("88000.00"), 30, Decimal("0.25")),
    ("walk_in", "王医生", date(2026, 3, 1), date(2026, 3, 4), 3, 11, Decimal("4500.50"), 3, Decimal("0.5")),
    ("referral", "赵医生", date(2026, 4, 1), date(2026, 3, 5), 5, 14, Decimal("230000"), 41, Decimal("0.66")),
    ("meituan", "李医生", date(2026, 5, 1), date(2026, 3, 6), 7, 18, Decimal("-1200"), 2, Decimal("0")),
]
EVERY = (CHANNEL, DOCTOR, MONTH, DAY, WEEKDAY, HOUR, PAID, COUNT, RATE)
AXES = {
    "calendar_heat_map": (DAY,),
    "heat_map": (WEEKDAY, HOUR),
    "sankey": (CHANNEL, DOCTOR),
    "treemap": (CHANNEL, DOCTOR),
    "sunburst": (CHANNEL, DOCTOR),
    "relation_graph": (CHANNEL, DOCTOR),
    "crosstab": (CHANNEL, DOCTOR),
    "stacked": (MONTH, CHANNEL),
    "area": (MONTH, CHANNEL),
    "line": (MONTH,),
    "kpi": (),
    "gauge": (),
}


def axes_of(kind: str) -> tuple[Column, ...]:
    return AXES.get(kind, (CHANNEL,))


def columns_of(kind: str) -> tuple[Column, ...]:
    """Return the columns that suit a kind: its dimensions and three measures."""
    return (*axes_of(kind), PAID, COUNT, RATE)


def rows_of(kind: str) -> list[list[Cell]]:
    """Return five rows for it, one for a kind without dimensions."""
    wanted = columns_of(kind)
    rows: list[list[Cell]] = [[row[EVERY.index(column)] for column in wanted] for row in FIVE]
    return rows if axes_of(kind) else rows[:1]


def five(kind: str) -> Table:
    return table(columns_of(kind), *rows_of(kind))


def no_row(kind: str) -> Table:
    return table(columns_of(kind))


def one_row(kind: str) -> Table:
    return table(columns_of(kind), rows_of(kind)[0])


def blanks(kind: str) -> Table:
    """Return every cell blank in one row, every measure blank in the next, a not-a-number, then a sound one."""
    columns = columns_of(kind)
    axes = len(axes_of(kind))
    sound = rows_of(kind)
    odd = [*sound[-1][:axes], float("nan"), None, Decimal("NaN")]
    if not axes:
        return table(columns, [None] * len(columns))
    return table(columns, [None] * len(columns), [*sound[0][:axes], None, None, None], odd, sound[1])


def many(kind: str) -> Table:
    """Return fifty groups, in each dimension that has no order of its own."""
    axes = axes_of(kind)
    rows: list[list[Cell]] = []
    for n in range(50 if axes else 1):
        values: dict[str, Cell] = {
            "month": months(50)[n],
            "day": date.fromordinal(date(2026, 1, 1).toordinal() + n),
            "weekday": n % 7 + 1,
            "hour": n % 24,
            "channel": f"渠道{n}",
            "doctor": f"医生{n % 12}",
        }
        rows.append([*(values[one.key] for one in axes), Decimal(1000 * (n + 1)), n, Decimal(n) / 50])
    return table(columns_of(kind), *rows)


WORDS = "<a href='javascript:alert(1)'>%{x}</a>&\"' ]]> 很长很长很长很长很长很长很长很长很长很长的名字"


def hostile(kind: str) -> Table:
    axes = axes_of(kind)
    rows = rows_of(kind)
    for n, row in enumerate(rows):
        for at, one in enumerate(axes):
            if one.format == "text":
                row[at] = f"{WORDS}{n}"
    return table(columns_of(kind), *rows)


CASES = {"five": five, "none": no_row, "one": one_row, "blanks": blanks, "many": many, "hostile": hostile}
