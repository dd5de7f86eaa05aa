"""Funnel (漏斗): how many records came how far, from the very history of their stage; how long they stayed, who is stuck.

`steps`: `[{"stage": "new", "label": {…}}, …]` in order. `settings`: `history` (the stage field; default stage or status), `mode`:
ordered (each step in its turn), any (in any order), current (where records stand now); `skip`: a later step
counts for the ones before it (default true); `window`: days from the first step; `sla`: hours after which a record
that is still in a step is stuck; `lost`: stages that mean lost.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    literal_column,
    select,
)

from engine.access.sources import Source, Sources, Wanted
from engine.problems import Code, Problem, Rejected
from engine.schema import closed
from report_engine.behind import NOTHING_BEHIND, Behind, with_ids
from report_engine.binding import Bound
from report_engine.dataset import Datasets, Fact
from report_engine.desk import Desk
from report_engine.draft import Draft, Group
from report_engine.kind import Kind
from report_engine.passes.labels import label
from report_engine.picks import within_days
from report_engine.problems import EMPTY, NOT_FOR_KIND
from report_engine.query import rounded
from report_engine.table import Cell, Column, Table
from report_engine.tabled import kept_rows, plan_of
from report_engine.wording import read_again

Json = Mapping[str, Any]
NO_STEPS = Code(
    "report.no_steps",
    zh="漏斗要有表单（form）和 2 到 12 个步骤（steps），每步写明 stage",
    en="A funnel needs a form and 2 to 12 steps, each with its stage",
    hint_zh='例如 "steps": [{"stage": "new"}, {"stage": "won"}]',
    hint_en='For example "steps": [{"stage": "new"}, {"stage": "won"}]',
)
UNKNOWN_STAGE = Code(
    "report.unknown_stage",
    zh="没有阶段“{stage}”",
    en="There is no stage “{stage}”",
    hint_zh="可用：{choices}",
    hint_en="Possible: {choices}",
)
BEHIND = frozenset({"count", "lost", "open", "stuck"})
"""Numbers of a step that stand for records."""
MODES = ("ordered", "any", "current")
RATE = 6
COLUMNS = (
    Column("count", {"zh": "人数", "en": "Reached"}, "measure", "integer"),
    Column(
        "step_rate",
        {"zh": "环节转化率", "en": "Of the step before"},
        "measure",
        "percent",
        "up",
        adds_up=False,
    ),
    Column("overall_rate", {"zh": "总转化率", "en": "Of all"}, "measure", "percent", "up", adds_up=False),
    Column("lost", {"zh": "流失", "en": "Lost"}, "measure", "integer", "down"),
    Column("median", {"zh": "停留中位数", "en": "Median time"}, "measure", "duration", "down", adds_up=False),
    Column(
        "p90", {"zh": "停留 90 分位", "en": "90th percentile"}, "measure", "duration", "down", adds_up=False
    ),
    Column("open", {"zh": "仍在此环节", "en": "Still here"}, "measure", "integer"),
    Column("stuck", {"zh": "超时", "en": "Stuck"}, "measure", "integer", "down"),
)


class Funnel(Kind):
    """Steps by dimensions."""

    def problems(self, report: Json, data: Datasets) -> Iterable[Problem]:
        steps = report.get("steps", ())
        stages = [one.get("stage") for one in steps]
        if (
            not report.get("form")
            or not 2 <= len(stages) <= 12
            or not all(isinstance(one, str) for one in stages)
        ):
            yield NO_STEPS.at("/steps")
            return
        fact = data.facts.get(str(report["form"]))
        field = data.field(fact, history_of(report, fact)) if fact is not None else None
        options = field.config.get("options") if field is not None else None
        known = [str(one["key"]) for one in options or ()]
        for at, stage in enumerate(stages):
            if known and stage not in known:
                yield UNKNOWN_STAGE.at(f"/steps/{at}/stage", stage=stage, choices=", ".join(known))
        for at, one in enumerate(report.get("by", ())):
            for name in ("bucket", "bins"):
                if isinstance(one, Mapping) and one.get(name):
                    yield NOT_FOR_KIND.at(f"/by/{at}/{name}", name=name)
        if report.get("measures"):
            yield NOT_FOR_KIND.at("/measures", name="measures")

    def table(self, bound: Bound, desk: Desk) -> Table:
        return _Funnel(bound, desk).table()

    def behind(self, bound: Bound, desk: Desk, dims: Mapping[str, Any], measure: str | None) -> Behind:
        return _Funnel(bound, desk).behind(dims, measure or "count")


def history_of(report: Json, fact: Fact) -> str:
    """Return the field whose history the steps are stages of."""
    given = report.get("settings", {}).get("history")
    if given:
        return str(given).rpartition(".")[2]
    return "stage" if "stage" in fact.shape.fields else "status"


class _Funnel:
    def __init__(self, bound: Bound, desk: Desk) -> None:
        self.bound, self.desk = bound, desk
        self.fact = bound.data.facts[str(bound.form)]
        settings = bound.settings
        self.stages = [str(one["stage"]) for one in bound.report["steps"]]
        self.mode = str(settings.get("mode", "ordered"))
        self.skip = bool(settings.get("skip", True))
        self.window = settings.get("window")
        self.sla = settings.get("sla")
        self.lost = [str(one) for one in settings.get("lost", ())]
        self.history = history_of(bound.report, self.fact)
        self.dimensions = bound.dimensions

    def table(self) -> Table:
        reached = self._reached()
        stays = self._stays()
        still = self._still()
        groups = sorted({key for key, *_ in reached}, key=lambda key: [(v is None, str(v)) for v in key])
        rows: list[tuple[Cell, ...]] = []
        counts = {key: numbers for key, numbers, _ in reached}
        losses = {key: lost for key, _, lost in reached}
        largest = self._largest(counts)
        for key in groups:
            if not all(key[at] in kept for at, kept in largest.items()):
                continue
            for at, stage in enumerate(self.stages):
                here = counts[key][at]
                before = counts[key][at - 1] if at else here
                rows.append((
                    *key, stage, here, _part(here, before), _part(here, counts[key][0]), losses[key][at],
                    *stays.get((*key, stage), (None, None)), *still.get((*key, stage), (0, 0)),
                ))  # fmt: skip
        return self._shown(rows)

    def _largest(self, counts: Mapping[tuple[Any, ...], list[int]]) -> dict[int, set[Any]]:
        """Return, for each dimension with `top`, its values with most records at the first step.

        The rest stays away: times in a step of several groups cannot be put together from theirs.
        """
        found: dict[int, set[Any]] = {}
        for at, one in enumerate(self.dimensions):
            if one.top is None:
                continue
            sizes: dict[Any, int] = {}
            for key, numbers in counts.items():
                sizes[key[at]] = sizes.get(key[at], 0) + numbers[0]
            order = sorted(sizes, key=lambda value: (-sizes[value], value is None, str(value)))
            found[at] = set(order[: one.top])
        return found

    def _shown(self, rows: list[tuple[Cell, ...]]) -> Table:
        """Return the table, with the words of its breakdown as any report has them."""
        words = {
            str(one["stage"]): one.get("label") or self._option(str(one["stage"]))
            for one in self.bound.report["steps"]
        }
        step = Column("step", {"zh": "环节", "en": "Step"}, "dimension", "text", labels=words)
        width = len(self.dimensions)
        plain = replace(self.bound, measures=(), compare=(), totals=())
        groups = tuple(Group(tuple(row[:width]), {}) for row in rows)
        made = label(Draft(plain, self.desk, groups)).table
        assert made is not None
        warnings = () if rows else (EMPTY.at(""),)
        return replace(
            made, columns=(*made.columns[:width], step, *COLUMNS), rows=tuple(rows), warnings=warnings,
            notes={"mode": self.mode, "skip": self.skip, "history": f"{self.fact.key}.{self.history}"},
        )  # fmt: skip

    def _option(self, stage: str) -> Mapping[str, str]:
        field = self.bound.data.field(self.fact, self.history)
        options = field.config.get("options", ()) if field is not None else ()
        return next((one.get("label") for one in options if one["key"] == stage), None) or {
            "zh": stage,
            "en": stage,
        }

    # what is asked of the database

    def behind(self, dims: Mapping[str, Any], measure: str) -> Behind:
        """Return the records that a number of a step stands for: who came, was lost, is still there."""
        step = str(dims.get("step", self.stages[0]))
        if measure not in BEHIND or step not in self.stages:
            raise Rejected(NOTHING_BEHIND.at("/measure" if measure not in BEHIND else "/dims"))
        at, source = self.stages.index(step), self._source(self.desk.gate)
        if measure in ("open", "stuck"):
            chosen = select(source.c.rid).where(source.c.stage == step, source.c.left.is_(None))
            chosen = chosen.where(*self._in_group(source, dims))
            if measure == "stuck":
                chosen = chosen.where(self._late(source))
        else:
            first = self._first(source)
            came = self._came(first)
            chosen = select(first.c.rid).where(came[at], *self._in_group(first, dims))
            if measure == "lost":
                chosen = chosen.where(self._went(first, came, at))
        rows = self._run(chosen.distinct().order_by(literal_column("1").desc()), source)
        return with_ids(self.fact.key, [str(row[0]) for row in rows])

    def _in_group(self, table: Any, dims: Mapping[str, Any]) -> list[ColumnElement[bool]]:
        found = []
        for at, one in enumerate(self.dimensions):
            if one.key in dims:
                value, column = dims[one.key], table.c[f"k{at}"]
                found.append(column.is_(None) if value is None else column == value)
        return found

    def _plan(self, what: str) -> tuple[Any, ...]:
        shown = (tuple(self.stages), self.mode, self.skip, self.window, tuple(self.lost), self.history)
        return ("funnel", what, self.fact.key, shown, plan_of(self.bound))

    def _source(self, gate: Sources, *, stays: bool = True) -> Source:
        """Return the stages that records were in; `stays`: with when they left them. Days stand inside: fewer to look at."""
        fields = {
            "rid": Wanted("id"), "now": Wanted(self.history), "stage": Wanted("@value"), "entered": Wanted("@entered"),
        }  # fmt: skip
        if stays:
            fields["left"] = Wanted("@left")
        for at, one in enumerate(self.dimensions):
            fields[f"k{at}"] = Wanted(one.paths[self.fact.key], level=one.level, at=one.at)
        where = [
            Wanted(formula=one.node, condition=True, at=one.at) for one in self.bound.filters[self.fact.key]
        ]
        period = self.bound.period
        if period is not None:
            day = self.bound.data.day(self.fact, self.fact.date)
            days = within_days(day, period.start, period.end)
            where += [
                Wanted(formula=read_again(one, "/period"), condition=True, at="/period") for one in days
            ]
        return gate.source(self.fact.key, fields, where, name="h", history=self.history)

    def _keys(self, table: Any) -> list[ColumnElement[Any]]:
        return [table.c[f"k{at}"].label(f"k{at}") for at in range(len(self.dimensions))]

    def _run(self, statement: Select[Any], source: Source) -> list[Sequence[Any]]:
        scoped = self.desk.gate.seal(
            statement, [source], self.fact.key, lambda rows, _keys: [{"row": row} for row in rows]
        )
        return [one["row"] for one in self.desk.unit.execute(scoped)]

    def _reached(self) -> list[tuple[tuple[Any, ...], list[int], list[int]]]:
        """Return for each group how many records reached each step, and how many of them were lost there."""
        rows = kept_rows(self.desk, self._plan("reached"), self._reaching, self.fact.key)
        width, size = len(self.dimensions), len(self.stages)
        return [
            (
                tuple(row[:width]),
                [int(n) for n in row[width : width + size]],
                [int(n) for n in row[width + size :]],
            )
            for row in rows
        ]

    def _reaching(self, gate: Sources) -> tuple[Select[Any], list[Source]]:
        source = self._source(gate, stays=False)
        first = self._first(source)
        came = self._came(first)
        columns: list[ColumnElement[Any]] = [func.count().filter(one) for one in came]
        for at in range(len(came)):
            columns.append(
                func.count().filter(self._went(first, came, at)) if self.lost else literal_column("0")
            )
        keys = self._keys(first)
        chosen = select(*keys, *(one.label(f"n{at}") for at, one in enumerate(columns))).select_from(first)
        if keys:
            chosen = chosen.group_by(*(first.c[f"k{at}"] for at in range(len(keys))))
        return chosen, [source]

    def _went(self, first: Subquery, came: Sequence[ColumnElement[bool]], at: int) -> ColumnElement[bool]:
        """Return whether a record came to this step and no further, and is lost."""
        last = came[at]
        if at + 1 < len(came):
            last = and_(last, ~func.coalesce(came[at + 1], literal_column("1") == literal_column("0")))
        return and_(last, first.c.now.in_(self.lost))

    def _late(self, source: Source) -> ColumnElement[bool]:
        at = int(self.bound.now.timestamp()) - int(self.sla or 0) * 3_600
        late: ColumnElement[bool] = source.c.entered < literal(at, BigInteger())
        return late

    def _first(self, source: Source) -> Subquery:
        """Return one row a record: when it first came to each step, or (skipping) to one behind it."""
        times = []
        for at, stage in enumerate(self.stages):
            meant = self.stages[at:] if self.skip or self.mode == "current" else [stage]
            here = func.min(case((source.c.stage.in_(meant), source.c.entered)))
            times.append(here.label(f"t{at}"))
        keys = self._keys(source)
        now = func.max(source.c.now).label("now")
        chosen = select(source.c.rid, *keys, now, *times)
        return chosen.group_by(source.c.rid, *(source.c[f"k{at}"] for at in range(len(keys)))).subquery(
            "first"
        )

    def _came(self, first: Subquery) -> list[ColumnElement[bool]]:
        if self.mode == "current":
            # Where they stand now: a record in a later step has passed those before it.
            return [first.c.now.in_(self.stages[at:]) for at in range(len(self.stages))]
        found: list[ColumnElement[bool]] = []
        for at in range(len(self.stages)):
            time = first.c[f"t{at}"]
            tests: list[ColumnElement[bool]] = [time.is_not(None)]
            if at:
                tests.append(found[-1])
                if self.mode == "ordered":
                    tests.append(time >= first.c[f"t{at - 1}"])
            if self.window is not None:
                tests.append(time <= first.c.t0 + literal(int(self.window) * 86_400, BigInteger()))
            found.append(and_(*tests))
        return found

    def _stays(self) -> dict[tuple[Any, ...], tuple[Cell, Cell]]:
        """Return the median and 90th percentile of the seconds that records spent in each step, where they left it."""
        rows = kept_rows(self.desk, self._plan("stays"), self._staying, self.fact.key)
        width = len(self.dimensions) + 1
        return {
            tuple(row[:width]): (_between(row[width : width + 2], row[-1], 50), _between(row[width + 2 : width + 4], row[-1], 90))
            for row in rows
        }  # fmt: skip

    def _staying(self, gate: Sources) -> tuple[Select[Any], list[Source]]:
        source = self._source(gate)
        keys = [*self._keys(source), source.c.stage.label("stage")]
        names = [str(key.name) for key in keys]
        wanted = [source.c.stage.in_(self.stages), source.c.left.is_not(None)]
        stay = func.sum(source.c.left - source.c.entered).label("stay")
        inner = (
            select(*keys, stay)
            .where(*wanted)
            .group_by(source.c.rid, *(source.c[name] for name in names))
            .subquery("stays")
        )
        over: dict[str, Any] = {"partition_by": [inner.c[name] for name in names]}
        place = func.row_number().over(order_by=inner.c.stay, **over).label("place")
        number = func.count().over(**over).label("number")
        ranked = select(*(inner.c[name] for name in names), inner.c.stay, place, number).subquery("ranked")
        ends = []
        for percent in (50, 90):
            below = (ranked.c.number - 1) * percent
            for rank in (below, below + 99):
                here = rank.op("/", precedence=8)(literal_column("100")) + 1
                ends.append(func.max(case((ranked.c.place == here, ranked.c.stay))))
        chosen = select(*(ranked.c[name] for name in names), *ends, func.max(ranked.c.number))
        return chosen.group_by(*(ranked.c[name] for name in names)), [source]

    def _still(self) -> dict[tuple[Any, ...], tuple[int, int]]:
        """Return how many records are in each step now, and how many for longer than they should be."""
        source = self._source(self.desk.gate)
        keys = [*self._keys(source), source.c.stage.label("stage")]
        wanted = [source.c.stage.in_(self.stages), source.c.left.is_(None)]
        stuck: ColumnElement[Any] = literal_column("0", Integer())
        if self.sla is not None:
            stuck = func.count().filter(self._late(source))
        chosen = select(*keys, func.count(), stuck).where(*wanted)
        rows = self._run(chosen.group_by(*(source.c[str(key.name)] for key in keys)), source)
        return {tuple(row[:-2]): (int(row[-2]), int(row[-1])) for row in rows}


def _part(part: int, whole: int) -> Decimal | None:
    return rounded(Fraction(part, whole), RATE) if whole else None


def _between(ends: Sequence[Any], number: Any, percent: int) -> Cell:
    low, high = (Fraction(int(one)) for one in ends)
    part = Fraction((int(number) - 1) * percent % 100, 100)
    return rounded(low + (high - low) * part, 0)


KIND = Funnel(
    kind="funnel",
    zh="漏斗",
    en="Funnel",
    needs=("form", "steps"),
    settings_schema=closed(
        history={"type": "string", "maxLength": 63},
        mode={"enum": list(MODES)},
        skip={"type": "boolean"},
        window={"type": "integer", "minimum": 1, "maximum": 3650},
        sla={"type": "integer", "minimum": 1, "maximum": 100_000},
        lost={"type": "array", "items": {"type": "string"}, "maxItems": 20},
    ),
)
