"""Whatever a control's settings say: a form with it compiles, or is told in words why not; what it takes, it keeps."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from engine.access.levels import WRITE
from engine.problems import Rejected
from form_engine.control import Control
from form_engine.plan import FormPlan
from tests.form_engine.making import app, field, form, save
from tests.kinds import making
from tests.kinds.drawn import settings_of
from tests.kinds.test_controls import says_it_in_both_languages

every_control = pytest.mark.parametrize("control", making.ALL, ids=making.name)
every_field = pytest.mark.parametrize(
    "control", [one for one in making.FIELDS if one.kind != "snapshot"], ids=making.name
)
drawn = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def compiled(control: Control, config: dict[str, Any]) -> FormPlan | Rejected:
    own = field("it", control.kind, **config)
    around = (
        field("name"),
        field("day", "date"),
        field("number", "number"),
        field("far_id", "link", to="far"),
        field("lines", "subtable", fields=[field("what")]),
    )
    try:
        return app(form("far", field("name")), form("thing", *around, own)).forms["thing"]
    except Rejected as wrong:
        return wrong


@every_control
@drawn
@given(data=st.data())
def test_any_settings_compile_or_are_refused_in_words_at_their_place(
    control: Control, data: st.DataObject
) -> None:
    config = data.draw(settings_of(control))
    assert Draft202012Validator(control.config_schema).is_valid(config)
    plan = compiled(control, config)
    if isinstance(plan, Rejected):
        assert plan.problems
        for problem in plan.problems:
            assert problem.path.startswith("/forms/")
            assert says_it_in_both_languages(problem)
        return
    told = next(one for one in plan.client(Everyone())["fields"] if one["key"] == "it")
    assert told["control"] == control.kind


@every_field
@drawn
@given(data=st.data())
def test_what_a_form_takes_it_keeps_and_writes_and_reads_back(control: Control, data: st.DataObject) -> None:
    plan = compiled(control, data.draw(settings_of(control)))
    if isinstance(plan, Rejected):
        return
    one = plan.field("it")
    assert one is not None
    raw = data.draw(st.sampled_from([*control.sample["valid"], *control.sample["invalid"]]))
    first = save(plan, {"it": raw})
    assert all(problem.path.startswith("/values") for problem in first.problems)
    value = first.values.get("it")
    if first.problems or value is None or one.rows is not None or one.shape is None:
        return
    again = one.shape.type.to_json(value, one.shape.config)
    second = save(plan, {"it": again})
    assert not second.problems, (again, second.problems)
    assert second.values["it"] == value
    text = control.to_text(value, one.config)
    if text and control.kind not in ("richtext", "secret"):
        assert making.typed(control, text, one.config) == value


class Everyone:
    """May do everything."""

    roles = ()

    def right(self, name: str) -> Any:
        return True

    def verb(self, form_key: str, verb: str) -> bool:
        return True

    def effective(self, form_key: str, field_key: str) -> Any:
        return WRITE
