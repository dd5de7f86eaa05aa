"""Writes the facts that the browser's formulas need from the data of the Python ones: `facts/*.json`."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from lunar_python import Solar

from engine.expressions.calendar_cn import LUNAR_YEARS, holidays, makeup_workdays
from engine.expressions.functions.clinic import acupoints

FOLDER = Path(__file__).parent.parent / "designer_ui" / "src" / "shared" / "formula" / "facts"
_EPOCH = date(1970, 1, 1)
_LEAST_STEP = 13  # terms are 14 to 16 days apart


def facts() -> Mapping[str, Any]:
    """Return the content of each file by its name."""
    return {
        "acupoints": {code: " ".join(names) for code, names in sorted(acupoints().items())},
        "workdays": {"holidays": _steps(holidays()), "make_up": _steps(makeup_workdays())},
        "lunar": {**_months(), **_terms()},
    }


def text(content: Any) -> str:
    """Return a file's text: one line for each key."""
    lines = [
        f"  {json.dumps(key, ensure_ascii=False)}: {json.dumps(one, ensure_ascii=False)}"
        for key, one in content.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _number(day: date) -> int:
    return (day - _EPOCH).days


def _steps(days: Sequence[date]) -> str:
    """Return each day as its distance from the one before, the first from 1970-01-01."""
    numbers = [_number(day) for day in days]
    return " ".join(str(now - before) for before, now in pairwise([0, *numbers]))


def _lunar(day: date) -> Any:
    return Solar.fromYmd(day.year, day.month, day.day).getLunar()


def _months() -> dict[str, Any]:
    """Return the first day of the first month, the months as letters (a to l, capital: leap) and 1 for 30 days."""
    last = date(LUNAR_YEARS.stop - 1, 12, 31)
    found = _lunar(date(LUNAR_YEARS.start, 1, 1))
    start = date(LUNAR_YEARS.start, 1, 1) - timedelta(days=found.getDay() - 1)
    first, letters, lengths = start, "", ""
    while start <= last:
        month = _lunar(start).getMonth()
        letter = chr(96 + abs(month))
        size = 30 if _lunar(start + timedelta(days=29)).getDay() == 30 else 29
        letters += letter.upper() if month < 0 else letter
        lengths += "1" if size == 30 else "0"
        start += timedelta(days=size)
    return {"first_month": _number(first), "months": letters, "lengths": lengths}


def _terms() -> dict[str, Any]:
    """Return the first term's day, the 24 names from there, and the days from term to term less 10."""
    found: list[tuple[date, str]] = []
    day = date(LUNAR_YEARS.start, 1, 1)
    while day.year in LUNAR_YEARS:
        name = str(_lunar(day).getJieQi())
        if name:
            found.append((day, name))
        day += timedelta(days=_LEAST_STEP if name else 1)
    steps = [(later[0] - earlier[0]).days for earlier, later in pairwise(found)]
    return {
        "first_term": _number(found[0][0]),
        "terms": " ".join(name for _, name in found[:24]),
        "steps": "".join(str(step - 10) for step in steps),
    }


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for name, content in facts().items():
        (FOLDER / f"{name}.json").write_text(text(content), encoding="utf-8")


if __name__ == "__main__":
    main()
