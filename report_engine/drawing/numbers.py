"""Numbers and days as a clinic says them: ¥1,234.50, 12.3万, 45%, 2 天 3 小时, 3月5日, 周一."""

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from report_engine.table import Cell

BLANK = "–"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
QUARTERS = ("一", "二", "三", "四")
NUMERIC = frozenset({"number", "integer", "money", "percent", "points", "duration"})
UNITS: Mapping[str, tuple[tuple[Decimal, str], ...]] = {
    "zh": ((Decimal(10**8), "亿"), (Decimal(10**4), "万")),
    "en": ((Decimal(10**9), "B"), (Decimal(10**6), "M"), (Decimal(10**4), "k")),
}
SCALES = {"k": Decimal(1000)}
"""English says k from ten thousand on, but counts it in thousands."""
SPANS: tuple[tuple[int, str, str], ...] = (
    (86400, "天", "d"),
    (3600, "小时", "h"),
    (60, "分钟", "min"),
    (1, "秒", "s"),
)


def number(value: Cell) -> float | None:
    """Return a cell as a float for drawing; None for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    drawn = float(value)
    return drawn if math.isfinite(drawn) else None


def _exact(value: Cell) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    return exact if exact.is_finite() else None


def _fixed(value: Decimal, places: int, *, strip: bool = True) -> str:
    shown = (
        f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) if abs(value) < 10**24 else value:,f}"
    )
    shown = shown.rstrip("0").rstrip(".") if strip and "." in shown else shown
    return "0" if shown == "-0" else shown


def full(value: Cell, form: str, lang: str) -> str:
    """Return a value in full, as a hover or a table cell shows it."""
    exact = _exact(value)
    if form not in NUMERIC or exact is None:
        return _other(value, form, lang)
    if form == "money":
        return _money(_fixed(exact, 2, strip=False))
    if form == "duration":
        return _span(exact, lang)
    if form in ("percent", "points"):
        return _part(exact, form, lang)
    return _fixed(exact, 0 if form == "integer" else 2)


def short(value: Cell, form: str, lang: str) -> str:
    """Return a value in little room: 12.3万, ¥1.2亿, 45%, 2.1 天."""
    exact = _exact(value)
    if form not in NUMERIC or exact is None:
        return _other(value, form, lang)
    if form in ("percent", "points"):
        return _part(exact, form, lang)
    if form == "duration":
        size, zh, en = _span_unit(exact)
        return f"{_fixed(exact / size, 1)} {zh if lang == 'zh' else en}"
    scaled, unit = _scaled(exact, lang)
    places = 1 if abs(scaled) >= 100 or not unit else 2
    shown = _fixed(scaled, 0 if not unit and (abs(exact) >= 100 or form == "integer") else places) + unit
    return _money(shown) if form == "money" else shown


def signed(value: Cell, form: str, lang: str) -> str:
    """Return a change with its sign: +12.3%, -5 个百分点."""
    exact = _exact(value)
    shown = short(value, form, lang)
    return f"+{shown}" if exact is not None and exact > 0 else shown


def _money(shown: str) -> str:
    return f"-¥{shown[1:]}" if shown.startswith("-") else f"¥{shown}"


def _part(exact: Decimal, form: str, lang: str) -> str:
    shown = _fixed(exact * 100, 1)
    if form == "points":
        return f"{shown} {'个百分点' if lang == 'zh' else 'pp'}"
    return f"{shown}%"


def _scaled(exact: Decimal, lang: str) -> tuple[Decimal, str]:
    for size, unit in UNITS.get(lang, UNITS["en"]):
        if abs(exact) >= size:
            return exact / SCALES.get(unit, size), unit
    return exact, ""


def _span_unit(seconds: Decimal) -> tuple[int, str, str]:
    return next((unit for unit in SPANS if abs(seconds) >= unit[0]), SPANS[-1])


def _span(seconds: Decimal, lang: str) -> str:
    rest = int(abs(seconds))
    parts: list[str] = []
    for size, zh, en in SPANS:
        if rest >= size and len(parts) < 2:
            parts.append(f"{rest // size} {zh if lang == 'zh' else en}")
            rest %= size
        elif parts:
            break
    said = " ".join(parts) or ("0 秒" if lang == "zh" else "0 s")
    return f"-{said}" if seconds < 0 and parts else said


def _other(value: Cell, form: str, lang: str) -> str:
    if value is None or value == "":
        return BLANK
    if isinstance(value, bool):
        return {"zh": "是" if value else "否", "en": "Yes" if value else "No"}[lang]
    write = BUCKETS.get(form)
    if write is not None:
        return write(value, lang)
    if isinstance(value, datetime):
        return f"{_day(value, lang)} {value:%H:%M}"
    if isinstance(value, date):
        return _day(value, lang)
    exact = _exact(value)
    return (
        _fixed(exact, 2) if exact is not None else BLANK if isinstance(value, float | Decimal) else str(value)
    )


def moment(value: Cell) -> date | None:
    """Return a cell as a day or an instant; it may come as ISO text."""
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return (
                datetime.fromisoformat(value) if "T" in value or " " in value else date.fromisoformat(value)
            )
        except ValueError:
            return None
    return None


def _day(value: date, lang: str) -> str:
    if lang == "zh":
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def _at(write: Callable[[date, str], str]) -> Callable[[Cell, str], str]:
    def shown(value: Cell, lang: str) -> str:
        found = moment(value)
        return write(found, lang) if found is not None else str(value)

    return shown


def _month(day: date, lang: str) -> str:
    return f"{day.year}年{day.month}月" if lang == "zh" else f"{MONTHS[day.month - 1]} {day.year}"


def _week(day: date, _lang: str) -> str:
    last = day + timedelta(days=6) if day.toordinal() + 6 <= date.max.toordinal() else day
    return f"{day.month}/{day.day}–{last.month}/{last.day}"


def _xun(day: date, lang: str) -> str:
    part = min(2, (day.day - 1) // 10)
    return (
        f"{day.month}月{'上中下'[part]}旬"
        if lang == "zh"
        else f"{MONTHS[day.month - 1]} {('1–10', '11–20', '21–')[part]}"
    )


def _quarter(day: date, lang: str) -> str:
    which = (day.month - 1) // 3
    return f"{day.year}年{QUARTERS[which]}季度" if lang == "zh" else f"Q{which + 1} {day.year}"


def _half(day: date, lang: str) -> str:
    first = day.month <= 6
    return (
        f"{day.year}年{'上' if first else '下'}半年" if lang == "zh" else f"H{1 if first else 2} {day.year}"
    )


def _hour(day: date, _lang: str) -> str:
    return f"{day.month}/{day.day} {day:%H}:00"


def _weekday(value: Cell, lang: str) -> str:
    return WEEKDAYS[lang][value - 1] if isinstance(value, int) and 1 <= value <= 7 else str(value)


def _hour_of_day(value: Cell, _lang: str) -> str:
    return f"{value:02d}:00" if isinstance(value, int) else str(value)


def _month_of_year(value: Cell, lang: str) -> str:
    if not isinstance(value, int) or not 1 <= value <= 12:
        return str(value)
    return f"{value}月" if lang == "zh" else MONTHS[value - 1]


def _day_of_month(value: Cell, lang: str) -> str:
    return f"{value}日" if lang == "zh" else str(value)


def _fiscal_year(starts: int) -> Callable[[date, str], str]:
    def shown(day: date, lang: str) -> str:
        first = (day.year * 12 + day.month - starts) // 12
        years = f"{first}/{(first + 1) % 100:02d}"
        return f"{years} 财年" if lang == "zh" else f"FY {years}"

    return shown


def _fiscal_quarter(starts: int) -> Callable[[date, str], str]:
    year = _fiscal_year(starts)

    def shown(day: date, lang: str) -> str:
        which = (day.month - starts) % 12 // 3
        return f"{year(day, lang)}{QUARTERS[which]}季" if lang == "zh" else f"Q{which + 1} {year(day, lang)}"

    return shown


BUCKETS: Mapping[str, Callable[[Cell, str], str]] = {
    **{f"fiscal_year_{month}": _at(_fiscal_year(month)) for month in range(2, 13)},
    **{f"fiscal_quarter_{month}": _at(_fiscal_quarter(month)) for month in range(2, 13)},
    "day": _at(_day),
    "date": _at(_day),
    "week": _at(_week),
    "xun": _at(_xun),
    "month": _at(_month),
    "quarter": _at(_quarter),
    "half": _at(_half),
    "year": _at(lambda day, lang: f"{day.year}年" if lang == "zh" else str(day.year)),
    "hour": _at(_hour),
    "weekday": _weekday,
    "hour_of_day": _hour_of_day,
    "month_of_year": _month_of_year,
    "day_of_month": _day_of_month,
}
FISCAL = frozenset(one for one in BUCKETS if one.startswith("fiscal_"))
CALENDAR = frozenset({"hour", "day", "date", "week", "xun", "month", "quarter", "half", "year", *FISCAL})
CLOCK = frozenset({"weekday", "hour_of_day", "month_of_year", "day_of_month"})


def ticks(low: float, high: float, form: str, lang: str, about: int = 5) -> tuple[list[float], list[str]]:
    """Return places and words for an axis from `low` to `high`; all in one unit, at round steps."""
    if not math.isfinite(low) or not math.isfinite(high) or high <= low:
        high, low = max(low, high, 0) + 1, min(low, high, 0)
    size, unit = _axis_unit(max(abs(low), abs(high)), form, lang)
    step = _step(low / size, high / size, about, whole=form == "integer" and size == 1)
    first, last = math.floor(low / size / step + 1e-9), math.ceil(high / size / step - 1e-9)
    places = [n * step for n in range(first, last + 1)]
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) + (1 if _is_quarter(step) else 0)
    sign = "¥" if form == "money" else ""
    texts = [_tick(place, decimals, sign, unit) for place in places]
    return [round(place * size, 12) for place in places], texts


def _tick(place: float, decimals: int, sign: str, unit: str) -> str:
    shown = _fixed(Decimal(str(round(place, 12))), min(decimals, 12))
    if shown == "0":
        return "0" if unit != "%" else "0%"
    return f"-{sign}{shown[1:]}{unit}" if shown.startswith("-") else f"{sign}{shown}{unit}"


def _is_quarter(step: float) -> bool:
    head: float = step / 10.0 ** math.floor(math.log10(step) + 1e-9)
    return abs(head - 2.5) < 1e-6


def _axis_unit(most: float, form: str, lang: str) -> tuple[float, str]:
    if form in ("percent", "points"):
        return 0.01, "%" if form == "percent" else ""
    if form == "duration":
        size, zh, en = _span_unit(Decimal(str(most)))
        return float(size), f" {zh if lang == 'zh' else en}"
    _, unit = _scaled(Decimal(str(most)), lang)
    sizes = {words: SCALES.get(words, size) for size, words in UNITS.get(lang, UNITS["en"])}
    return (float(sizes[unit]), unit) if unit else (1.0, "")


SPARE = 0.12
"""How much of an axis may stay empty above what it shows before finer steps are taken."""


def _step(low: float, high: float, about: int, whole: bool) -> float:
    """Return the coarsest round step that leaves little empty, else the one that leaves least.

    `whole`: what is counted has no halves.
    """
    span = max(high - low, 1e-12)
    power = 10.0 ** (math.floor(math.log10(span / about)) - 1)
    found: list[tuple[float, float]] = []
    for step in (nice * power * ten for ten in (1, 10, 100) for nice in (1, 2, 2.5, 5)):
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if about - 2 <= last - first <= about + 1 and not (whole and step % 1):
            found.append((((last - first) * step - span) / span, step))
    if not found:  # fewer whole numbers than an axis has room for
        return 1.0
    little = [step for spare, step in found if spare <= SPARE]
    return max(little) if little else min(found, key=lambda one: (round(one[0], 6), -one[1]))[1]
