"""Numbers of records: `LD-{YY}{MM}-{SEQ:5}`, counted per series, branch and period."""

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from engine.clock import business_day
from form_engine.controls._numbering import AutoNumber
from form_engine.plan import FormPlan
from form_engine.service.desk import Desk

_PLACE = re.compile(r"\{(YYYY|YY|MM|DD|BRANCH|CHECK|SEQ(?::(\d{1,2}))?|RAND(?::(\d{1,2}))?|field:([a-z][a-z0-9_]*))\}")
_PERIODS = {"day": "%Y%m%d", "month": "%Y%m", "year": "%Y"}
DEFAULT_PATTERN = "{YY}{MM}{SEQ:6}"


def assign(desk: Desk, plan: FormPlan, values: dict[str, Any]) -> None:
    """Give the record its numbers where it brings none."""
    assign_many(desk, plan, (values,))


def assign_many(desk: Desk, plan: FormPlan, records: Iterable[dict[str, Any]]) -> None:
    """Give many new records their numbers; each series is asked once for all of them."""
    records = list(records)
    for key, settings in _numbered(plan):
        waiting: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for values in records:
            if values.get(key) is None:
                day = _day(desk, values)
                waiting.setdefault(_series(desk, plan, key, settings, values, day), []).append(values)
        for (series, scope), due in waiting.items():
            numbers = _take(desk, series, scope, len(due), settings)
            for values, number in zip(due, numbers, strict=True):
                values[key] = render(desk, settings.get("pattern") or DEFAULT_PATTERN, number, values)


def _numbered(plan: FormPlan) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "no", plan.number or {}
    for one in plan.fields:
        if isinstance(one.control, AutoNumber):
            yield one.key, one.config


def _series(
    desk: Desk, plan: FormPlan, key: str, settings: Mapping[str, Any], values: Mapping[str, Any], day: date
) -> tuple[str, str]:
    pattern = settings.get("pattern") or DEFAULT_PATTERN
    reset = settings.get("reset", "never")
    parts = []
    if settings.get("per_branch") or "{BRANCH}" in pattern:
        parts.append(str(values.get("branch_id") or ""))
    if reset in _PERIODS:
        parts.append(day.strftime(_PERIODS[reset]))
    return f"{plan.key}.{key}", "/".join(parts)


def _take(desk: Desk, series: str, scope: str, count: int, settings: Mapping[str, Any]) -> list[int]:
    if settings.get("gapless"):
        return [desk.unit.next_gapless(series, scope) for _ in range(count)]
    return desk.unit.next_numbers(series, scope, count)


def _day(desk: Desk, values: Mapping[str, Any]) -> date:
    return business_day(values.get("created_at") or desk.unit.now, desk.actor.zone)


def render(desk: Desk, pattern: str, number: int, values: Mapping[str, Any]) -> str:
    """Return the pattern with its places filled."""
    day = _day(desk, values)

    def fill(found: "re.Match[str]") -> str:
        place = found[1]
        if place.startswith("SEQ"):
            return str(number).zfill(int(found[2] or 0))
        if place.startswith("RAND"):
            return "".join(secrets.choice("0123456789") for _ in range(int(found[3] or 4)))
        if place == "BRANCH":
            return branch_code(desk, values.get("branch_id"))
        if place.startswith("field:"):
            return str(values.get(found[4]) or "")
        if place == "CHECK":
            return "{CHECK}"
        return {"YYYY": f"{day:%Y}", "YY": f"{day:%y}", "MM": f"{day:%m}", "DD": f"{day:%d}"}[place]

    text = _PLACE.sub(fill, pattern)
    head, mark, tail = text.partition("{CHECK}")
    return f"{head}{check_digit(head)}{tail}" if mark else text


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
