"""From a report's JSON to its table, for one asker."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.definitions.checks.schemas import file_checker
from engine.definitions.schema_codes import MISSING
from engine.definitions.validate import Checker
from engine.problems import Problem, Rejected
from engine.text import nearest
from report_engine.binding import Bound, bind
from report_engine.boards import levelled
from report_engine.dataset import Datasets
from report_engine.desk import Desk
from report_engine.kind import KINDS
from report_engine.problems import NOT_TOTALS, UNKNOWN_KIND
from report_engine.table import Table

NAMELESS = {"key": "query", "name": {"zh": "查询", "en": "Query"}, "kind": "aggregate"}
"""What a question that was not saved need not say."""

__all__ = ["bind", "bound_report", "run"]


def bound_report(
    report: Mapping[str, Any],
    data: Datasets,
    now: datetime,
    zone: str,
    given: Mapping[str, Any] | None = None,
) -> Bound:
    """Return the question a report of any kind asks. Rejected with all problems."""
    report = {**NAMELESS, **report} if isinstance(report, Mapping) else report
    problems = list(file_checker("reports").problems(report, ""))
    if problems:
        raise Rejected(problems)
    kind = str(report["kind"])
    if kind not in KINDS:
        choices = ", ".join(nearest(kind, KINDS.all()) or sorted(KINDS.all()))
        raise Rejected(UNKNOWN_KIND.at("/kind", name=kind, choices=choices))
    settings = report.get("settings", {})
    problems += Checker(KINDS.get(kind).settings_schema).problems(settings, "/settings")
    for name in KINDS.get(kind).needs:
        if not report.get(name):
            problems.append(MISSING.at("", name=name))
    if problems:
        raise Rejected(problems)
    problems += KINDS.get(kind).problems(report, data)
    if problems:
        raise Rejected(problems)
    # Whoever asks without saying how widely he looks sees the widest level.
    bound = bind(levelled(report, "group", ()), data, now, zone, given)
    if problems := list(_of_totals(bound)):
        raise Rejected(problems)
    return bound


def _of_totals(bound: Bound) -> Iterator[Problem]:
    """Yield what may not stand in a report that counts records which its reader may not look at."""
    if bound.verb != "totals":
        return
    if bound.kind not in ("aggregate", "ranking", "benchmark"):
        yield NOT_TOTALS.at("/kind", what=bound.kind)
    if bound.having is not None:
        yield NOT_TOTALS.at("/having", what="having")
    if bound.compare and not bound.settings.get("mine") and bound.kind != "benchmark":
        yield NOT_TOTALS.at("/compare", what="compare")
    for one in (base for each in bound.measures for base in each.base()):
        if (
            one.aggregate not in SUMMED
            or one.between is not None
            or one.per is not None
            or one.credit is not None
            or one.spread
            or one.as_of
            or one.trailing
        ):
            yield NOT_TOTALS.at(one.path, what=one.name)
    # What members of a benchmark are alike in is not shown.
    shown = bound.dimensions[:1] if bound.kind == "benchmark" else bound.dimensions
    for dimension in shown:
        if dimension.value_type not in GROUPED or dimension.bins is not None:
            yield NOT_TOTALS.at(dimension.at, what=dimension.name)


SUMMED = ("count", "count_distinct", "sum", "avg", "rate")
GROUPED = ("choice", "boolean", "reference", "person", "branch", "date", "datetime")


def run(bound: Bound, desk: Desk) -> Table:
    """Return the answer to a bound question, as the desk's asker may see it. Rejected with all problems."""
    kind, nightly = KINDS.get(bound.kind), getattr(desk.unit, "nightly", None)
    if not bound.report.get("nightly") or nightly is None:
        return kind.table(bound, desk)
    with nightly(desk.zone) as night:
        table = kind.table(bound, desk)
    return replace(table, as_of=night.as_of or table.as_of)
