"""The base of month and year: kept as the first day of the period."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from form_engine.controls._days import Day
from form_engine.controls._phones import narrowed
from form_engine.controls._structured import unreadable

MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*月)?(?:[-/.]\d{1,2})?")
YEAR = re.compile(r"(\d{4})(?:\s*年)?(?:-\d{1,2}-\d{1,2})?")


@dataclass(frozen=True)
class Period(Day):
    """The first day of a month or a year."""

    def normalise(self, value: date, config: Mapping[str, Any]) -> date:
        return value.replace(day=1) if self.kind == "month" else value.replace(month=1, day=1)

    def to_text(self, value: date, config: Mapping[str, Any]) -> str:
        return value.isoformat()[: 7 if self.kind == "month" else 4]

    def from_text(self, text: str, config: Mapping[str, Any], path: str) -> Any:
        bare = narrowed(text)
        if not bare:
            return None
        match = (MONTH if self.kind == "month" else YEAR).fullmatch(bare)
        if match is None:
            raise unreadable(text, "2026-03" if self.kind == "month" else "2026", path)
        year, month = int(match[1]), int(match[2]) if self.kind == "month" else 1
        if not (1 <= month <= 12 and 1 <= year <= 9999):
            raise unreadable(text, "2026-03", path)
        return date(year, month, 1)
