"""Duration (时长): whole seconds, shown as 1 h 30."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.schema import closed
from form_engine.controls._numbers import Number
from form_engine.controls._phones import narrowed
from form_engine.controls._settings import pick, whole
from form_engine.controls._structured import unreadable

CLOCK = re.compile(r"(-?)(\d+):([0-5]?\d)(?::([0-5]?\d))?")
WORDS = re.compile(
    r"(?:(\d+)\s*(?:d|天|日))?\s*(?:(\d+)\s*(?:h|小时|时))?\s*(?:(\d+)\s*(?:m|min|分钟|分))?\s*(?:(\d+)\s*(?:s|秒))?"
)


@dataclass(frozen=True)
class Duration(Number):
    """Seconds; the text form is `hh:mm:ss`, and `1h30m`, `1小时30分` or a number of minutes are read too."""

    def to_text(self, value: int, config: Mapping[str, Any]) -> str:
        minutes, seconds = divmod(abs(value), 60)
        return f"{'-' if value < 0 else ''}{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"

    def from_text(self, text: str, config: Mapping[str, Any], path: str) -> Any:
        bare = narrowed(text).casefold()
        if not bare:
            return None
        clock = CLOCK.fullmatch(bare)
        if clock:
            sign, hours, minutes, seconds = clock.groups()
            total = int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0)
            return -total if sign else total
        if bare.isascii() and bare.isdigit():
            return int(bare) * 60
        words = WORDS.fullmatch(bare)
        if words is None:
            raise unreadable(text, "01:30:00", path)
        days, hours, minutes, seconds = (int(part or 0) for part in words.groups())
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


CONTROL = Duration(
    kind="duration",
    zh="时长",
    en="Duration",
    value_type="integer",
    icon="hourglass",
    config_schema=closed(
        min=whole("最短(秒)", "Shortest, seconds", minimum=0, default=0),
        max=whole("最长(秒)", "Longest, seconds", minimum=1),
        show=pick("显示", "Shown in", "minutes", "hours", "days", default="hours"),
    ),
    sample={"config": {"max": 86400}, "valid": [0, 5400], "invalid": [-1, 86401]},
)
