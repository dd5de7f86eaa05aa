"""Measures of whose the records are: of the people in them, how many came on several days, or have not come of late.

A measure says `"per": {"of": path, "days": 2}` (of those with any: who have records on so many days) or `{"of", "silent": "365d"}` (of those
with any before the last so many days: who have none since). Its aggregate is `rate`, or `count` for how many the rate is of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Subquery, func, literal_column, select

from engine.problems import Code, Rejected
from engine.text import Words
from report_engine.dataset import Datasets, Fact
from report_engine.periods import days_of

Json = Mapping[str, Any]
WHOSE = frozenset({"reference", "person", "text", "choice"})
BAD_PER = Code(
    "report.bad_per",
    zh="按人计算的度量写成 rate 或 count，per 里写 of（谁）和 days（几天有记录）或 silent（多少天没有记录）之一",
    en="A measure of people is a rate or a count; “per” says of whom (of) and either “days” (with records on so many) or “silent” (without any for so long)",
    hint_zh='例如 "aggregate": "rate", "per": {"of": "customer_id", "silent": "365d"}, "trailing": "731d"',
    hint_en='For example "aggregate": "rate", "per": {"of": "customer_id", "silent": "365d"}, "trailing": "731d"',
)


@dataclass(frozen=True, slots=True)
class Per:
    """Whose records, and what is asked of each of them: `days` or `silent` (days)."""

    of: str
    days: int | None = None
    silent: int | None = None

    def told(self) -> Words:
        """Return what is counted, in words."""
        if self.silent is not None:
            return {
                "zh": f"{self.silent} 天前有记录、此后再没有的人占比",
                "en": f"of those with records more than {self.silent} days ago, who have none since",
            }
        return {
            "zh": f"至少 {self.days} 天有记录的人占比",
            "en": f"of those with any record, who have some on {self.days} days or more",
        }


def read_per(data: Datasets, fact: Fact, given: Json, path: str) -> Per:
    """Return whose records a measure counts. Rejected where it cannot be said so."""
    per = given["per"]
    of = str(per["of"]).removeprefix(f"{fact.key}.")
    found = data.field(fact, of)
    silent = days_of(per.get("silent"))
    is_one = (per.get("days") is None) != (silent is None)
    is_plain = not any(given.get(key) for key in ("value", "among", "of", "attribute", "spread", "between"))
    fits = found is not None and found.value_type in WHOSE
    in_time = silent is None or bool(given.get("trailing") or given.get("as_of"))
    if given.get("aggregate") not in ("rate", "count") or not (is_one and is_plain and fits and in_time):
        raise Rejected(BAD_PER.at(f"{path}/per"))
    return Per(of, None if per.get("days") is None else int(per["days"]), silent)


def each_of(
    rows: FromClause,
    keys: Sequence[ColumnElement[Any]],
    tests: Sequence[ColumnElement[bool]],
    name: str,
) -> Subquery:
    """Return a row for each person in each group: `first` and `last` day, on how many `days`."""
    who, day = rows.c.who, rows.c.day
    columns = (
        func.min(day).label("first"),
        func.max(day).label("last"),
        func.count(day.distinct()).label("days"),
    )
    inner = select(*keys, who.label("who"), *columns).where(who.is_not(None), *tests)
    return inner.group_by(*(literal_column(str(at + 1)) for at in range(len(keys))), who).subquery(name)


def meant(per: Per, each: Subquery, moment: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return who is looked at, and of whom it is true."""
    if per.silent is None:
        return each.c.days >= 1, each.c.days >= (per.days or 1)
    until = moment - timedelta(days=per.silent + 1)
    return each.c.first <= until, each.c.last <= until


__all__ = ["Per", "each_of", "meant", "read_per"]
