"""Conditions of flows that run in the database, tried on both databases before they are needed; nothing is asked of either."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import product
from types import SimpleNamespace
from typing import Any

from engine.access.actor import system_actor
from engine.access.gate import Gate
from engine.access.query import RecordQuery
from engine.definitions.app import App
from engine.expressions.types import ExprType, Range
from engine.problems import Problem, Rejected
from flow_engine.plan import Filter, FlowPlan
from flow_engine.soundness import Finding
from flow_engine.soundness.finding import F15, label, place
from form_engine.compile import compile_app
from form_engine.plan import AppPlan
from server.flows import as_formulas, set_apart

DIALECTS = ("sqlite", "postgresql")
_ZONE = "Asia/Shanghai"
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_SAMPLES: Mapping[str, Any] = {
    "number": Decimal(1),
    "text": "x",
    "option": "x",
    "record": "x",
    "bool": True,
    "date": date(2026, 1, 1),
    "datetime": _NOW,
    "time": time(9),
    "range": Range(date(2026, 1, 1), date(2026, 1, 2)),
}
_ANYTHING = ("x", Decimal(1), date(2026, 1, 1), True, ("x",))
"""For names of which nothing is known: one of these must do."""
MOST_TRIES = 200


class FilterTrial:
    """Tries the conditions of one app; an app that does not compile is not tried."""

    def __init__(self, app: App) -> None:
        self._app = app
        try:
            self._plan: AppPlan | None = compile_app(app)
        except Rejected:
            self._plan = None

    def of_flow(self, plan: FlowPlan) -> Iterator[Finding]:
        """Yield what of a flow's nodes, triggers and segments the database cannot work out."""
        for node in plan.nodes.values():
            for where, found in node.filters.items():
                problem = self._first(found.form, found.text, found)
                if problem is not None:
                    yield _finding(
                        problem, f"{place(plan, node.key)}/{where}", label(plan, node.key), (node.key,)
                    )
        for trigger in plan.triggers:
            when = trigger.formulas.get("when")
            if (
                when is not None
                and trigger.form is not None
                and (trigger.kind in ("schedule", "segment", "balance") or trigger.clocks)
            ):
                problem = self._first(trigger.form, when.text)
                if problem is not None:
                    name = {"zh": "触发器", "en": "the trigger"}
                    yield _finding(problem, f"/flows/{plan.key}/{trigger.key}/when", name, ())

    def of_segments(self) -> Iterator[Problem]:
        """Yield segments that the database cannot find."""
        for key, one in self._app.of("segments").items():
            if one.get("filter") and one.get("form"):
                problem = self._first(str(one["form"]), str(one["filter"]))
                if problem is not None:
                    yield _problem(
                        problem, f"/segments/{key}/filter", one.get("name") or {"zh": key, "en": key}
                    )

    def _first(self, form: str, text: str, found: Filter | None = None) -> Problem | None:
        """Return why a condition does not run; None where it does on both databases, or nothing can be said."""
        if self._plan is None or form not in self._plan.forms or self._plan.forms[form].is_off:
            return None
        outer = found.outer if found is not None else {}
        choices = [_samples(formula.checked.type) for formula in outer.values()]
        worst: Problem | None = None
        for tried, values in enumerate(product(*choices)):
            if tried >= MOST_TRIES:
                return None
            worst = self._tried(form, text, dict(zip(outer, values, strict=True)))
            if worst is None:
                return None
        return worst

    def _tried(self, form: str, text: str, names: Mapping[str, Any]) -> Problem | None:
        assert self._plan is not None
        where, known = set_apart(self._plan.forms[form].shape, text, names)
        query = RecordQuery(form, fields=("id",), where=known, formulas=as_formulas(where, names, _ZONE))
        for dialect in DIALECTS:
            unit: Any = SimpleNamespace(now=_NOW, dialect=dialect, keys=_NoKeys())
            gate = Gate(self._plan.policy, system_actor(self._app.key, zone=_ZONE), unit)
            try:
                gate.select(query)
            except Rejected as refused:
                return refused.problems[0]
        return None


class _NoKeys:
    """Marks that find nothing."""

    def open(self, sealed: str, table: str, record_id: str, field: str) -> str:
        return ""

    def blind(self, form: str, field: str, text: str) -> str:
        return ""

    def tail(self, form: str, field: str, text: str) -> str | None:
        return None


def _samples(kind: ExprType) -> tuple[Any, ...]:
    if kind.name == "list":
        return tuple((one,) for one in _samples(kind.item)) if kind.item is not None else ((),)
    return (_SAMPLES[kind.name],) if kind.name in _SAMPLES else _ANYTHING


def _problem(why: Problem, path: str, name: Mapping[str, str]) -> Problem:
    said = {lang: why.message(lang) for lang in ("zh", "en")}
    position = {key: why.params[key] for key in ("offset", "offset1", "position") if key in why.params}
    return F15.at(path, node=name, why=said, **position)


def _finding(why: Problem, path: str, name: Mapping[str, str], nodes: tuple[str, ...]) -> Finding:
    return Finding(_problem(why, path, name), nodes=nodes)
