"""What one may drill into from a chart."""

from collections.abc import Mapping
from typing import Any

from engine.text import Words
from report_engine.binding import Bound
from report_engine.buckets import FISCAL
from report_engine.dataset import Fact
from report_engine.office import Office
from report_engine.sight import role_words, usable

Json = Mapping[str, Any]
MOST_DEEPER = 8
FINER: Mapping[str, str] = {
    "year": "quarter", "half": "month", "quarter": "month", "month": "day", "xun": "day", "week": "day", "day": "hour_of_day",
    "fiscal_year": "fiscal_quarter", "fiscal_quarter": "month",
}  # fmt: skip
BUCKETS: Mapping[str, Words] = {
    "fiscal_quarter": {"zh": "财季", "en": "fiscal quarter"},
    "quarter": {"zh": "季度", "en": "quarter"},
    "month": {"zh": "月", "en": "month"},
    "day": {"zh": "天", "en": "day"},
}


def deeper(office: Office, bound: Bound, report: Json) -> list[dict[str, Any]]:
    """Return what one may drill into: what the report names, else finer time and the dimensions that all facts share."""
    if bound.kind not in ("aggregate", "ranking") or not bound.facts:
        return []
    facts = [bound.data.facts[key] for key in bound.facts]
    used = {one.role or one.key for one in bound.dimensions} | {one.key for one in bound.dimensions}
    # “record” only says that a click opens the records, which it does anyway.
    names = [one for one in report.get("drill", ()) if one != "record"]
    if not names:
        names = [role for role in facts[0].roles if all(role in fact.roles for fact in facts)]
    found: list[dict[str, Any]] = []
    for one in bound.dimensions:
        # Bound buckets of a fiscal year say in which month it starts.
        size = next((name for name in FISCAL if str(one.grain).startswith(name)), str(one.grain))
        finer = FINER.get(size)
        if one.role == "date" and finer in BUCKETS:
            found.append({"key": f"date:{finer}", "name": BUCKETS[str(finer)]})
    if not any(one.role == "date" for one in bound.dimensions):
        found.append({"key": "date:month", "name": BUCKETS["month"]})
    for name in names:
        if name in used or not usable(office, facts, str(name)):
            continue
        found.append(
            {
                "key": str(name),
                "name": role_words(bound.data, str(name))
                if name in facts[0].roles
                else _label(bound, facts[0], str(name)),
            }
        )
    return found[:MOST_DEEPER]


def _label(bound: Bound, fact: Fact, name: str) -> Words:
    found = bound.data.field(fact, name)
    return (found.label if found is not None else None) or {"zh": name, "en": name}


__all__ = ["deeper"]
