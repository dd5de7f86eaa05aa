"""Reports and dashboards as routes, jobs and the command line ask for them: one reading a question, for one asker."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, Protocol

from sqlalchemy import select

from engine.access.actor import Actor
from engine.access.gate import Gate
from engine.access.policy import Policy
from engine.access.sources import Wanted
from engine.definitions.app import App
from engine.ids import new_id
from engine.problems import Code, Forbidden, NotFound, Problem, Rejected
from engine.store.unit import Unit
from engine.text import Words, say
from report_engine.behind import NOTHING_BEHIND, pick_of
from report_engine.binding import Bound
from report_engine.boards import (
    FISCAL_PERIODS,
    LEVELS,
    NO_CELL,
    PERIODS,
    Effective,
    Question,
    dimensions_of,
    effective,
    ignored,
    key_of,
    levelled,
    period_words,
    read_question,
)
from report_engine.chart import CHARTS, Figure
from report_engine.comparing import CHOICES, KEY, NAME, is_comparing, left_as_is, may_compare
from report_engine.dataset import Datasets, datasets
from report_engine.desk import PlainDesk
from report_engine.drilling import deeper
from report_engine.explaining import explained
from report_engine.figures import chart_of, figure, natural, words_of
from report_engine.kind import KINDS
from report_engine.layout import closed_up
from report_engine.nights import Tonight
from report_engine.offering import offered
from report_engine.office import Asked, Office
from report_engine.output import to_json
from report_engine.own_year import year_starts
from report_engine.passes.few import sees_more
from report_engine.picks import Pick
from report_engine.pipeline import run
from report_engine.problems import EMPTY, IMMATURE, NOT_OWN_TOTALS, SMALL_SAMPLE
from report_engine.reading import PAGE_S, Kept, Reading
from report_engine.rollups import Months
from report_engine.sight import facts_of, narrowed, role_words, roles_of
from report_engine.states import States
from report_engine.tabled import rows_of
from report_engine.veiling import Veil

Json = Mapping[str, Any]
LOG = logging.getLogger(__name__)
MOST_CHOICES = 200
MOST_CELLS = 60
LAST = 1_000_000
"""Place of what names none."""
NO_DASHBOARD = Code(
    "report.no_dashboard",
    zh="没有看板“{name}”",
    en="There is no dashboard “{name}”",
    hint_zh="它可能已改名，或您没有查看的权限",
    hint_en="It may have another name now, or you may not see it",
)
NO_SUCH_REPORT = Code(
    "report.no_such_report",
    zh="没有报表“{name}”",
    en="There is no report “{name}”",
    hint_zh="它可能已改名，或您没有查看的权限",
    hint_en="It may have another name now, or you may not see it",
)
NOT_BUILDER = Code(
    "report.not_builder",
    zh="您没有自建报表的权限",
    en="You may not build reports of your own",
    hint_zh="请管理员在角色里打开“自建报表”（rights.reports）",
    hint_en="Ask an administrator to switch on “reports” among the rights of your role",
)
NO_RIGHT = Code(
    "report.no_right",
    zh="这张图用到您无权查看的数据",
    en="This chart is made of data that you may not see",
    hint_zh="需要时请管理员开放相应表单或字段的查看权限",
    hint_en="Ask an administrator for the right to view them where you need it",
)
BROKEN = Code(
    "report.broken",
    zh="这张图没有算出来（编号 {reference}），其他图不受影响",
    en="This chart could not be worked out (reference {reference}); the others are not affected",
    hint_zh="请稍后重试，并把编号告诉管理员",
    hint_en="Try again in a moment and give the reference to your administrator",
)


class Keeps(Protocol):
    """The part of a workspace that reports need."""

    @property
    def zone(self) -> str: ...
    def zone_of(self, branch_id: str | None) -> str: ...
    def read(self, snapshot: bool = False) -> AbstractContextManager[Unit]: ...


class ReportService:
    """Every method that asks opens one reading transaction, in which all it says is of one moment."""

    def __init__(
        self,
        workspace: Keeps,
        app: App,
        policy: Policy,
        kept: Kept | None = None,
        open_hours: Callable[[Unit], str] | None = None,
    ) -> None:
        """`open_hours`: the opening hours of all branches as `engine.access.spans` reads them; without, all are always open."""
        self.workspace, self.app, self.policy, self._open_hours = workspace, app, policy, open_hours
        self.kept = kept if kept is not None else Kept()
        self.data = datasets(
            policy.shapes, app.of("forms"), app.of("metrics"), app.manifest.get("fiscal_year", 1)
        )
        self._veil = Veil(app.of("forms"))
        self._lock = threading.Lock()
        self._known: dict[Any, Datasets] = {}

    # who may see what

    @contextmanager
    def opened(self, actor: Actor, seconds: float = PAGE_S, night: Tonight | None = None) -> Iterator[Office]:
        """Open the books for one asker: one READ ONLY transaction at one moment, statements limited to `seconds`.

        `night`: what answers of nightly reports are kept in, while the night works them out.
        """
        with self.workspace.read(snapshot=True) as unit:
            office = self.office(unit, actor, seconds)
            if night is not None:
                night.begin(unit, office.desk.zone)
                office.reading.night, office.reading.kept, office.reading.own = night, None, night.own
                office.reading.states = States(unit, night.states)
            yield office
            if night is not None:
                night.is_personal = night.is_personal or office.reading.is_personal

    def office(self, unit: Unit, actor: Actor, seconds: float = PAGE_S) -> Office:
        """Return the books in an open transaction, for jobs that ask for several people in one."""
        reading = Reading(unit, seconds, self.kept)
        reading.months, reading.states = Months(unit), States(unit)
        if self._open_hours is not None:
            reading.open_hours = partial(self._open_hours, unit)
        desk = PlainDesk(Gate(self.policy, actor, reading), reading, self.workspace.zone_of(actor.branch_id))
        data = self.data_for(desk.gate)
        starts = year_starts(unit, data.year_starts)
        return Office(
            desk, data if starts == data.year_starts else replace(data, year_starts=starts), reading
        )

    def data_for(self, gate: Gate) -> Datasets:
        """Return the datasets without what the asker may not know of: hidden forms and fields do not exist for him."""
        key = gate.rights.signature
        found = self._known.get(key)
        if found is None:
            found = narrowed(self.data, gate, self.app)
            with self._lock:
                if len(self._known) > 200:
                    self._known.clear()
                self._known[key] = found
        return found

    def _sees(self, actor: Actor, one: Json) -> bool:
        roles = one.get("roles")
        return actor.is_system or not roles or bool(actor.roles & frozenset(roles))

    def report(self, actor: Actor, key: str) -> Json:
        """Return the definition of a report. NotFound for one that is not there or not for the asker."""
        found = self.app.of("reports").get(key)
        if found is None or not self._sees(actor, found):
            raise NotFound(NO_SUCH_REPORT.at("", name=key))
        return found

    def board(self, actor: Actor, key: str) -> Json:
        """Return the definition of a dashboard. NotFound for one that is not there or not for the asker."""
        found = self.app.of("dashboards").get(key)
        if found is None or not self._sees(actor, found):
            raise NotFound(NO_DASHBOARD.at("", name=key))
        return found

    # lists

    def dashboards(self, actor: Actor) -> list[dict[str, Any]]:
        """Return the dashboards that the asker may open, in order."""
        return [
            {
                "key": key,
                "name": one["name"],
                "icon": one.get("icon"),
                "module": one.get("module"),
                "levels": list(one.get("levels", ())),
            }
            for key, one in _in_order(self.app.of("dashboards"))
            if self._sees(actor, one)
        ]

    def reports(self, actor: Actor) -> list[dict[str, Any]]:
        """Return the reports that the asker may open."""
        return [
            {
                "key": key,
                "name": one["name"],
                "description": one.get("description"),
                "kind": one["kind"],
                "module": one.get("module"),
                "group": one.get("group"),
                "chart": chart_of(one),
            }
            for key, one in _in_order(self.app.of("reports"))
            if self._sees(actor, one)
        ]

    def dashboard(self, actor: Actor, key: str) -> dict[str, Any]:
        """Return a dashboard as the asker sees it: its filters with what they offer, its cells in their places."""
        board = self.board(actor, key)
        with self.opened(actor) as office:
            reports = self._reports_of(actor, board)
            level = self._level(office, board, reports)
            cells = [
                _cell(one, reports.get(str(one.get("report"))), office.data)
                for one in self.cells_of(actor, board)
            ]
            found = [self._filter(office, one, list(reports.values())) for one in board.get("filters", ())]
        filters = [one for one in found if one is not None]
        if any(is_comparing(one) for one in reports.values()):
            filters = _with_comparison(filters)
        return {
            "key": key, "name": board["name"], "level": level, "levels": list(board.get("levels", ())),
            "filters": filters, "cells": cells,
        }  # fmt: skip

    def _reports_of(self, actor: Actor, board: Json) -> dict[str, Json]:
        known = self.app.of("reports")
        keys = [str(one["report"]) for one in board["cells"] if one.get("report")]
        return {key: known[key] for key in keys if key in known and self._sees(actor, known[key])}

    def cells_of(self, actor: Actor, board: Json) -> list[dict[str, Any]]:
        """Return the cells of a dashboard that are for the asker, in the places they take then."""
        seen = self._reports_of(actor, board)
        kept = [one["key"] for one in board["cells"] if not one.get("report") or one["report"] in seen]
        return closed_up(board["cells"], frozenset(kept))

    def _level(self, office: Office, board: Json, reports: Mapping[str, Json]) -> str:
        """Return at which level the asker looks at a dashboard: as widely as he sees what it mostly counts."""
        counts: dict[str, int] = {}
        for report in reports.values():
            for fact in facts_of(report, office.data):
                counts[fact.form.key] = counts.get(fact.form.key, 0) + 1
        if not counts:
            return "personal"
        form = max(counts, key=lambda one: counts[one])
        rule = office.desk.gate.rights.row(form, "view")
        level = "group" if rule.is_all else "branch" if rule.words & BRANCH_WORDS else "personal"
        offered = tuple(board.get("levels", ())) or tuple(LEVELS)
        order = ("group", "branch", "personal")
        return next((one for one in order[order.index(level) :] if one in offered), offered[-1])

    def _filter(self, office: Office, one: Json, reports: Sequence[Json]) -> dict[str, Any] | None:
        made = {
            "key": one["key"],
            "role": one["role"],
            "name": one.get("name") or role_words(office.data, one["role"]),
        }
        if one.get("default") is not None:
            made["default"] = one["default"]
        if one["role"] == "date":
            offered_periods = PERIODS if office.data.year_starts == 1 else (*PERIODS, *FISCAL_PERIODS)
            options = [
                {"value": value, "name": _with_month(value, name, office.data.year_starts)}
                for value, name in offered_periods
            ]
            return {**made, "kind": "period", "options": options}
        try:
            options = self._choices(office, str(one["role"]), reports)
        except Rejected:
            # A role that the asker may not group by is no filter for him.
            return None
        return {**made, "kind": "choice", "options": options}

    def _choices(self, office: Office, role: str, reports: Sequence[Json]) -> list[dict[str, Any]]:
        """Return the values of a shared dimension that occur in what the asker sees."""
        facts = [fact for report in reports for fact in facts_of(report, office.data)]
        fact = next(
            (one for one in facts if role in one.roles and office.data.walk(one, one.roles[role])), None
        )
        if fact is None:
            return []
        desk, path = office.desk, fact.roles[role]
        source = desk.gate.source(fact.key, {"v": Wanted(path)})
        chosen = select(source.c.v).where(source.c.v.is_not(None)).distinct().limit(MOST_CHOICES)
        values = [str(row[0]) for row in rows_of(desk, chosen, [source], fact.key)]
        kind = source.kinds["v"]
        words: dict[str, Words] = {
            str(option["key"]): option.get("label") or {} for option in kind.config.get("options") or ()
        }
        if kind.target is not None:
            titles = desk.gate.labels(kind.target, values)
            words = {value: {"zh": title, "en": title} for value, title in titles.items()}
        made = [{"value": value, "name": words.get(value) or {"zh": value, "en": value}} for value in values]
        order = list(words) if kind.target is None else []
        return sorted(
            made,
            key=lambda one: (
                order.index(one["value"]) if one["value"] in order else len(order),
                str(one["name"]),
            ),
        )

    # questions

    def ask(self, actor: Actor, key: str, questions: Sequence[Any]) -> list[dict[str, Any]]:
        """Return an answer for each cell asked, all of one moment; what is wrong with one is told there alone."""
        board = self.board(actor, key)
        if len(questions) > MOST_CELLS:
            raise Rejected(NO_CELL.at("/cells", name=f"… {len(questions)}"))
        with self.opened(actor) as office:
            reports = self._reports_of(actor, board)
            level = self._level(office, board, reports)

            def work(given: Any) -> dict[str, Any]:
                is_veiled = isinstance(given, Mapping) and given.get("veiled") is True
                asked = self._of_cell(office, board, reports, level, given)
                return self._answer(office, asked, is_veiled=is_veiled)

            return [self._safely(office, partial(work, given), given) for given in questions]

    def _safely(self, office: Office, work: Callable[[], dict[str, Any]], given: Any) -> dict[str, Any]:
        """Return an answer or what is wrong; the transaction stays fit for the next one."""
        cell = str(given.get("cell", "")) if isinstance(given, Mapping) else ""
        try:
            with office.reading.unit.savepoint():
                return {"cell": cell, **work()}
        except Rejected as refused:
            problems = _worded(refused)
        except Exception:
            reference = new_id()[-12:]
            LOG.exception("chart %s (%s)", cell, reference)
            problems = (BROKEN.at("", reference=reference),)
        return {
            "cell": cell,
            "problem": problems[0].to_json(),
            "problems": [one.to_json() for one in problems],
        }

    def _of_cell(
        self, office: Office, board: Json, reports: Mapping[str, Json], level: str, given: Any
    ) -> tuple[Bound, Effective]:
        question = read_question(given)
        cell = next((one for one in board["cells"] if one["key"] == question.cell), None)
        if cell is None or not cell.get("report"):
            raise Rejected(NO_CELL.at("/cell", name=question.cell))
        report = reports.get(str(cell["report"]))
        if report is None:
            raise Rejected(NO_SUCH_REPORT.at("/cell", name=str(cell["report"])))
        # What keeps aloof is about now, whatever days the reader compares with.
        chosen = question.filters.get(KEY) if cell.get("aloof") else None
        if cell.get("aloof"):
            question = replace(question, narrowed={}, filters=_without_date(board, question.filters))
        known = dimensions_of(list(reports.values()))
        bound, made = self._asked(office, report, question, board.get("filters", ()), known, level)
        if isinstance(chosen, str) and chosen:
            made = replace(made, beside=left_as_is(made.report, chosen))
        return bound, made

    def _asked(
        self,
        office: Office,
        report: Json,
        question: Question,
        filters: Sequence[Json],
        known: Mapping[str, Json],
        level: str,
        *,
        is_alone: bool = False,
    ) -> tuple[Bound, Effective]:
        roles = list(dict.fromkeys(role for fact in facts_of(report, office.data) for role in fact.roles))
        report = levelled(report, level, roles)
        known = {**known, **dimensions_of([report])}
        made = effective(
            report, question, filters, known, office.today, office.data.year_starts, is_alone=is_alone
        )
        if made.others:
            made = replace(made, picks=(*made.picks, *self._others(office, made)))
        return office.bound(made.report, made.given), made

    def _others(self, office: Office, made: Effective) -> Iterator[Pick]:
        """Yield picks of what is outside the top few, as the charts that were clicked showed them."""
        for key, by in made.others:
            plain_ = {**made.report, "by": [by]}
            bound = office.bound(
                {k: v for k, v in plain_.items() if k not in ("sort", "totals", "pivot", "compare")}
            )
            found = pick_of(bound, office.desk, bound.dimension(key), "(other)")
            yield replace(found, by=by, is_soft=True, label=bound.dimension(key).name)

    def _answer(
        self, office: Office, asked: tuple[Bound, Effective], *, is_veiled: bool = False
    ) -> dict[str, Any]:
        bound, made = asked
        table = run(bound, office.desk)
        table = self._veil.over(table, bound) if is_veiled else table
        warnings = [*table.warnings, *ignored(bound.ignored)]
        figure_ = figure(made.report, table, office.actor.lang)
        figure_["notes"] = _notes(figure_, warnings, office.actor.lang)
        return {
            "figure": figure_,
            "as_of": table.as_of.isoformat() if table.as_of is not None else None,
            "deeper": deeper(office, bound, made.report),
            "words": words_of(table, office.actor.lang),
            "opens": _opens(bound) and not sees_more(bound, office.desk),
            "period": period_words(made.period or made.report.get("period")),
            "row_count": len(table.rows),
            **({"beside": made.beside} if made.beside else {}),
        }

    def behind(self, actor: Actor, key: str, point: Json, *, is_report: bool = False) -> dict[str, Any]:
        """Return the records behind a point of a cell, as a list of records takes them."""
        with self.opened(actor) as office:
            bound, _ = self._point(office, key, point, is_report)
            dims, measure = _dims(point)
            found = KINDS.get(bound.kind).behind(bound, office.desk, dims, measure)
            words = _told(office, bound, dims, measure, is_short=True)["filters"]
        return {**found.to_json(), "words": _joined(words)}

    def explain(self, actor: Actor, key: str, point: Json, *, is_report: bool = False) -> dict[str, Any]:
        """Return what a point of a cell means: formula, filters, rows, date, hints, and why it changed."""
        with self.opened(actor) as office:
            bound, _ = self._point(office, key, point, is_report)
            dims, measure = _dims(point)
            told = _told(office, bound, dims, measure)
            change = told.pop("split", None)
            lang = office.actor.lang
            told["change"] = (
                figure({"chart": {"kind": "waterfall"}}, change, lang) if change is not None else None
            )
        return told

    def _point(self, office: Office, key: str, point: Json, is_report: bool) -> tuple[Bound, Effective]:
        question = point.get("question", {})
        if not is_report:
            board = self.board(office.actor, key)
            reports = self._reports_of(office.actor, board)
            level = self._level(office, board, reports)
            return _seen(self._of_cell(office, board, reports, level, question))
        report = self.report(office.actor, key)
        return _seen(self._of_report(office, report, read_question(question)))

    def _of_report(self, office: Office, report: Json, question: Question) -> tuple[Bound, Effective]:
        filters = report_filters(office, report)
        level = self._level(office, {}, {"": report})
        return self._asked(office, report, question, filters, {}, level, is_alone=True)

    # single reports

    def report_page(self, actor: Actor, key: str) -> dict[str, Any]:
        """Return a report with the filters that it takes."""
        report = self.report(actor, key)
        with self.opened(actor) as office:
            found = [self._filter(office, one, [report]) for one in report_filters(office, report)]
        filters = [one for one in found if one is not None]
        if may_compare(report):
            filters = _with_comparison(filters)
        kept = {
            name: report[name]
            for name in ("name", "description", "kind", "module", "period")
            if name in report
        }
        return {
            "key": key, **kept, "chart": chart_of(report), "level": None, "filters": filters,
        }  # fmt: skip

    def ask_report(self, actor: Actor, key: str, given: Json) -> dict[str, Any]:
        """Return the answer of one report: its figure and its table. Rejected with all problems."""
        return self._whole(actor, self.report(actor, key), given)

    def run(self, actor: Actor, report: Json, given: Json) -> dict[str, Any]:
        """Return the answer of a report that somebody wrote himself. Forbidden without the right to."""
        rights = self.policy.rights(actor)
        if not (rights.right("reports") or rights.right("design")):
            raise Forbidden(NOT_BUILDER.at(""))
        if isinstance(report, Mapping) and "sees" in report:
            raise Rejected(NOT_OWN_TOTALS.at("/sees"))
        return self._whole(actor, report, given)

    def _whole(self, actor: Actor, report: Json, given: Json) -> dict[str, Any]:
        with self.opened(actor) as office:
            # Whatever is wrong with a report as such is told first, before anything is added to it.
            if not isinstance(report, Mapping) or not isinstance(report.get("by", []), list):
                office.bound(report)
            wanted = str(given.get("chart"))
            if wanted in CHARTS:
                report = {**report, "chart": {"kind": wanted}}
            bound, made = self._of_report(office, report, read_question(given))
            answer = self._answer(office, (bound, made))
            table = run(bound, office.desk)
        return {**answer, "table": to_json(table)}

    def table(self, office: Office, report: Json, filters: Json | None = None) -> Asked:
        """Return a report's table for exports, alerts and subscriptions. Rejected with all problems.

        `filters`: values by role, as dashboards give them: `{"date": "last month", "branch": ["…"]}`.
        """
        given = [{"key": role, "role": role} for role in filters or {}]
        question = Question(filters=filters or {})
        level = self._level(office, {}, {"": report})
        made = effective(
            levelled(report, level, roles_of(report, office.data)),
            question,
            given,
            {},
            office.today,
            office.data.year_starts,
            is_alone=True,
        )
        return office.table(made.report, made.given)

    def cells(
        self,
        actor: Actor,
        key: str,
        filters: Json | None = None,
        seconds: float = PAGE_S,
        night: Tonight | None = None,
    ) -> Iterator[tuple[Json, Json, Asked | Rejected]]:
        """Yield each cell of a dashboard with its report and its table or what is wrong, all in one transaction.

        With `night` only those of nightly reports.
        """
        board = self.board(actor, key)
        with self.opened(actor, seconds, night) as office:
            reports = self._reports_of(actor, board)
            level = self._level(office, board, reports)
            for cell in self.cells_of(actor, board):
                report = reports.get(str(cell.get("report")))
                if report is None or (night is not None and not report.get("nightly")):
                    continue
                question = {"cell": cell["key"], "filters": filters or {}}
                try:
                    with office.reading.unit.savepoint():
                        bound, made = self._of_cell(office, board, reports, level, question)
                        found: Asked | Rejected = office.asked(made.report, bound)
                except Rejected as refused:
                    found = refused
                yield cell, report, found

    def veiled(self, asked: Asked) -> Asked:
        """Return an answer without anybody's name, for places where nobody knows who reads along."""
        return replace(asked, table=self._veil.over(asked.table, asked.bound))

    # for designers

    def offered(self, actor: Actor) -> dict[str, Any]:
        """Return the facts, dimensions and measures that the asker may use in reports."""
        with self.opened(actor) as office:
            forms = self.app.of("forms")
            facts = [
                offered(one, office)
                for one in office.data.facts.values()
                if not forms.get(one.form.key, {}).get("off")
            ]
            metrics = [
                {
                    "key": key,
                    "name": one["name"],
                    "format": one.get("format", "number"),
                    "synonyms": one.get("synonyms", []),
                }
                for key, one in office.data.metrics.items()
            ]
        kinds = [{"key": key, "name": {"zh": one.zh, "en": one.en}} for key, one in KINDS.all().items()]
        charts = [{"key": key, "name": {"zh": one.zh, "en": one.en}} for key, one in CHARTS.all().items()]
        return {"facts": facts, "metrics": metrics, "kinds": kinds, "charts": charts}


def _worded(refused: Rejected) -> Sequence[Problem]:
    """Return problems as whoever looks at a shipped report understands them: names he does not know mean no right."""
    if all(one.code in UNSEEN for one in refused.problems):
        return (NO_RIGHT.at(""),)
    return refused.problems


UNSEEN = frozenset({
    "report.unknown_measure", "report.unknown_fact", "report.unknown_field", "report.no_way", "access.field_hidden", "access.field_masked",
    "access.no_form",
})  # fmt: skip
"""What a report that `clinicraft check` found right says only to those who may not see what it is made of."""
BRANCH_WORDS = frozenset({"branch", "region", "branches"})


def _notes(made: Figure, warnings: Sequence[Any], lang: str) -> list[str]:
    """Return what stands below a chart: its own notes, and what it does not say itself of the table's warnings."""
    own = list(made.get("notes", ()))
    told = {EMPTY.code, *((SMALL_SAMPLE.code, IMMATURE.code) if own or made["kind"] == "kpi" else ())}
    more = [one.message(lang) for one in warnings if isinstance(one, Problem) and one.code not in told]
    return list(dict.fromkeys([*own, *more]))


def _in_order(objects: Mapping[str, Json]) -> list[tuple[str, Json]]:
    return sorted(objects.items(), key=lambda item: (item[1].get("order", LAST), item[0]))


def report_filters(office: Office, report: Json) -> list[dict[str, Any]]:
    """Return the filters that a report by itself takes: its day, and the dimensions that all its facts share."""
    facts = facts_of(report, office.data)
    shared = [role for role in (facts[0].roles if facts else ()) if all(role in one.roles for one in facts)]
    named = [role for role in shared if role not in ("owner", "creator")]
    return [{"key": role, "role": role} for role in ("date", *named[:6])]


def _with_comparison(filters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return filters with the choice of what to compare with behind the period, where there is one and the name is free."""
    at = next((at for at, one in enumerate(filters) if one["kind"] == "period"), None)
    if at is None or any(one["key"] == KEY for one in filters):
        return filters
    options = [{"value": value, "name": name} for value, name in CHOICES]
    own = {"key": KEY, "role": KEY, "name": NAME, "kind": "compare", "options": options}
    return [*filters[: at + 1], own, *filters[at + 1 :]]


def _with_month(period: str, name: Words, starts: int) -> Words:
    """Return the name of a period; one of the fiscal year says in which month that starts."""
    if "fiscal" not in period:
        return name
    return {
        "zh": f"{name['zh']}（{starts} 月起）",
        "en": f"{name['en']} (from {date(2000, starts, 1):%B})",
    }


def _without_date(board: Json, filters: Json) -> dict[str, Any]:
    dates = {KEY, *(one["key"] for one in board.get("filters", ()) if one["role"] == "date")}
    return {key: value for key, value in filters.items() if key not in dates}


def _cell(one: Json, report: Json | None, data: Datasets) -> dict[str, Any]:
    x, y, w, h = one["at"]
    name = one.get("name") or (report or {}).get("name") or {"zh": "", "en": ""}
    made: dict[str, Any] = {
        "key": one["key"],
        "title": name,
        "chart": chart_of(report) if report else "text",
        "x": x,
        "y": y,
        "w": w,
        "h": h,
    }
    if one.get("text"):
        made["text"] = one["text"]
    if one.get("panel"):
        made["chart"] = made["panel"] = one["panel"]
    if report is not None:
        made["report"] = report["key"]
        first = next(iter(report.get("measures", ())), None)
        if made["chart"] == "kpi" and isinstance(first, str) and first in data.metrics:
            made["metric"] = first
        if report.get("description"):
            made["note"] = report["description"]
    for name in ("click", "aloof"):
        if one.get(name):
            made[name] = one[name]
    return made


def _opens(bound: Bound) -> bool:
    is_list = bool(bound.facts) or bound.form is not None
    return KINDS.get(bound.kind).opens and is_list and not bound.settings.get("mine")


def _told(
    office: Office, bound: Bound, dims: Mapping[str, Any], measure: str | None, *, is_short: bool = False
) -> dict[str, Any]:
    """Return what a number of a report of any kind means."""
    kind = KINDS.get(bound.kind)
    asked, more = kind.explained(bound, office.desk, dims)
    told = explained(office.desk, asked, dims, kind.meant(bound, dims, measure), is_short=is_short)
    return {**told, "filters": [*told["filters"], *more]}


def _seen(asked: tuple[Bound, Effective]) -> tuple[Bound, Effective]:
    """Return what stands behind a point: never more than the asker may look at."""
    bound, made = asked
    return replace(bound, report={key: one for key, one in bound.report.items() if key != "sees"}), made


def _dims(point: Json) -> tuple[Mapping[str, Any], str | None]:
    dims, measure = point.get("dims") or {}, point.get("measure")
    if not isinstance(dims, Mapping) or not isinstance(measure, str | None):
        raise Rejected(NOTHING_BEHIND.at("/dims"))
    return dims, measure


def _joined(words: Sequence[Words]) -> Words:
    return {
        lang: "；".join(say(one, lang) for one in words)
        if lang == "zh"
        else "; ".join(say(one, lang) for one in words)
        for lang in ("zh", "en")
    }


__all__ = ["Asked", "Office", "ReportService", "chart_of", "figure", "key_of", "natural"]
