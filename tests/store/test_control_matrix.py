"""Every control changed into every other one on real tables: each value is kept, or listed and readable; then back.

Controls whose values are stored alike (`signature`) make one class. The conversion of values is tried for every pair
of controls, tables are changed for every pair of classes, and within a class for every pair of controls. One form for
each distance between classes: in form `by_7` the field of every class goes over to the class seven places further on,
and each time another control speaks for its class, so that all of them come up.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from sqlalchemy import column, inspect, select, text
from sqlalchemy import table as light_table

from engine.definitions.shape import FieldShape, FormShape
from engine.definitions.tables import Tables, column_type
from engine.problems import Conflict
from engine.store import Workspace
from engine.store.changes import apply_changes, archived, plan_changes, unconverted
from engine.store.changes.conversion import UnconvertibleError, convert, signature, text_of
from form_engine.control import CONTROLS
from tests.form_engine.making import app, field, form
from tests.kinds.making import given, settings
from tests.store.makers import USER, load, right, tables_of

KINDS = [control.kind for control in CONTROLS if control.role == "field"]
MORE: Mapping[str, list[Any]] = {
    "textarea": ["12", "12.5", "是", "2026-03-01", "09:30", "a", "a, b", "随便 😀", '{"a": [1, "二", null]}', "13800138000"],
    "integer": [1, 36],
    "money": ["1", "99.90"],
    "datetime": ["2026-03-01T16:00:00Z"],
}  # fmt: skip
"""Values that happen to read as something else, beside the samples of the controls."""
Values = Mapping[str, Any]


@cache
def shapes_of_controls() -> Mapping[str, FieldShape]:
    """Return each control's field as a compiled form has it."""
    fields = [field(f"x_{kind}", kind, **CONTROLS.get(kind).sample["config"]) for kind in KINDS]
    around = [
        field("list_price", "money"),
        field("price", "money"),
        field("customer_id", "link", to="customer"),
    ]
    tree = field("parent_id", "link", to="category")
    others = [
        form(key, field("name")) for key in ("customer", "branch", "department", "team", "service_item")
    ]
    others[0]["fields"] += [field("age", "integer"), field("city")]
    others[-1]["fields"] += [field("list_price", "money")]
    shape = app(form("all", *fields, *around), form("category", field("name"), tree), *others).shapes["all"]
    return {kind: shape.fields[f"x_{kind}"] for kind in KINDS}


def shape_of(kind: str, key: str, parent: str) -> FieldShape:
    """Return the field of a control under another key."""
    found = shapes_of_controls()[kind]
    rows = found.rows and replace(found.rows, key=key, parent=parent)
    return replace(found, key=key, rows=rows)


@cache
def classes() -> tuple[tuple[str, ...], ...]:
    """Return the controls whose values are stored alike, in groups."""
    found: dict[Any, list[str]] = {}
    for kind, shape in shapes_of_controls().items():
        found.setdefault(signature(shape), []).append(kind)
    return tuple(map(tuple, found.values()))


CLASSES = len(classes())


def speaker(place: int, turn: int) -> str:
    """Return the control that speaks for a class this time."""
    members = classes()[place % CLASSES]
    return members[turn % len(members)]


def across(distance: int) -> dict[str, tuple[str, str]]:
    """Return by field which control becomes which: every class goes `distance` classes further."""
    return {f"x_{n}": (speaker(n, distance), speaker(n + distance, distance)) for n in range(CLASSES)}


def alike(distance: int) -> dict[str, tuple[str, str]]:
    """Return by field which control becomes which other one of its class."""
    return {
        f"x_{kind}": (kind, members[(place + distance) % len(members)])
        for members in classes()
        for place, kind in enumerate(members)
        if len(members) > distance
    }


def form_of(name: str, kinds: Mapping[str, str]) -> FormShape:
    """Return a form with a field of each control, by key."""
    return FormShape(
        name, {"zh": name, "en": name}, {key: shape_of(kind, key, name) for key, kind in kinds.items()}
    )


@cache
def values_of(kind: str) -> tuple[Any, ...]:
    """Return the values that the control takes of its samples."""
    control = CONTROLS.get(kind)
    config = settings(control)
    wide = control.settings(
        {
            k: v
            for k, v in control.sample["config"].items()
            if k not in ("min", "max", "max_length", "step", "pattern")
        }
    )
    found = [given(control, raw, config)[0] for raw in control.sample["valid"]]
    return tuple(
        v for v in (*found, *(given(control, raw, wide)[0] for raw in MORE.get(kind, ()))) if v is not None
    )


def records_of(kinds: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return records that hold each control's values, one after another, and one that is blank."""
    longest = max(len(values_of(kind)) for kind in kinds.values())
    return [
        {k: values_of(kind)[n] for k, kind in kinds.items() if n < len(values_of(kind))}
        for n in range(longest + 1)
    ]


def open_form(clinic: Workspace, shape: FormShape, kinds: Mapping[str, str]) -> tuple[Tables, list[Values]]:
    """Make the tables, write the records, and return both."""
    tables = tables_of(shape)
    clinic.create_tables(tables)
    with clinic.write(USER) as unit:
        ids = unit.insert_many(right(tables[shape.key], "insert"), records_of(kinds))
    return tables, [load(clinic, tables[shape.key], one) for one in ids]


def apply(clinic: Workspace, old: Tables, *shapes: FormShape) -> Tables:
    new = tables_of(*shapes, version=old.version + 1)
    with clinic.read() as unit:
        plan = plan_changes(unit, old, new)
    apply_changes(clinic, plan, USER)
    return new


def set_aside(clinic: Workspace) -> dict[tuple[str, str], tuple[Values, dict[str, str]]]:
    """Return what the archive lists by (form, field): its entry, and the old texts by record."""
    with clinic.read() as unit:
        return {
            (one["form"], one["field"]): (one, dict(unconverted(unit, one["id"])))
            for one in archived(unit)
            if one["kind"] == "retyped"
        }


def in_archive(clinic: Workspace, entry: Values, before: FieldShape) -> dict[str, Any]:
    """Return the old values by record, from where the archive says they are."""
    with clinic.read() as unit:
        if before.rows is not None:
            found = unit.connection.execute(text(f"SELECT record_id, id FROM {entry['table_name']}"))
            return {row[0]: row[1] for row in found}
        old = light_table(
            entry["table_name"], column("id"), column(entry["column_name"], column_type(before))
        )
        return {row[0]: row[1] for row in unit.connection.execute(select(old))}


def check_pair(
    before: FieldShape, after: FieldShape, was: Values, now: Values, listed: Mapping[str, str]
) -> None:
    """Assert that the record's value is where it was, converted, or listed under its text; never gone."""
    old, new, what = (
        was.get(before.key),
        now.get(before.key),
        f"{before.key} → {after.structure or after.value_type}",
    )
    if old in (None, ()):
        assert new in (None, ()), what
        assert was["id"] not in listed, what
    elif signature(before) == signature(after):
        if before.rows is None:
            assert new == old, what
        else:
            assert [row["id"] for row in new] == [row["id"] for row in old], what
    elif new in (None, ()):
        assert before.rows is not None or listed[was["id"]] == text_of(old, before), what
    else:
        assert was["id"] not in listed, what
        assert after.type.parse(after.type.to_json(new, after.config), after.config, "") == new, what
        assert after.structured is None or after.structured.takes(new), what


def drop(clinic: Workspace, tables: Tables) -> None:
    """Clear the table away: a long schema makes SQLite slow at renaming."""
    with clinic.change() as connection:
        for name in inspect(connection).get_table_names():
            if name.startswith(("f_", "i_")):
                connection.exec_driver_sql(f"DROP TABLE {name}")


def there_and_back(clinic: Workspace, name: str, steps: Mapping[str, tuple[str, str]]) -> None:
    """Change all fields of a form at once, look where every value went, change back and look again."""
    olds, news = ({key: step[side] for key, step in steps.items()} for side in (0, 1))
    old, new = form_of(name, olds), form_of(name, news)
    tables, records = open_form(clinic, old, olds)
    changed = apply(clinic, tables, new)
    aside = {key: found for (form_key, key), found in set_aside(clinic).items() if form_key == name}
    after = [load(clinic, changed[name], record["id"]) for record in records]
    for key, before in old.fields.items():
        entry, listed = aside.get(key, ({}, {}))
        assert (signature(before) != signature(new.fields[key])) == bool(entry), key
        for was, now in zip(records, after, strict=True):
            check_pair(before, new.fields[key], was, now, listed)
        if entry:
            kept = in_archive(clinic, entry, before)
            filled = {r["id"]: r[key] for r in records if r[key] not in (None, ())}
            assert filled.keys() == {i for i, value in kept.items() if value is not None}
            assert before.rows is not None or all(kept[i] == value for i, value in filled.items())
    again = apply(clinic, changed, old)
    for was in records:
        now = load(clinic, again[name], was["id"])
        assert {k: now[k] for k in old.fields} == {k: was[k] for k in old.fields}
    drop(clinic, again)


@pytest.mark.parametrize("first", range(1, CLASSES, 7))
def test_every_control_becomes_every_other_and_goes_back(clinic: Workspace, first: int) -> None:
    for distance in range(first, min(first + 7, CLASSES)):
        there_and_back(clinic, f"by_{distance}", across(distance))


def test_controls_stored_alike_become_each_other_without_a_move(clinic: Workspace) -> None:
    for distance in range(1, max(map(len, classes()))):
        there_and_back(clinic, f"by_{distance}", alike(distance))


def test_all_controls_come_up_on_both_sides() -> None:
    steps = [step for distance in range(1, CLASSES) for step in across(distance).values()]
    assert {old for old, _ in steps} == {new for _, new in steps} == set(KINDS)


@pytest.mark.parametrize("old", KINDS)
def test_what_is_converted_says_all_that_the_old_value_said(old: str) -> None:
    """For every pair of controls: converted and understood by the new field, or refused with the old text."""
    before = shape_of(old, "x", "a")
    for kind in KINDS:
        after = shape_of(kind, "x", "a")
        is_alike = signature(before) == signature(after)
        for value in values_of(old):
            found, left = converted(value, before, after)
            assert (found is None) == bool(left), kind
            if found is None:
                assert left == (text_of(value, before) or "rows")
                assert not is_alike or before.rows is not None
            elif is_alike:
                assert found == value
            else:
                assert after.type.parse(after.type.to_json(found, after.config), after.config, "") == found
                assert after.structured is None or after.structured.takes(found)


def converted(value: Any, before: FieldShape, after: FieldShape) -> tuple[Any, str]:
    """Return what the value becomes, or the text it is listed under."""
    try:
        return convert(value, before, after), ""
    except UnconvertibleError as error:
        return None, error.text or "rows"


def steps_of(clinic: Workspace, old: Tables, new: Tables, required: Any = ()) -> dict[str, set[str]]:
    """Return the fields that each kind of step of the plan names."""
    with clinic.read() as unit:
        plan = plan_changes(unit, old, new, required)
    found: dict[str, set[str]] = {}
    for step in plan.steps:
        found.setdefault(step.kind, set()).add(step.field or "")
    return found


def test_every_control_is_added_named_anew_tightened_removed_and_brought_back(clinic: Workspace) -> None:
    kinds = {f"x_{kind}": kind for kind in KINDS}
    bare, full = form_of("life", {"note": "textarea"}), form_of("life", {"note": "textarea", **kinds})
    renamed = replace(
        full, fields={k: replace(f, label={"zh": "新名", "en": "New"}) for k, f in full.fields.items()}
    )
    tables = tables_of(bare)
    clinic.create_tables(tables)
    assert steps_of(clinic, tables, tables_of(full)) == {"add_field": set(kinds)}
    tables = apply(clinic, tables, full)
    with clinic.write(USER) as unit:
        ids = unit.insert_many(right(tables["life"], "insert"), records_of(kinds))
    records = [load(clinic, tables["life"], one) for one in ids]
    assert steps_of(clinic, tables, tables_of(renamed)) == {"relabel": set(full.fields)}
    required = {("life", key) for key in kinds}
    stored = {key for key in kinds if full.fields[key].rows is None}
    assert steps_of(clinic, tables, tables_of(full), required) == {"tighten_required": stored}
    assert steps_of(clinic, tables, tables_of(bare)) == {"remove_field": set(kinds)}
    without = apply(clinic, tables, bare)
    assert steps_of(clinic, without, tables_of(full)) == {"restore_field": set(kinds)}
    again = apply(clinic, without, full)
    assert [
        {key: record[key] for key in kinds}
        for record in (load(clinic, again["life"], one) for one in ids)
    ] == [{key: record[key] for key in kinds} for record in records]  # fmt: skip


def test_fewer_options_and_uniqueness_name_the_records_they_concern(clinic: Workspace) -> None:
    chosen = [k for k in KINDS if shapes_of_controls()[k].value_type in ("choice", "choices") and k != "tags"]
    kinds = {f"x_{kind}": kind for kind in (*chosen, "mobile", "integer")}
    old = form_of("tight", kinds)
    tables, _ = open_form(clinic, old, kinds)
    with clinic.write(USER) as unit:
        unit.insert_many(right(tables["tight"], "insert"), records_of(kinds))
    none_left = {
        key: replace(one, config={**one.config, "options": [{"key": "other", "label": {"zh": "其他"}}]})
        if kinds[key] in chosen
        else replace(one, unique=())
        for key, one in old.fields.items()
    }
    steps = steps_of(clinic, tables, tables_of(replace(old, fields=none_left)))
    assert steps["tighten_options"] == {f"x_{kind}" for kind in chosen}
    assert steps["tighten_unique"] == {"x_mobile", "x_integer"}
    with pytest.raises(Conflict):
        apply(clinic, tables, replace(old, fields=none_left))
