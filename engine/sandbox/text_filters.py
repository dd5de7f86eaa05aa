"""How values look in texts, and the filters that change it: `{{ start | time }}`, `{{ amount | money }}`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from jinja2.runtime import Undefined

from engine.expressions.calendar_cn import lunar
from engine.expressions.formats import format_value
from engine.expressions.moments import DEFAULT_ZONE, local
from engine.masks import mask
from engine.text import Words, say

NEUTRAL: Words = {"zh": "您的项目", "en": "your treatment"}
_WEEKDAYS = (
    {"zh": "周一", "en": "Monday"}, {"zh": "周二", "en": "Tuesday"}, {"zh": "周三", "en": "Wednesday"},
    {"zh": "周四", "en": "Thursday"}, {"zh": "周五", "en": "Friday"}, {"zh": "周六", "en": "Saturday"},
    {"zh": "周日", "en": "Sunday"},
)  # fmt: skip
_FORMS: Mapping[str, Words] = {
    "date": {"zh": "m月d日", "en": "d mmm"},
    "day": {"zh": "yyyy年m月d日", "en": "d mmm yyyy"},
    "time": {"zh": "hh:mm", "en": "hh:mm"},
    "datetime": {"zh": "m月d日 hh:mm", "en": "d mmm, hh:mm"},
}


@dataclass(frozen=True, slots=True)
class Shown:
    """For whom values are written. `is_private`: the channel stays in the house, so health details may be shown."""

    lang: str = "zh"
    zone: str = DEFAULT_ZONE
    is_private: bool = True


@dataclass(frozen=True, slots=True)
class TextFilter:
    """A filter: its words for the picker, what it makes of a value, and how many settings it takes."""

    kind: str
    zh: str
    en: str
    make: Callable[..., Any]
    """(shown, value, *settings) → text or value."""
    most_args: int = 0
    hides: bool = False
    """Whether nothing secret is left of the value."""

    def bound(self, shown: Shown) -> Callable[..., Any]:
        """Return the filter as jinja2 calls it."""
        make = self.make
        return lambda value=None, *args: make(shown, None if is_blank(value) else value, *args)


def is_blank(value: Any) -> bool:
    """Tell whether a value shows nothing."""
    return value is None or isinstance(value, Undefined) or value in ("", [], ())


def number_of(value: Any) -> Any:
    """Return a number to reckon with; a blank counts as 0. Raises TypeError for what is no number."""
    if is_blank(value):
        return Decimal(0)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value) if isinstance(value, int) else value
    raise TypeError(f"{type(value).__name__}: + - * /")


def shown_text(value: Any, shown: Shown) -> str:
    """Return a value as it stands in a text without any filter."""
    if is_blank(value):
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return say({"zh": "是" if value else "否", "en": "yes" if value else "no"}, shown.lang)
    if isinstance(value, Decimal):
        return _plain(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return _moment("datetime", shown, value)
    if isinstance(value, date):
        return _moment("day", shown, value)
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, list | tuple):
        joint = "、" if shown.lang == "zh" else ", "
        return joint.join(part for part in (shown_text(item, shown) for item in value) if part)
    if isinstance(value, Mapping):
        return shown_text(value.get("label") or value.get("name"), shown)
    return ""


def _plain(value: Decimal) -> str:
    if not value.is_finite() or abs(value.adjusted()) > 40:
        return str(value)
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _moment(form: str, shown: Shown, value: Any) -> str:
    if value is None or not isinstance(value, date | time | datetime):
        return shown_text(value, shown)
    if form in ("time", "datetime") and type(value) is date:
        form = "day" if form == "datetime" else "time"
    if form != "time" and isinstance(value, time):
        form = "time"
    return _formatted(shown, value, say(_FORMS[form], shown.lang))


def _formatted(shown: Shown, value: Any, form: Any) -> str:
    if value is None:
        return ""
    return format_value(value, str(form), shown.zone)


def _day(shown: Shown, value: Any) -> date | None:
    if isinstance(value, datetime):
        return local(value, shown.zone).date()
    return value if isinstance(value, date) else None


def _weekday(shown: Shown, value: Any) -> str:
    day = _day(shown, value)
    return "" if day is None else say(_WEEKDAYS[day.weekday()], shown.lang)


def _lunar(shown: Shown, value: Any) -> str:
    day = _day(shown, value)
    return "" if day is None else lunar(day)


def _rounded(value: Any, places: Any) -> Decimal:
    if not isinstance(places, int) or not 0 <= places <= 8:
        raise ValueError(f"{places}")
    return number_of(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)  # type: ignore[no-any-return]


def _money(_: Shown, value: Any, sign: Any = "") -> str:
    return "" if value is None else f"{sign}{_rounded(value, 2):,f}"


def _number(_: Shown, value: Any, places: Any = 0) -> str:
    return "" if value is None else f"{_rounded(value, places):,f}"


def _percent(_: Shown, value: Any, places: Any = 0) -> str:
    return "" if value is None else f"{_rounded(number_of(value) * 100, places):f}%"


def _join(shown: Shown, value: Any, joint: Any = None) -> str:
    between = say({"zh": "、", "en": ", "}, shown.lang) if joint is None else str(joint)[:20]
    items = value if isinstance(value, list | tuple) else (value,)
    return between.join(part for part in (shown_text(item, shown) for item in items) if part)


def _short(shown: Shown, value: Any, most: Any = 20) -> str:
    text = shown_text(value, shown)
    room = most if isinstance(most, int) and most > 0 else 20
    return text if len(text) <= room else text[: room - 1] + "…"


def _sensitive(shown: Shown, value: Any, instead: Any = None) -> str:
    if shown.is_private:
        return shown_text(value, shown)
    return "" if value is None else str(instead) if instead is not None else say(NEUTRAL, shown.lang)


_ALL = (
    TextFilter("date", "月日", "Day and month", lambda s, v: _moment("date", s, v)),
    TextFilter("day", "年月日", "Date", lambda s, v: _moment("day", s, v)),
    TextFilter("time", "时刻", "Time", lambda s, v: _moment("time", s, v)),
    TextFilter("datetime", "日期和时刻", "Date and time", lambda s, v: _moment("datetime", s, v)),
    TextFilter("format", "按格式", "In a form such as yyyy-mm-dd", _formatted, most_args=1),
    TextFilter("weekday", "星期", "Weekday", _weekday),
    TextFilter("lunar", "农历", "Lunar date", _lunar),
    TextFilter("money", "金额", "Amount", _money, most_args=1),
    TextFilter("number", "数字", "Number", _number, most_args=1),
    TextFilter("percent", "百分比", "Percent", _percent, most_args=1),
    TextFilter("phone", "隐藏号码", "Masked phone", lambda _, v: mask(v, "phone") or "", hides=True),
    TextFilter("person", "隐藏姓名", "Masked name", lambda _, v: mask(v, "name") or "", hides=True),
    TextFilter("sensitive", "敏感信息", "Sensitive: neutral words outside the house", _sensitive, most_args=1, hides=True),
    TextFilter("default", "为空时", "When blank", lambda _, v, other="": other if v is None else v, most_args=1),
    TextFilter("join", "连接", "Joined", _join, most_args=1),
    TextFilter("length", "个数", "How many", lambda _, v: len(v) if isinstance(v, str | list | tuple) else 0),
    TextFilter("short", "截短", "Cut short", _short, most_args=1),
)  # fmt: skip
FILTERS: Mapping[str, TextFilter] = {one.kind: one for one in _ALL}
