"""Birthday (生日): a day in the past, shown with the age."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.problems import Code, Problem
from engine.schema import closed
from form_engine.controls._days import Day, days
from form_engine.controls._settings import flag

TO_COME = Code(
    "birthday.to_come",
    zh="生日 {day} 还没有到",
    en="The birthday {day} is still to come",
    hint_zh="请检查年份",
    hint_en="Check the year",
)


@dataclass(frozen=True)
class Birthday(Day):
    """A day that has been."""

    def check_by(self, value: Any, config: Mapping[str, Any], path: str, today: date) -> Iterator[Problem]:
        if value > today:
            yield TO_COME.at(path, day=value.isoformat())


CONTROL = Birthday(
    kind="birthday",
    zh="生日",
    en="Birthday",
    group="date",
    icon="gift",
    operators="A",
    config_schema=closed(
        **{**days(), "min": {**days()["min"], "default": "1900-01-01"}},
        show_age=flag("显示年龄", "Show age", True),
    ),
    sample={"config": {}, "valid": ["1990-05-01"], "invalid": ["1850-01-01", "1990-02-30"]},
)
