"""Writes one figure of every chart kind with realistic clinic numbers, for the story page and the browser's tests.

Run: python -m tools.chart_samples
"""

import json
import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from report_engine.chart import CHARTS
from report_engine.table import Cell, Column, Table, Total

OUT = Path(__file__).parents[1] / "designer_ui" / "tests" / "story" / "figures.json"
CHANNELS = [
    "抖音",
    "微信公众号",
    "老带新",
    "大众点评",
    "美团",
    "自然到店",
    "小红书",
    "百度推广",
    "企业合作",
    "电话咨询",
]
DOCTORS = ["王建国", "李晓梅", "赵志强", "陈思雨", "周文博", "欧阳振华"]
PROJECTS = {
    "种植": ["单颗种植", "半口种植", "骨增量"],
    "正畸": ["隐形矫治", "金属托槽"],
    "修复": ["全瓷冠", "贴面"],
    "综合": ["洁牙", "根管治疗"],
}
STEPS = ["新线索", "已联系", "邀约到店", "已到诊", "已成交"]


def dim(key: str, zh: str, form: str = "text", **more: Any) -> Column:
    return Column(key, {"zh": zh, "en": key}, "dimension", form, **more)


def num(key: str, zh: str, form: str = "money", **more: Any) -> Column:
    return Column(key, {"zh": zh, "en": key}, "measure", form, **more)


def beside(key: str, zh: str, form: str, role: Any = "compare") -> Column:
    return Column(f"paid@{key}", {"zh": zh, "en": key}, role, form, of="paid")


PAID = num("paid", "实收", good="up")
COUNT = num("count", "单数", "integer")
RATE = num("rate", "成交率", "percent", adds_up=False, good="up")
NO_SHOW = num("no_show", "爽约率", "percent", adds_up=False, good="down")
CHANNEL, DOCTOR, MONTH = dim("channel", "渠道"), dim("doctor", "医生"), dim("month", "月份", "month")


def months(count: int) -> list[date]:
    return [date(2024 + (n + 10) // 12, (n + 10) % 12 + 1, 1) for n in range(count)]


def table(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *totals: Total) -> Table:
    return Table(tuple(columns), tuple(tuple(row) for row in rows), totals)


def tables(luck: random.Random) -> dict[str, Table]:
    """Return a table for each kind."""

    def money(least: int, most: int) -> Decimal:
        return Decimal(luck.randint(least * 100, most * 100)) / 100

    def share(least: float, most: float) -> Decimal:
        return Decimal(str(round(luck.uniform(least, most), 4)))

    by_channel = [[name, money(20_000, 900_000), luck.randint(8, 300), share(0.1, 0.6)] for name in CHANNELS]
    trend = [
        [day, Decimal(820_000 + 18_000 * n + luck.randint(-90_000, 120_000)), Decimal(760_000 + 15_000 * n)]
        for n, day in enumerate(months(24))
    ]
    ahead = [[day, *_foretold(n, day, luck)] for n, day in enumerate(months(28))]
    by_both = [[day, name, money(10_000, 200_000)] for day in months(12) for name in CHANNELS[:5]]
    hours = [
        [hour, weekday, share(0.02, 0.35), luck.random() < 0.12]
        for hour in range(9, 19)
        for weekday in range(1, 8)
    ]
    days = [[date(2026, 1, 1) + timedelta(days=n), luck.randint(3, 60)] for n in range(320)]
    projects = [[group, name, money(20_000, 500_000)] for group, names in PROJECTS.items() for name in names]
    people = [f"{a}{b}" for a in "张王李赵陈" for b in "敏强芳伟静"]
    referrals = [[luck.choice(people[:8]), one, luck.randint(1, 5)] for one in people[3:]]
    flow = [[a, b, luck.randint(4, 90)] for a in CHANNELS[:5] for b in ("种植", "正畸", "修复", "未成交")]
    small = beside("small", "样本", "text", "mark")
    immature = beside("immature", "未满期", "text", "mark")
    return {
        "kpi": _kpi(luck),
        "bar": table(
            [MONTH, PAID, beside("previous_year", "去年同期", "money"), immature],
            [[*row[:3], n > 9] for n, row in enumerate(trend[:12])],
        ),
        "bar_horizontal": table(
            [CHANNEL, PAID, beside("goal", "目标", "money"), small],
            [
                [row[0], row[1], Decimal(500_000), n == 6]
                for n, row in enumerate(sorted(by_channel, key=lambda r: -r[1]))
            ],
        ),  # type: ignore[operator]
        "stacked": table([MONTH, CHANNEL, PAID], by_both),
        "line": table(
            [
                MONTH,
                PAID,
                beside("low", "低", "money", "mark"),
                beside("high", "高", "money", "mark"),
                beside("forecast", "预测", "text", "mark"),
            ],
            ahead,
        ),
        "area": table([MONTH, CHANNEL, PAID], by_both),
        "combination": table([MONTH, PAID, RATE], [[row[0], row[1], share(0.2, 0.5)] for row in trend[:12]]),
        "pie": table([CHANNEL, PAID], [row[:2] for row in by_channel]),
        "funnel": table(
            [dim("step", "阶段"), num("count", "人数", "integer"), num("wait", "停留中位", "duration")],
            [
                [s, n, w]
                for s, n, w in zip(
                    STEPS, (1280, 940, 520, 388, 161), (3600, 86400, 190000, 7200, 0), strict=True
                )
            ],
        ),
        "waterfall": table(
            [dim("part", "原因", labels={"start": {"zh": "上月"}, "end": {"zh": "本月"}}), PAID],
            [
                ["start", Decimal(820_000)],
                ["线索数", Decimal(96_000)],
                ["到诊率", Decimal(-42_000)],
                ["成交率", Decimal(61_000)],
                ["客单价", Decimal(-18_500)],
                ["end", Decimal(916_500)],
            ],
        ),
        "heat_map": table(
            [
                dim("hour", "时段", "hour_of_day"),
                dim("weekday", "星期", "weekday"),
                NO_SHOW,
                Column("no_show@small", {"zh": "样本", "en": "small"}, "mark", of="no_show"),
            ],
            hours,
        ),
        "calendar_heat_map": table([dim("day", "日期", "day"), num("count", "到诊", "integer")], days),
        "scatter": table(
            [CHANNEL, num("cost", "投放成本"), PAID, COUNT],
            [[row[0], money(5_000, 90_000), row[1], row[2]] for row in by_channel],
        ),
        "box": table(
            [
                DOCTOR,
                *(
                    num(f"wait.{k}", k, "duration", adds_up=False)
                    for k in ("min", "q1", "median", "q3", "max")
                ),
            ],
            [[d, *sorted(luck.randint(120, 4200) for _ in range(5))] for d in DOCTORS],
        ),
        "sankey": table([dim("from", "渠道"), dim("to", "结果"), COUNT], flow),
        "treemap": table([dim("group", "大类"), dim("project", "项目"), PAID], projects),
        "sunburst": table([dim("group", "大类"), dim("project", "项目"), PAID], projects),
        "radar": table(
            [
                dim("branch", "门店"),
                PAID,
                COUNT,
                RATE,
                num("score", "满意度", "number"),
                num("revisit", "复诊率", "percent"),
            ],
            [
                [
                    b,
                    money(500_000, 900_000),
                    luck.randint(100, 300),
                    share(0.3, 0.6),
                    share(4, 5),
                    share(0.3, 0.8),
                ]
                for b in ("朝阳店", "海淀店", "国贸店")
            ],
        ),
        "gauge": table([PAID, beside("goal", "目标", "money")], [[Decimal(831_000), Decimal(1_000_000)]]),
        "relation_graph": table(
            [
                Column("from", {"zh": "推荐人"}, "dimension", form="customer"),
                Column("to", {"zh": "被推荐人"}, "dimension", form="customer"),
                COUNT,
            ],
            referrals,
        ),
        "table": table(
            [CHANNEL, PAID, beside("previous_year.change", "同比", "percent"), COUNT, RATE, small],
            [[*row[:2], share(-0.4, 0.6), *row[2:], n == 6] for n, row in enumerate(by_channel)],
            Total((), ((None, Decimal(4_318_200), Decimal("0.08"), 1204, Decimal("0.34"), None),)),
        ),
        "crosstab": _crosstab(luck),
    }


def _foretold(n: int, day: date, luck: random.Random) -> list[Cell]:
    value = Decimal(
        700_000 + 16_000 * n + (40_000 if day.month in (3, 9) else 0) + luck.randint(-40_000, 40_000)
    )
    if n < 24:
        return [value, None, None, False]
    wide = Decimal(30_000 * (n - 22))
    return [value, value - wide, value + wide, True]


def _kpi(luck: random.Random) -> Table:
    columns = [
        MONTH,
        PAID,
        beside("previous_year.change", "同比", "percent"),
        beside("previous_period.change", "环比", "percent"),
        beside("goal", "目标", "money"),
    ]
    rows = [
        [day, Decimal(60_000 + 2_000 * n + luck.randint(-9_000, 9_000)), None, None, None]
        for n, day in enumerate(months(12))
    ]
    whole = (None, Decimal(831_240), Decimal("0.123"), Decimal("-0.031"), Decimal(1_000_000))
    return table(columns, rows, Total((), (whole,)))


def _crosstab(luck: random.Random) -> Table:
    rows: list[list[Cell]] = []
    quarters = [date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)]
    for group, names in PROJECTS.items():
        for name in names:
            for doctor in DOCTORS[:3]:
                rows += [
                    [group, name, doctor, quarter, Decimal(luck.randint(5_000, 90_000)), luck.randint(1, 40)]
                    for quarter in quarters
                ]
    return table(
        [
            dim("group", "大类"),
            dim("project", "项目"),
            DOCTOR,
            dim("quarter", "季度", "quarter"),
            PAID,
            COUNT,
        ],
        rows,
    )


CONFIG: dict[str, dict[str, Any]] = {
    "crosstab": {
        "rows": ["group", "project"],
        "columns": ["doctor", "quarter"],
        "values": ["paid"],
        "colour": "paid",
    },
    "line": {},
}


def figures() -> dict[str, Any]:
    """Return kind → figure in Chinese, with the settings a chart chooses by itself."""
    made = {}
    for kind, given in tables(random.Random(7)).items():
        chart = CHARTS.get(kind)
        made[kind] = {
            "name": {"zh": chart.zh, "en": chart.en},
            "figure": chart.figure(chart.settings(CONFIG.get(kind, {}), given), given, "zh"),
        }
    return made


if __name__ == "__main__":
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(figures(), ensure_ascii=False, allow_nan=False), "utf-8")
