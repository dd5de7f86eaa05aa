"""The JSON Schema of a submission agrees with the server's own checks on everything static."""

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from form_engine.control import CONTROLS
from tests.form_engine.making import app, field, form, plan, save

FIELDS = [control for control in CONTROLS if control.role == "field"]
OTHERS = tuple(
    form(key, field("name"), field("parent_id", "link", to=key))
    for key in ("branch", "customer", "department", "team", "service_item")
)


def plan_of(control, **more):
    config = {**control.sample.get("config", {})}
    for name in ("to", "of"):
        if name in config:
            config[name] = "customer"
    return plan_with({"key": "x", "control": control.kind, "label": {"zh": "x"}, **config, **more})


def plan_with(*fields):
    beside = [field(key) for key in ("price", "birthday", "gender")] + [
        field("customer_id", "link", to="customer")
    ]
    used = {one["key"] for one in fields}
    return app(*OTHERS, form("thing", *fields, *(one for one in beside if one["key"] not in used))).forms[
        "thing"
    ]


def accepts(form_plan, values):
    return jsonschema_rs.validator_for(form_plan.json_schema()).is_valid(values)


def server_accepts(form_plan, values):
    return not save(form_plan, values).problems


def usable(control):
    # Controls whose sample names other fields or forms are covered by the app-wide tests.
    return not (
        {"copies", "birth_field", "sex_field", "of_field", "from", "reason_field"}
        & control.sample["config"].keys()
    )


@pytest.mark.parametrize("control", [one for one in FIELDS if usable(one)], ids=lambda one: one.kind)
def test_what_the_server_takes_the_schema_takes(control):
    form_plan = plan_of(control)
    for value in [*control.sample.get("valid", ()), *control.sample.get("invalid", ()), None, ""]:
        if server_accepts(form_plan, {"x": value}):
            assert accepts(form_plan, {"x": value}), value


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
MANY = plan(
    field("a"),
    field("b", "integer", min=1, max=9),
    field("c", "select", options=[{"key": "k", "label": {"zh": "k"}}]),
    field("d", "date"),
    field("e", "subtable", fields=[field("q", "number", required=True), field("n")], max_rows=2),
    field("f", "boolean", required=True),
    field("g", "multiselect", options=[{"key": "k", "label": {"zh": "k"}}]),
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdefgh"), json_values, max_size=4))
def test_no_submission_is_refused_by_the_schema_and_taken_by_the_server(values):
    if server_accepts(MANY, values):
        assert accepts(MANY, values)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"f": None},
        {"f": True, "b": 10},
        {"f": True, "c": "x"},
        {"f": True, "zz": 1},
        {"f": True, "e": [{"n": "x"}]},
        {"f": True, "e": [{"q": "1"}] * 3},
        {"f": True, "e": [{"q": "1", "zz": 1}]},
    ],
)
def test_what_both_can_see_both_refuse(values):
    assert not accepts(MANY, values)
    assert not server_accepts(MANY, values)


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(MANY.json_schema())


def test_fields_that_others_fill_or_hide_need_not_be_submitted():
    form_plan = plan(
        field("a", required=True, visible_if='{c} = "1"'),
        field("b", required=True, default="x"),
        field("c"),
    )
    assert accepts(form_plan, {})
    assert "required" not in form_plan.json_schema()


def test_computed_fields_are_no_part_of_a_submission():
    assert "x" not in plan(field("a"), field("x", "formula", formula="{a}")).json_schema()["properties"]
