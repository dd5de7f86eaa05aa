"""Numbers of records: `LD-{YY}{MM}-{SEQ:5}`, counted per series, branch and period."""

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from engine.clock import business_day
from form_engine.controls._numbering import AutoNumber
from form_engine.desk import Desk
from form_engine.plan import FormPlan

_PLACE = re.compile(
    r"\{(YYYY|YY|MM|DD|BRANCH|CHECK|SEQ(?::(\d{1,2}))?|RAND(?::(\d{1,2}))?|field:([a-z][a-z0-9_]*))\}"
)
_PERIODS = {"day": "%Y%m%d", "month": "%Y%m", "year": "%Y"}
DEFAULT_PATTERN = "{YY}{MM}{SEQ:6}"


def assign(desk: Desk, plan: FormPlan, values: dict[str, Any]) -> None:
    """Give the record its numbers where it brings none."""
    assign_many(desk, plan, (values,))


def assign_many(desk: Desk, plan: FormPlan, records: Iterable[dict[str, Any]]) -> None:
    """Give many new records their numbers; each series is asked once for all of them."""
    records = list(records)
    for key, settings in _numbered(plan):
        pattern = settings.get("pattern") or DEFAULT_PATTERN
        waiting: dict[tuple[str, date], list[dict[str, Any]]] = {}
        for values in records:
            if values.get(key) is None:
                branch = (
                    str(values.get("branch_id") or "")
                    if settings.get("per_branch") or "{BRANCH}" in pattern
                    else ""
                )
                waiting.setdefault((branch, _day(desk, values)), []).append(values)
        series: dict[str, list[tuple[date, dict[str, Any]]]] = {}
        for (branch, day), due in waiting.items():
            reset = settings.get("reset", "never")
            scope = "/".join(
                part for part in (branch, day.strftime(_PERIODS[reset]) if reset in _PERIODS else "") if part
            )
            series.setdefault(scope, []).extend((day, values) for values in due)
        for scope, named in series.items():
            numbers = _take(desk, f"{plan.key}.{key}", scope, len(named), settings)
            for (day, values), number in zip(named, numbers, strict=True):
                values[key] = render(desk, pattern, number, day, values)


def _numbered(plan: FormPlan) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "no", plan.number or {}
    for one in plan.fields:
        if isinstance(one.control, AutoNumber):
            yield one.key, one.config


def _take(desk: Desk, series: str, scope: str, count: int, settings: Mapping[str, Any]) -> list[int]:
    if settings.get("gapless"):
        return [desk.unit.next_gapless(series, scope) for _ in range(count)]
    return desk.unit.next_numbers(series, scope, count)


def _day(desk: Desk, values: Mapping[str, Any]) -> date:
    return _business_day(values.get("created_at") or desk.unit.now, desk.actor.zone)


_business_day = lru_cache(maxsize=4096)(business_day)
"""Many records of a sheet, or of a moment, share theirs."""


def render(desk: Desk, pattern: str, number: int, day: date, values: Mapping[str, Any]) -> str:
    """Return the pattern with its places filled."""
    text = ""
    for kind, given in _of_day(pattern, day):
        if kind == "text":
            text += given
        elif kind == "SEQ":
            text += str(number).zfill(int(given or 0))
        elif kind == "BRANCH":
            text += branch_code(desk, values.get("branch_id"))
        elif kind == "RAND":
            text += "".join(secrets.choice("0123456789") for _ in range(int(given or 4)))
        elif kind == "CHECK":
            text += str(check_digit(text))
        else:
            text += str(values.get(given) or "")
    return text


_DAYS = {"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d"}


@lru_cache(maxsize=512)
def _of_day(pattern: str, day: date) -> tuple[tuple[str, str], ...]:
    """Return the parts of the pattern with those filled that the day says."""
    return tuple(
        ("text", day.strftime(_DAYS[kind])) if kind in _DAYS else (kind, detail)
        for kind, detail in _parts(pattern)
    )


@lru_cache(maxsize=512)
def _parts(pattern: str) -> tuple[tuple[str, str], ...]:
    """Return the pattern cut into (kind, detail) pairs: text, or a place with its width or field."""
    parts: list[tuple[str, str]] = []
    at = 0
    for found in _PLACE.finditer(pattern):
        if found.start() > at:
            parts.append(("text", pattern[at : found.start()]))
        kind, _, detail = found[1].partition(":")
        parts.append((kind, detail))
        at = found.end()
    if at < len(pattern):
        parts.append(("text", pattern[at:]))
    return tuple(parts)


def check_digit(text: str) -> int:
    """Return the digit that makes the Luhn sum of the digits of `text` end in 0."""
    digits = [int(c) for c in text if c.isdigit()]
    total = sum(sum(divmod(d * 2, 10)) if i % 2 == 0 else d for i, d in enumerate(reversed(digits)))
    return -total % 10


def branch_code(desk: Desk, branch_id: str | None) -> str:
    """Return the short code of a branch for numbers: its `code` or `no`; 00 where there is none."""
    plan = desk.app.forms.get("branch")
    if branch_id is None or plan is None:
        return "00"
    for key in ("code", "no"):
        if key == "no" or key in plan.shape.fields:
            code = desk.related.value("branch", branch_id, (key,))
            if code:
                return str(code)
    return "00"
