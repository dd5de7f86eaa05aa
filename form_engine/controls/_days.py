"""The base of the date controls: earliest and latest day, written out or as a formula."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.expressions.calendar_cn import is_workday
from engine.problems import Code, Problem
from engine.schema import Schema, array
from form_engine.control import Control
from form_engine.controls._settings import setting

TOO_EARLY = Code(
    "date.too_early",
    zh="不能早于 {min}",
    en="Must not be before {min}",
    hint_zh="请检查年份和月份",
    hint_en="Check the year and the month",
)
TOO_LATE = Code(
    "date.too_late",
    zh="不能晚于 {max}",
    en="Must not be after {max}",
    hint_zh="请检查年份和月份",
    hint_en="Check the year and the month",
)
WRONG_WEEKDAY = Code(
    "date.wrong_weekday",
    zh="{day} 是{weekday}，这里不能选",
    en="{day} is a {weekday}, which cannot be chosen here",
    hint_zh="换一天",
    hint_en="Choose another day",
)
WEEKDAYS = (
    {"zh": "周一", "en": "Monday"},
    {"zh": "周二", "en": "Tuesday"},
    {"zh": "周三", "en": "Wednesday"},
    {"zh": "周四", "en": "Thursday"},
    {"zh": "周五", "en": "Friday"},
    {"zh": "周六", "en": "Saturday"},
    {"zh": "周日", "en": "Sunday"},
)
NOT_A_WORKDAY = Code(
    "date.not_a_workday",
    zh="{day} 不是工作日",
    en="{day} is no workday",
    hint_zh="按国家法定节假日和调休安排，请换一天",
    hint_en="By the public holidays and make-up days; choose another day",
)
ISO_DAY = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"


def days() -> dict[str, Schema]:
    """Return the settings of a span of days."""
    day: Schema = {"type": "string", "pattern": ISO_DAY, "format": "date"}
    return {"min": setting("最早", "Earliest", day), "max": setting("最晚", "Latest", day)}


def weekdays() -> Schema:
    """Return the setting of the allowed weekdays, 1 is Monday."""
    return setting(
        "可选的星期",
        "Weekdays allowed",
        array({"type": "integer", "minimum": 1, "maximum": 7}, minItems=1, uniqueItems=True),
    )


def day_problems(day: date, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """Yield what is wrong with a day, by `min`, `max` and `weekdays`."""
    written = day.isoformat()
    if config.get("min") and written < config["min"]:
        yield TOO_EARLY.at(path, min=config["min"])
    if config.get("max") and written > config["max"]:
        yield TOO_LATE.at(path, max=config["max"])
    if config.get("weekdays") and day.isoweekday() not in config["weekdays"]:
        yield WRONG_WEEKDAY.at(path, day=written, weekday=WEEKDAYS[day.weekday()])
    if config.get("workdays") and not is_workday(day):
        yield NOT_A_WORKDAY.at(path, day=written)


@dataclass(frozen=True)
class Day(Control):
    """A day within a span."""

    value_type: str | None = "date"
    group: str = "date"
    operators: str = "D"

    def check(self, value: Any, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        yield from day_problems(value.date() if isinstance(value, datetime) else value, config, path)

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return {"type": "string", "maxLength": 40}
