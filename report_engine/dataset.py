"""Datasets: what an app's forms offer to reports, made by themselves. Every form is a fact, and so is every sub-table.

Names: `lead.count`, `bill.payments.amount.sum`, a form's own measure `bill.paid`, a metric `roi`. A field of a fact is
written as in formulas of that form; inside a sub-table's fact `form.x` is the record that the row belongs to.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.access.deadlines import DEADLINES, NAME, deadlines_shape
from engine.access.stays import history_key, stays_shape
from engine.access.type_scope import PLACES, has_places, shadow_of
from engine.definitions.shape import FieldShape, FormShape, Shapes
from engine.text import Words

MOST_HOPS = 4
Json = Mapping[str, Any]
NUMBERS = frozenset({"integer", "decimal", "money"})
STAGED = frozenset({"stage", "status"})
HISTORY = {"zh": "流转", "en": " history"}
TIME_IN_STAGE: tuple[Json, ...] = (
    {
        "key": "time_in_stage",
        "name": {"zh": "停留时长中位数", "en": "Median time in stage"},
        "aggregate": "median",
        "of": "duration",
        "good": "down",
    },
    {
        "key": "still_there",
        "name": {"zh": "仍在此阶段", "en": "Still there"},
        "aggregate": "count",
        "filter": "ISBLANK({left_at})",
    },
)
"""Measures that every history of stages has."""
FAIR = 'NOT(INCLUDES(LIST("running", "dropped"), {result}))'
"""A deadline that is over tells something; one that lies ahead, or was withdrawn before, does not."""
KEPT_DEADLINES: tuple[Json, ...] = (
    {
        "key": "kept_rate",
        "name": {"zh": "按时率", "en": "Done in time"},
        "aggregate": "rate",
        "among": FAIR,
        "filter": '{result} = "in_time"',
        "good": "up",
        "synonyms": ["及时率", "SLA"],
    },
    {
        "key": "due",
        "name": {"zh": "到期任务", "en": "Deadlines"},
        "aggregate": "count",
        "filter": FAIR,
    },
    {
        "key": "late",
        "name": {"zh": "逾期", "en": "Not in time"},
        "aggregate": "count",
        "filter": 'INCLUDES(LIST("late", "missed", "overdue"), {result})',
        "good": "down",
    },
    {
        "key": "open_late",
        "name": {"zh": "逾期未做", "en": "Still overdue"},
        "aggregate": "count",
        "filter": '{result} = "overdue"',
        "good": "down",
    },
    {
        "key": "time_over",
        "name": {"zh": "逾期时长中位数", "en": "Median time over"},
        "aggregate": "median",
        "of": "over",
        "good": "down",
    },
)
"""Measures that the deadlines of every form have."""
USUAL_ROLES = {"branch": "branch_id", "owner": "owner_id", "creator": "created_by"}


@dataclass(frozen=True)
class Fact:
    """One thing that is counted: the records of a form, or the rows of its sub-table `rows`.

    `date`: path of the day reports group by. `roles`: what it calls the dimensions that facts share. `measures`: those
    named in the form's definition, by key.
    """

    key: str
    form: FormShape
    shape: FormShape
    rows: str | None = None
    date: str = "created_at"
    roles: Mapping[str, str] = field(default_factory=dict)
    measures: Mapping[str, Json] = field(default_factory=dict)
    goals: Json = field(default_factory=dict)
    """Of a form of targets: which of its fields mean what."""
    judged_by: str | None = None
    """Of rows that are read beside a form's own tables: whoever may use this field may use them."""
    title: Words = field(default_factory=dict)
    """Of such rows: what they are called."""

    @property
    def name(self) -> Words:
        if self.rows is None:
            return self.form.name
        inner = self.title or self.form.fields[self.rows].label or {"zh": self.rows, "en": self.rows}
        return {lang: f"{self.form.name.get(lang, '')} · {inner.get(lang, '')}" for lang in ("zh", "en")}

    @property
    def prefix(self) -> str:
        """Return what stands before a field of the record itself."""
        return "form." if self.rows is not None else ""


@dataclass(frozen=True)
class Datasets:
    """All facts by key, and the app's metrics (measures over several facts)."""

    facts: Mapping[str, Fact]
    shapes: Shapes
    metrics: Mapping[str, Json] = field(default_factory=dict)
    year_starts: int = 1
    """The month in which the clinic's fiscal year starts."""

    def split(self, name: str) -> tuple[Fact | None, str]:
        """Return the fact that a name begins with (the longest) and the rest of it."""
        parts = name.split(".")
        for size in (2, 1):
            fact = self.facts.get(".".join(parts[:size]))
            if fact is not None and len(parts) > size:
                return fact, ".".join(parts[size:])
        return None, name

    def walk(self, fact: Fact, path: str) -> list[tuple[FormShape, FieldShape]] | None:
        """Return the steps of a path in a fact, each with the form that holds it; None where it breaks off."""
        keys = path.split(".")
        here: FormShape | None = fact.shape
        if fact.rows is not None and keys[0] == "form" and len(keys) > 1:
            here, keys = fact.form, keys[1:]
        steps: list[tuple[FormShape, FieldShape]] = []
        for place, key in enumerate(keys):
            base, shadow = shadow_of(key)
            found = here.field(base) if here is not None else None
            if here is None or found is None or place > MOST_HOPS:
                return None
            if shadow in PLACES and not has_places(found):
                return None
            steps.append((here, found))
            here = self.shapes.get(str(found.config.get("to"))) if found.value_type == "reference" else None
        return steps

    def field(self, fact: Fact, path: str) -> FieldShape | None:
        """Return the field at a path."""
        steps = self.walk(fact, path)
        return steps[-1][1] if steps else None

    def day(self, fact: Fact, path: str) -> str:
        """Return the path of the day that a date, an instant or a range of days stands for."""
        found = self.field(fact, path)
        last = path.rpartition(".")[2]
        if found is None or "__" in last:
            return path
        if found.value_type == "datetime" and (found.stored or last == "created_at"):
            return f"{path}__d"
        return f"{path}__from" if found.value_type == "date_range" else path

    def way(self, fact: Fact, to: str) -> str | None:
        """Return the one shortest way along links from a fact's record to a record of form `to`; None: none, or two."""
        if fact.form.key == to:
            return fact.prefix.rstrip(".")
        layer: list[tuple[str, FormShape]] = [("", fact.shape)]
        if fact.rows is not None:
            layer.append(("form.", fact.form))
        seen = {fact.form.key}
        for _ in range(MOST_HOPS):
            found: list[str] = []
            after: list[tuple[str, FormShape]] = []
            for before, shape in layer:
                for link in _links(shape):
                    target = str(link.config.get("to"))
                    if target == to:
                        found.append(before + link.key)
                    elif target in self.shapes and target not in seen:
                        after.append((f"{before}{link.key}.", self.shapes[target]))
            if found:
                return found[0] if len(found) == 1 else None
            seen |= {shape.key for _, shape in after}
            layer = after
        return None

    def names(self) -> Iterator[str]:
        """Yield every measure that can be named."""
        yield from self.metrics
        for fact in self.facts.values():
            yield f"{fact.key}.count"
            yield from (f"{fact.key}.{key}" for key in fact.measures)
            for one in fact.shape.fields.values():
                if one.value_type in NUMBERS:
                    yield from (f"{fact.key}.{one.key}.{how}" for how in ("sum", "avg", "min", "max"))


def _links(shape: FormShape) -> Iterator[FieldShape]:
    return (f for f in shape.fields.values() if f.value_type == "reference" and not f.sensitive)


def datasets(
    shapes: Shapes,
    forms: Mapping[str, Json],
    metrics: Mapping[str, Json] | None = None,
    year_starts: int = 1,
) -> Datasets:
    """Return the datasets of an app: its shapes, the definitions of its forms, its metrics, the month its fiscal year starts."""
    facts: dict[str, Fact] = {}
    for key, shape in shapes.items():
        given = forms.get(key, {})
        date = str(given.get("date", "created_at"))
        roles = {**USUAL_ROLES, **given.get("roles", {})}
        own = {str(one["key"]): one for one in given.get("measures", ())}
        facts[key] = Fact(key, shape, shape, None, date, roles, own, given.get("goals", {}))
        for rows in shape.fields.values():
            if rows.rows is not None:
                facts[f"{key}.{rows.key}"] = _of_rows(
                    shape, rows, date, roles, given.get("facts", {}).get(rows.key, {})
                )
        for stage in _stages(shape, given):
            name = f"{key}.{history_key(stage.key)}"
            facts.setdefault(
                name, _of_stays(shape, stage, roles, given.get("facts", {}).get(history_key(stage.key), {}))
            )
        if shape.deadlines:
            own = given.get("facts", {}).get(DEADLINES, {})
            facts.setdefault(f"{key}.{DEADLINES}", _of_deadlines(shape, roles, own))
    return Datasets(facts, shapes, metrics or {}, year_starts)


def _of_rows(shape: FormShape, rows: FieldShape, date: str, roles: Mapping[str, str], given: Json) -> Fact:
    assert rows.rows is not None
    day = str(given.get("date", f"form.{date}"))
    all_roles = {**{role: f"form.{path}" for role, path in roles.items()}, **given.get("roles", {})}
    own = {str(one["key"]): one for one in given.get("measures", ())}
    return Fact(f"{shape.key}.{rows.key}", shape, rows.rows, rows.key, day, all_roles, own)


def _stages(shape: FormShape, given: Json) -> Iterator[FieldShape]:
    """Yield the fields whose history is a fact: stages, and what a form calls its stage or status."""
    controls = {str(one.get("key")): one.get("control") for one in given.get("fields", ())}
    for one in shape.fields.values():
        is_stage = controls.get(one.key) == "stage" or one.key in STAGED
        if is_stage and one.value_type == "choice" and one.stored and not one.sensitive and one.history:
            yield one


def _of_stays(shape: FormShape, stage: FieldShape, roles: Mapping[str, str], given: Json) -> Fact:
    inner = stays_shape(shape, stage)
    own_roles = {role: f"form.{path}" for role, path in roles.items()}
    own = {str(one["key"]): one for one in (*TIME_IN_STAGE, *given.get("measures", ()))}
    return Fact(
        f"{shape.key}.{inner.key}", shape, inner, inner.key, "entered_at",
        {**own_roles, "mover": "by", **given.get("roles", {})}, own, judged_by=stage.key,
        title={lang: f"{inner.name.get(lang, inner.key)}{HISTORY[lang]}" for lang in ("zh", "en")},
    )  # fmt: skip


def _of_deadlines(shape: FormShape, roles: Mapping[str, str], given: Json) -> Fact:
    inner = deadlines_shape(shape)
    own_roles = {role: f"form.{path}" for role, path in roles.items()}
    own = {str(one["key"]): one for one in (*KEPT_DEADLINES, *given.get("measures", ()))}
    return Fact(
        f"{shape.key}.{inner.key}", shape, inner, inner.key, "due_at",
        {**own_roles, "asked": "who", "flow": "flow", "step": "step", **given.get("roles", {})}, own, judged_by="id", title=NAME,
    )  # fmt: skip
