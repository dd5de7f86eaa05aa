"""Time (时间): a time of day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from engine.problems import Problem
from engine.schema import Schema, closed
from form_engine.control import Control
from form_engine.controls._days import TOO_EARLY, TOO_LATE
from form_engine.controls._settings import setting, whole

CLOCK: Schema = {"type": "string", "pattern": "^([01]\\d|2[0-3]):[0-5]\\d$"}


@dataclass(frozen=True)
class TimeOfDay(Control):
    """A time of day within opening hours."""

    def check(self, value: time, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        written = value.isoformat("minutes")
        if config.get("min") and written < config["min"]:
            yield TOO_EARLY.at(path, min=config["min"])
        if config.get("max") and written > config["max"]:
            yield TOO_LATE.at(path, max=config["max"])

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return {"type": "string", "maxLength": 20}


CONTROL = TimeOfDay(
    kind="time",
    zh="时间",
    en="Time",
    value_type="time",
    group="date",
    operators="N",
    icon="clock-circle",
    config_schema=closed(
        min=setting("最早", "Earliest", CLOCK),
        max=setting("最晚", "Latest", CLOCK),
        step=whole("分钟间隔", "Minutes apart", minimum=1, maximum=60, default=5),
    ),
    sample={
        "config": {"min": "08:00", "max": "20:00"},
        "valid": ["09:30", "20:00"],
        "invalid": ["07:59", "25:00"],
    },
)
