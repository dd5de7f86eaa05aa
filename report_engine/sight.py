"""What one asker may know of the datasets: hidden forms and fields are not there; what a report is about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.access.gate import Gate
from engine.definitions.app import App
from engine.definitions.shape import FormShape
from engine.problems import Rejected
from engine.text import Words
from report_engine.dataset import Datasets, Fact, datasets
from report_engine.office import Office

Json = Mapping[str, Any]


def narrowed(data: Datasets, gate: Gate, app: App) -> Datasets:
    shapes: dict[str, FormShape] = {}
    for key, shape in data.shapes.items():
        if not gate.guard.may_view(key):
            continue
        visible = frozenset(gate.guard.visible(shape))
        shapes[key] = replace(
            shape,
            fields={
                name: _rows(gate, shape, field) for name, field in shape.fields.items() if name in visible
            },
        )
    return datasets(shapes, app.of("forms"), data.metrics, data.year_starts)


def _rows(gate: Gate, shape: FormShape, field: Any) -> Any:
    if field.rows is None:
        return field
    kept = {}
    for name, inner in field.rows.fields.items():
        try:
            gate.guard.see(shape, f"{field.key}.{name}")
        except Rejected:
            continue
        kept[name] = inner
    return replace(field, rows=replace(field.rows, fields=kept))


def facts_of(report: Json, data: Datasets) -> list[Fact]:
    """Return the facts that a report is about, as far as its names tell without binding it."""
    names = [
        one if isinstance(one, str) else str(one.get("form") or one.get("of") or one.get("key") or "")
        for one in report.get("measures", ())
    ]
    found = [
        data.split(f"{name}.x" if name in data.facts else name)[0]
        for name in [*names, *_of_metrics(names, data)]
    ]
    form = data.facts.get(str(report.get("form")))
    return list({one.key: one for one in [form, *found] if one is not None}.values())


def _of_metrics(names: Sequence[str], data: Datasets) -> Iterator[str]:
    for name in names:
        metric = data.metrics.get(name, {})
        if metric.get("form"):
            yield f"{metric['form']}.x"
        if metric.get("of"):
            yield str(metric["of"])
        for part in str(metric.get("formula", "")).split("{")[1:]:
            yield part.partition("}")[0]


def roles_of(report: Json, data: Datasets) -> list[str]:
    return list(dict.fromkeys(role for fact in facts_of(report, data) for role in fact.roles))


def role_words(data: Datasets, role: str) -> Words:
    if role == "date":
        return {"zh": "时间", "en": "Period"}
    for fact in data.facts.values():
        found = data.field(fact, fact.roles[role]) if role in fact.roles else None
        if found is not None and found.label:
            return found.label
    return {"zh": role, "en": role}


def usable(office: Office, facts: Sequence[Fact], name: str) -> bool:
    """Tell whether the asker may group all these facts by a dimension."""
    for fact in facts:
        path = fact.roles.get(name, name)
        if not office.data.walk(fact, path):
            return False
        inner = path.removeprefix("form.") if fact.rows is not None and path.startswith("form.") else path
        if fact.rows is not None and not path.startswith("form."):
            inner = fact.judged_by or f"{fact.rows}.{path}"
        try:
            office.desk.gate.guard.use(fact.form, inner)
        except Rejected:
            return False
    return True


__all__ = ["facts_of", "narrowed", "role_words", "roles_of", "usable"]
