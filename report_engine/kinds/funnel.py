"""Funnel (漏斗): how many records came how far, from the very history of their stage; how long they stayed, who is stuck.

`steps`: `[{"stage": "new", "label": {…}}, …]` in order. `settings`: `history` (the stage field; default stage or status), `mode`:
ordered (each step in its turn), any (in any order), current (where records stand now); `skip`: a later step
counts for the ones before it (default true); `window`: days from the first step; `sla`: hours after which a record
that is still in a step is stuck (a step may have its own: `{"stage": "invited", "sla": 24}`); `lost`: stages that mean lost; `reason`: the field that says why, told for each step
(`losses` counts steps by reason).
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
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
)

from engine.access.binds import now_in_seconds
from engine.access.sources import Source, Sources, Wanted
from engine.problems import Code, Problem, Rejected
from engine.schema import closed
from engine.text import Words, nearest
from report_engine.behind import NOTHING_BEHIND, Behind, with_ids
from report_engine.binding import Bound
from report_engine.dataset import Datasets, Fact
from report_engine.desk import Desk
from report_engine.draft import Draft, Group
from report_engine.kind import Kind
from report_engine.passes.labels import label
from report_engine.picks import within_days
from report_engine.problems import EMPTY, NOT_FOR_KIND, UNKNOWN_FIELD, UNKNOWN_STAGE
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
BAD_SLA = Code(
    "report.bad_sla",
    zh="环节的时限（sla）是小时数，至少 1",
    en="The limit of a step (sla) is a number of hours, at least 1",
    hint_zh='例如 {"stage": "invited", "sla": 24}',
    hint_en='For example {"stage": "invited", "sla": 24}',
)
BEHIND = frozenset({"count", "lost", "open", "stuck", "step_rate", "overall_rate", "median", "p90"})
"""Numbers of a step that stand for records."""
REASONS: Words = {"zh": "流失原因", "en": "Why lost"}
SHOWN_REASONS = 3
STAGE = "@"
"""Before a stage that stands for a reason."""
TOLD = frozenset({"choice", "text"})
"""What a reason may be kept as."""
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
            hours = steps[at].get("sla")
            if hours is not None and (isinstance(hours, bool) or not isinstance(hours, int) or hours < 1):
                yield BAD_SLA.at(f"/steps/{at}/sla")
        for at, one in enumerate(report.get("by", ())):
            for name in ("bucket", "bins", "top_by"):
                if isinstance(one, Mapping) and one.get(name):
                    yield NOT_FOR_KIND.at(f"/by/{at}/{name}", name=name)
        reason = report.get("settings", {}).get("reason")
        why = data.field(fact, str(reason)) if fact is not None and reason is not None else None
        if reason is not None and fact is not None and (why is None or why.value_type not in TOLD):
            close = ", ".join(nearest(str(reason), fact.shape.fields)) or "–"
            yield UNKNOWN_FIELD.at("/settings/reason", fact=fact.name, name=str(reason), nearest=close)
        if report.get("measures"):
            yield NOT_FOR_KIND.at("/measures", name="measures")

    def table(self, bound: Bound, desk: Desk) -> Table:
        return Walk(bound, desk).table()

    def behind(self, bound: Bound, desk: Desk, dims: Mapping[str, Any], measure: str | None) -> Behind:
        return Walk(bound, desk).behind(dims, measure or "count")


def history_of(report: Json, fact: Fact) -> str:
    """Return the field whose history the steps are stages of."""
    given = report.get("settings", {}).get("history")
    if given:
        return str(given).rpartition(".")[2]
    return "stage" if "stage" in fact.shape.fields else "status"


class Walk:
    """The way of records through the steps: who came how far, who was lost where and why, who stays how long."""

    def __init__(self, bound: Bound, desk: Desk) -> None:
        self.bound, self.desk = bound, desk
        self.fact = bound.data.facts[str(bound.form)]
        settings = bound.settings
        self.stages = [str(one["stage"]) for one in bound.report["steps"]]
        self.mode = str(settings.get("mode", "ordered"))
        self.skip = bool(settings.get("skip", True))
        self.window = settings.get("window")
        self.slas = {
            str(one["stage"]): int(hours)
            for one in bound.report["steps"]
            if (hours := one.get("sla", settings.get("sla"))) is not None
        }
        self.lost = [str(one) for one in settings.get("lost", ())]
        self.reason = settings.get("reason")
        self.history = history_of(bound.report, self.fact)
        self.dimensions = bound.dimensions

    def table(self) -> Table:
        reached = self._reached()
        stays = self._stays()
        still = self._still()
        whys = self.losses() if self.reason is not None and self.lost else {}
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
        made = self._shown(rows)
        return self._with_reasons(made, whys) if self.reason is not None else made

    def _with_reasons(self, table: Table, whys: Mapping[tuple[Any, ...], int]) -> Table:
        """Return the table with why records were lost at each step, the most frequent reasons first."""
        words = self.words_of_reasons({key[-1] for key in whys})
        width = len(self.dimensions) + 1
        some: dict[tuple[Any, ...], list[tuple[int, str, str]]] = {}
        for key, count in whys.items():
            some.setdefault(key[:width], []).append((-count, str(words[key[-1]].get("zh")), str(key[-1])))
        labels: dict[str, Words] = {}
        cells: list[str | None] = []
        for row in table.rows:
            found = sorted(some.get(tuple(row[:width]), ()))
            cell = " ".join(f"{why}:{-count}" for count, _, why in found) or None
            cells.append(cell)
            if cell is not None:
                labels[cell] = _told(found, words)
        column = Column("lost@reasons", REASONS, "mark", "text", of="lost", labels=labels)
        rows = tuple((*row, cell) for row, cell in zip(table.rows, cells, strict=True))
        return replace(table, columns=(*table.columns, column), rows=rows)

    def words_of_reasons(self, values: Iterable[Any]) -> dict[Any, Words]:
        """Return what reasons are called."""
        field = self.bound.data.field(self.fact, str(self.reason))
        options = (field.config.get("options") or ()) if field is not None else ()
        known = {str(one["key"]): one.get("label") or {} for one in options}
        blank: Words = {"zh": "未填写", "en": "not filled in"}
        made: dict[Any, Words] = {}
        for one in values:
            stage = str(one).removeprefix(STAGE) if str(one).startswith(STAGE) else None
            words = self._option(stage) if stage is not None else known.get(one) or {"zh": one, "en": one}
            made[one] = blank if one is None else words
        return made

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
        step = self.step_column()
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

    def step_column(self) -> Column:
        """Return the column of steps, as the report words them."""
        words = {
            str(one["stage"]): one.get("label") or self._option(str(one["stage"]))
            for one in self.bound.report["steps"]
        }
        return Column("step", {"zh": "环节", "en": "Step"}, "dimension", "text", labels=words)

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
        # A rate stands for all the cases it is a part of: those of the step before, or of the first.
        at = {"step_rate": max(at - 1, 0), "overall_rate": 0}.get(measure, at)
        if measure in ("open", "stuck", "median", "p90"):
            is_over = measure in ("median", "p90")
            there = source.c.left.is_not(None) if is_over else source.c.left.is_(None)
            chosen = select(source.c.rid).where(source.c.stage == step, there)
            chosen = chosen.where(*self._in_group(source, dims))
            if measure == "stuck":
                chosen = chosen.where(self._late(source))
        else:
            first = self._first(source)
            came = self._came(first)
            chosen = select(first.c.rid).where(came[at], *self._in_group(first, dims))
            if measure == "lost":
                chosen = chosen.where(self._went(first, came, at))
                if "reason" in dims:
                    why, known = dims["reason"], self._why(first)
                    chosen = chosen.where(known.is_(None) if why is None else known == why)
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
        shown = (
            tuple(self.stages),
            self.mode,
            self.skip,
            self.window,
            tuple(self.lost),
            self.history,
            self.reason,
        )
        return ("funnel", what, self.fact.key, shown, plan_of(self.bound))

    def _source(self, gate: Sources, *, stays: bool = True) -> Source:
        """Return the stages that records were in; `stays`: with when they left them. Days stand inside: fewer to look at."""
        fields = {
            "rid": Wanted("id"), "now": Wanted(self.history), "stage": Wanted("@value"), "entered": Wanted("@entered"),
        }  # fmt: skip
        if self.reason is not None:
            fields["why"] = Wanted(str(self.reason), at="/settings/reason")
        if stays:
            fields["left"] = Wanted("@left")
        for at, one in enumerate(self.dimensions):
            fields[f"k{at}"] = one.wanted(self.fact.key)
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

    def losses(self) -> dict[tuple[Any, ...], int]:
        """Return how many records were lost, by group, step and reason."""
        rows = kept_rows(self.desk, self._plan("losses"), self._losing, self.fact.key)
        return {(*row[:-2], row[-2]): int(row[-1]) for row in rows if row[-1]}

    def _losing(self, gate: Sources) -> tuple[Select[Any], list[Source]]:
        source = self._source(gate, stays=False)
        first = self._first(source)
        came = self._came(first)
        whole, last = len(came), len(came) - 1
        step = case(*((came[last - at], literal(self.stages[last - at])) for at in range(whole))).label(
            "step"
        )
        keys = self._keys(first)
        why = self._why(first).label("why")
        chosen = select(*keys, step, why, func.count()).where(came[0], first.c.now.in_(self.lost))
        return chosen.group_by(*(literal_column(str(at + 1)) for at in range(len(keys) + 2))), [source]

    def _why(self, first: Subquery) -> ColumnElement[Any]:
        """Return why a record was lost: its reason; without one the stage, where that is another than the plain one."""
        elsewhere = case((first.c.now.in_(self.lost[1:]), literal(STAGE).concat(first.c.now)))
        return func.coalesce(first.c.why, elsewhere)

    def _went(self, first: Subquery, came: Sequence[ColumnElement[bool]], at: int) -> ColumnElement[bool]:
        """Return whether a record came to this step and no further, and is lost."""
        last = came[at]
        if at + 1 < len(came):
            last = and_(last, ~func.coalesce(came[at + 1], literal_column("1") == literal_column("0")))
        return and_(last, first.c.now.in_(self.lost))

    def _late(self, source: Source) -> ColumnElement[bool]:
        """Return whether a record has been in a step for longer than it should be."""
        now = now_in_seconds()
        limits = [
            and_(source.c.stage == stage, source.c.entered < now - literal(hours * 3_600, BigInteger()))
            for stage, hours in self.slas.items()
        ]
        return or_(false(), *limits)

    def _first(self, source: Source) -> Subquery:
        """Return one row a record: when it first came to each step, or (skipping) to one behind it."""
        times = []
        for at, stage in enumerate(self.stages):
            meant = self.stages[at:] if self.skip or self.mode == "current" else [stage]
            here = func.min(case((source.c.stage.in_(meant), source.c.entered)))
            times.append(here.label(f"t{at}"))
        keys = self._keys(source)
        now = [func.max(source.c.now).label("now")]
        if self.reason is not None:
            now.append(func.max(source.c.why).label("why"))
        chosen = select(source.c.rid, *keys, *now, *times)
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
        plan = (self._plan("still"), tuple(sorted(self.slas.items())))
        rows = kept_rows(self.desk, plan, self._standing, self.fact.key)
        return {tuple(row[:-2]): (int(row[-2]), int(row[-1])) for row in rows}

    def _standing(self, gate: Sources) -> tuple[Select[Any], list[Source]]:
        source = self._source(gate)
        keys = [*self._keys(source), source.c.stage.label("stage")]
        wanted = [source.c.stage.in_(self.stages), source.c.left.is_(None)]
        stuck: ColumnElement[Any] = literal_column("0", Integer())
        if self.slas:
            stuck = func.count().filter(self._late(source))
        chosen = select(*keys, func.count(), stuck).where(*wanted)
        return chosen.group_by(*(source.c[str(key.name)] for key in keys)), [source]


def _told(found: Sequence[tuple[int, str, str]], words: Mapping[Any, Words]) -> Words:
    """Return the most frequent reasons in words: 价格 5、距离 3、另 4 项 6."""
    rest = found[SHOWN_REASONS:]
    more = -sum(count for count, _, _ in rest)
    by_key = {str(key): one for key, one in words.items()}
    made: dict[str, str] = {}
    for lang, gap, others in (("zh", "、", "另 {n} 项 {count}"), ("en", ", ", "{n} more {count}")):
        parts = [f"{by_key[why].get(lang, why)} {-count}" for count, _, why in found[:SHOWN_REASONS]]
        parts += [others.format(n=len(rest), count=more)] if rest else []
        made[lang] = gap.join(parts)
    return made


def _part(part: int, whole: int) -> Decimal | None:
    return rounded(Fraction(part, whole), RATE) if whole else None


def _between(ends: Sequence[Any], number: Any, percent: int) -> Cell:
    low, high = (Fraction(int(one)) for one in ends)
    part = Fraction((int(number) - 1) * percent % 100, 100)
    return rounded(low + (high - low) * part, 0)


SETTINGS: Mapping[str, Any] = {
    "history": {"type": "string", "maxLength": 63},
    "mode": {"enum": list(MODES)},
    "skip": {"type": "boolean"},
    "window": {"type": "integer", "minimum": 1, "maximum": 3650},
    "sla": {"type": "integer", "minimum": 1, "maximum": 100_000},
    "lost": {"type": "array", "items": {"type": "string"}, "maxItems": 20},
    "reason": {"type": "string", "maxLength": 63},
}
KIND = Funnel(
    kind="funnel",
    zh="漏斗",
    en="Funnel",
    needs=("form", "steps"),
    settings_schema=closed(**SETTINGS),
)
