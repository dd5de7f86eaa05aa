"""Whether every report, metric and dashboard of an app can be asked: each is bound and its statements are made, unrun."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from engine.access.actor import system_actor
from engine.access.gate import Gate
from engine.access.policy import Policy
from engine.access.query import Record, ScopedQuery
from engine.definitions.app import App
from engine.definitions.shape import FormShape
from engine.problems import Code, Problem, Rejected, pointer
from engine.text import nearest
from report_engine.binding import Bound
from report_engine.boards import LEVELS, levelled
from report_engine.chart import CHARTS
from report_engine.dataset import Datasets, datasets
from report_engine.desk import PlainDesk
from report_engine.measures import Measures
from report_engine.pipeline import bound_report, run
from report_engine.problems import NO_GOALS
from report_engine.sight import facts_of
from report_engine.statistics.forecast import TOO_SHORT
from report_engine.written import every_row, writes_of

Json = Mapping[str, Any]
DIALECTS = ("sqlite", "postgresql")
ZONE = "Asia/Shanghai"
NOON = datetime(2026, 6, 15, 4, tzinfo=UTC)
UNKNOWN_CHART = Code(
    "report.unknown_chart",
    zh="没有“{name}”这种图表",
    en="There is no kind of chart “{name}”",
    hint_zh="可用：{choices}",
    hint_en="Possible: {choices}",
)
UNKNOWN_REPORT = Code(
    "report.unknown_report",
    zh="没有报表“{name}”",
    en="There is no report “{name}”",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
UNKNOWN_ROLE = Code(
    "report.unknown_role",
    zh="看板里没有一张图有维度“{name}”",
    en="No chart of the dashboard has a dimension “{name}”",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
NO_PLACE = Code(
    "report.no_place",
    zh="图表超出看板的 24 栏，或与“{other}”重叠",
    en="The chart reaches beyond the 24 columns of the dashboard, or lies upon “{other}”",
    hint_zh="at 为 [左, 上, 宽, 高]，左 + 宽不超过 24",
    hint_en="at is [left, top, width, height]; left + width is at most 24",
)
ABOUT_DATA = frozenset({TOO_SHORT.code})
"""What an empty clinic cannot do, however right the report is."""
COLUMNS = 24


class Still:
    """A transaction in which nothing is ever found: statements are made for it, and none is run."""

    def __init__(self, dialect: str) -> None:
        self.dialect, self.now = dialect, NOON
        self.keys: Any = _Keys()

    def execute(self, scoped: ScopedQuery) -> list[Record]:
        """Return what an empty clinic gives."""
        return scoped.read([], self.keys)


class _Keys:
    def open(self, sealed: str, table: str, record_id: str, field: str) -> str:
        return sealed

    def blind(self, form: str, field: str, text: str) -> str:
        return text

    def tail(self, form: str, field: str, text: str) -> str | None:
        return text


def problems_of_reports(app: App, policy: Policy, dialects: Iterable[str] = DIALECTS) -> list[Problem]:
    """Return everything that is wrong with the reports, metrics and dashboards of an app, where its author wrote it.

    `dialects`: the databases whose statements are made.
    """
    data = datasets(policy.shapes, app.of("forms"), app.of("metrics"), app.manifest.get("fiscal_year", 1))
    desks = [_desk(policy, dialect) for dialect in dialects]
    found = [*_measures(app, data, desks)]
    for key, report in app.of("reports").items():
        found += _under(pointer("reports", key), _report(report, data, desks, policy.shapes))
    for key, board in app.of("dashboards").items():
        found += _under(pointer("dashboards", key), _board(board, app, data))
    return found


def _desk(policy: Policy, dialect: str) -> PlainDesk:
    unit = Still(dialect)
    return PlainDesk(Gate(policy, system_actor("check", zone=ZONE), unit), unit, ZONE)


def _under(path: str, problems: Iterable[Problem]) -> list[Problem]:
    kept: dict[tuple[Any, ...], Problem] = {}
    for one in problems:
        made = one.under(path)
        kept.setdefault((made.code, made.path, str(made.params)), made)
    return list(kept.values())


@contextmanager
def _told(found: list[Problem]) -> Iterator[None]:
    try:
        yield
    except Rejected as refused:
        found += refused.problems


def _report(
    report: Json, data: Datasets, desks: Sequence[PlainDesk], shapes: Mapping[str, FormShape]
) -> list[Problem]:
    found: list[Problem] = []
    roles = [role for fact in data.facts.values() for role in fact.roles]
    is_levelled = any(
        "level" in (one, isinstance(one, Mapping) and one.get("role")) for one in report.get("by", ())
    )
    for level in LEVELS if is_levelled else ("group",):
        asked = levelled(report, level, list(dict.fromkeys(roles)))
        bound: Bound | None = None
        with _told(found):
            bound = bound_report(asked, data, NOON, ZONE)
        if bound is None:
            return found
        for desk in desks:
            with _told(found):
                found += _drawn(asked, bound, desk)
        if report.get("writes"):
            with _told(found):
                writes_of(report, every_row(bound, desks[0]), shapes)
    return [one for one in found if one.code not in ABOUT_DATA]


def _drawn(report: Json, bound: Bound, desk: PlainDesk) -> Iterator[Problem]:
    """Yield what is wrong with a report's statements, and with its chart for the columns it has."""
    table = run(bound, desk)
    yield from (one for one in table.warnings if one.code == NO_GOALS.code)
    given = report.get("chart")
    if given is None:
        return
    kind = str(given["kind"])
    if kind not in CHARTS:
        choices = ", ".join(nearest(kind, CHARTS.all()) or sorted(CHARTS.all()))
        yield UNKNOWN_CHART.at("/chart/kind", name=kind, choices=choices)
        return
    chart = CHARTS.get(kind)
    config = {key: value for key, value in given.items() if key != "kind"}
    yield from chart.check(chart.settings(config, table), table, "/chart")


def _measures(app: App, data: Datasets, desks: Iterable[PlainDesk]) -> list[Problem]:
    """Return what is wrong with measures that forms and metrics name."""
    found: list[Problem] = []
    named = [(key, pointer("metrics", key)) for key in app.of("metrics")]
    for fact in data.facts.values():
        for at, key in enumerate(fact.measures):
            place = ("facts", fact.rows, "measures", at) if fact.rows is not None else ("measures", at)
            named.append((f"{fact.key}.{key}", pointer("forms", fact.form.key, *place)))
    for name, path in named:
        report = {"kind": "aggregate", "measures": [name]}
        own: list[Problem] = []
        with _told(own):
            Measures(data).find(name, "")
        for desk in desks if not own else ():
            with _told(own):
                run(bound_report(report, data, NOON, ZONE), desk)
        found += _under(path, (_unplaced(one) for one in own))
    return found


def _unplaced(one: Problem) -> Problem:
    """Return a problem of a measure without the place it would have in a report."""
    path = one.path.removeprefix("/measures/0")
    return type(one)(one.code, path, one.params)


def _board(board: Json, app: App, data: Datasets) -> Iterator[Problem]:
    reports = app.of("reports")
    places: list[tuple[str, tuple[int, int, int, int]]] = []
    shown: list[Json] = []
    for at, cell in enumerate(board["cells"]):
        name = cell.get("report")
        if name is not None and name not in reports:
            close = ", ".join(nearest(str(name), reports)) or "–"
            yield UNKNOWN_REPORT.at(pointer("cells", at, "report"), name=str(name), nearest=close)
        elif name is not None:
            shown.append(reports[str(name)])
        x, y, w, h = cell["at"]
        other = next((key for key, one in places if _overlap(one, (x, y, w, h))), None)
        if x + w > COLUMNS or not w or not h or other is not None:
            yield NO_PLACE.at(pointer("cells", at, "at"), other=other or "–")
        places.append((str(cell["key"]), (x, y, w, h)))
    roles = {role for report in shown for fact in facts_of(report, data) for role in fact.roles} | {"date"}
    for at, one in enumerate(board.get("filters", ())):
        if one["role"] not in roles:
            close = ", ".join(nearest(str(one["role"]), roles)) or "–"
            yield UNKNOWN_ROLE.at(pointer("filters", at, "role"), name=str(one["role"]), nearest=close)


def _overlap(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    (ax, ay, aw, ah), (bx, by, bw, bh) = one, other
    return ax < bx + bw and bx < ax + aw and ay < by + bh and by < ay + ah


__all__ = ["problems_of_reports"]
